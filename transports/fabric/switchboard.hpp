// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>
#include <weft/fabric/event_queue.hpp>
#include <weft/fabric/passive_endpoint.hpp>
#include <weft/result.hpp>

#include "fabric/link.hpp"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace weft::ofi {

/// Where the links of one domain are connected: listens for those of peers, and reads the event queue of them all.
/// On the loop only.
///
/// The event queue is looked at while a link is due, and now and then for strangers: that its descriptor is readable
/// says nothing on net 1.17. The end of a link is no news: the lifeline tells.
class switchboard : public std::enable_shared_from_this<switchboard> {
 public:
  /// A connection that waits for its links.
  class caller {
   public:
    /// Whether it waits for this one.
    virtual bool expects(link_request const&) const noexcept = 0;
    virtual void requested(link_use, fabric::event&&) = 0;
    virtual bool owns(fabric::event const&) const noexcept = 0;
    /// `connected` or `failed`. It may be gone afterwards.
    virtual void told(fabric::event const&) = 0;

   protected:
    ~caller() = default;
  };

  switchboard(ext::reactor&, std::shared_ptr<fabric::domain const>) noexcept;
  switchboard(switchboard const&) = delete;
  switchboard& operator=(switchboard const&) = delete;
  ~switchboard();

  std::shared_ptr<fabric::domain const> const& domain() const noexcept { return domain_; }
  /// Made when first asked for.
  setup<std::shared_ptr<fabric::event_queue>> events();
  /// Listens from now on. \return where
  setup<fabric::raw_address> listen();

  void add(caller&);
  void remove(caller&) noexcept;
  void reject(fabric::event const& request) noexcept;

 private:
  void look();
  void look_later();
  void dispatch(fabric::event&&);

  ext::reactor& reactor_;
  std::shared_ptr<fabric::domain const> domain_;
  std::shared_ptr<fabric::event_queue> events_;
  std::unique_ptr<fabric::passive_endpoint> door_;
  std::vector<caller*> callers_;
  clock::duration pause_{};
  std::unique_ptr<ext::alarm> alarm_;
};

}  // namespace weft::ofi
