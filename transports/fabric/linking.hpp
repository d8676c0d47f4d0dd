// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "fabric/hello.hpp"
#include "fabric/switchboard.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace weft::ofi {

class flow;
class lifeline;
class shared_endpoint;

/// One connection on its way from two hellos to two links, from either side. On the loop only.
class linking final : public switchboard::caller {
 public:
  /// Called once, when it has come to an end: with what failed, if anything did.
  using handler = std::function<void(std::optional<failure>)>;

  /// \param theirs what the peer has said of itself
  linking(flow&, hello const& theirs, std::shared_ptr<lifeline>, handler);
  linking(linking const&) = delete;
  linking& operator=(linking const&) = delete;
  ~linking();

  /// The dialer's part. \return what is wrong, if it is at once
  std::optional<failure> dial();
  /// The listener's, which has told the peer this key.
  void expect(std::uint64_t key);

 private:
  bool expects(link_request const&) const noexcept override;
  void requested(link_use, fabric::event&&) override;
  bool owns(fabric::event const&) const noexcept override;
  void told(fabric::event const&) override;

  std::optional<failure> accept();
  std::optional<failure> open(fabric::info const& frames, fabric::info const& bulk);
  std::optional<failure> dial(fabric::msg_endpoint&, link_use);
  void done(std::optional<failure>);

  flow& flow_;
  hello theirs_;
  std::shared_ptr<switchboard> board_;
  std::shared_ptr<lifeline> lifeline_;
  handler handler_;
  std::uint64_t key_ = 0;
  bool listening_ = false;
  std::array<std::optional<fabric::event>, 2> requests_;
  std::array<fabric::msg_endpoint*, 2> ends_{};  // the flow's
  unsigned connected_ = 0;                       // bits
};

}  // namespace weft::ofi
