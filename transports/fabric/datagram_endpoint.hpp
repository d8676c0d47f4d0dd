// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>
#include <weft/fabric/endpoint.hpp>
#include <weft/result.hpp>

#include "fabric/datagram.hpp"
#include "fabric/route.hpp"
#include "fabric/tag.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

namespace weft::ofi {

class datagram_flow;

/// One DGRAM endpoint, and all connections that go through it. What comes is anybody's, until its slot, generation and
/// key are right.
///
/// Thread safety: poll() and wait() by one thread at a time, which is the *driver*; the rest any thread.
class datagram_endpoint final : public ext::progress_source {
 public:
  static setup<std::shared_ptr<datagram_endpoint>> open(ext::reactor&, fabric::info const&);
  datagram_endpoint(ext::reactor&, std::unique_ptr<fabric::endpoint>);
  ~datagram_endpoint() override;

  // ext::progress_source
  bool poll() noexcept override;
  void wait(clock::time_point until) noexcept override;
  void wake() noexcept override { completions_->wake(); }
  bool naps() const noexcept override { return completions_->waits_on() == fabric::wait_kind::backoff; }
  bool busy() const noexcept override { return busy_.load(std::memory_order_relaxed) > 0; }

  ext::reactor& reactor() noexcept { return reactor_; }
  fabric::info const& info() const noexcept { return endpoint_->info(); }
  std::string_view provider() const noexcept { return endpoint_->info().provider(); }
  fabric::raw_address address() const { return endpoint_->address(); }
  /// The largest datagram, header included, that it takes and sends.
  std::size_t largest() const noexcept { return largest_; }
  /// Datagrams that came and belonged to no connection.
  std::uint64_t strays() const noexcept { return strays_.load(std::memory_order_relaxed); }

  /// \param max_message the largest body that its socket takes
  setup<std::shared_ptr<datagram_flow>> admit(std::size_t max_message);
  /// Nothing arrives for it any more.
  void release(datagram_flow&) noexcept;

  // A peer's address, for as long as it is used.
  result<fabric::peer> meet(std::span<std::byte const> raw);
  void part(std::span<std::byte const> raw) noexcept;

  /// One datagram, now. `again`: there is no room for it.
  posting send(datagram_flow&, fabric::peer, datagram_header const&, std::span<std::byte const> body) noexcept;

  /// Has it tended soon, until it needs that no more.
  void watch(std::shared_ptr<datagram_flow>) noexcept;

 private:
  struct inbox;
  struct sending;
  struct place {
    std::uint32_t generation = 0;
    std::shared_ptr<datagram_flow> user;
  };
  struct acquaintance {
    fabric::peer as = fabric::peer::any;
    std::size_t users = 0;
  };

  std::optional<failure> prepare();
  bool receive(inbox&) noexcept;
  void post(inbox&) noexcept;
  static void on_arrival(fabric::operation&, fabric::completion const&) noexcept;
  static void on_sent(fabric::operation&, fabric::completion const&) noexcept;
  void arrived(std::span<std::byte const>) noexcept;
  std::shared_ptr<datagram_flow> find(datagram_header const&) noexcept;
  posting send_pooled(datagram_flow&, fabric::peer, datagram_header const&, std::span<std::byte const> body) noexcept;
  void do_chores() noexcept;
  void end_all() noexcept;

  ext::reactor& reactor_;
  std::shared_ptr<fabric::completion_queue> completions_;
  std::size_t largest_ = 0;
  std::unique_ptr<std::byte[]> memory_;
  std::vector<std::unique_ptr<inbox>> inboxes_;
  std::vector<std::unique_ptr<sending>> sendings_;
  fabric::memory_region registered_;
  std::unique_ptr<fabric::endpoint> endpoint_;  // goes first: then the library has nothing of this any more

  // Driver.
  std::array<fabric::entry, 32> entries_;
  std::vector<inbox*> unposted_;
  std::vector<std::shared_ptr<datagram_flow>> tended_;
  bool broken_ = false;

  alignas(64) std::atomic<bool> chores_{false};
  std::atomic<int> busy_{0};
  std::atomic<std::uint64_t> strays_{0};
  std::mutex mutex_;
  std::vector<std::shared_ptr<datagram_flow>> to_tend_;
  std::vector<sending*> idle_;
  std::vector<place> places_;
  std::vector<std::uint32_t> free_places_;
  std::map<fabric::raw_address, acquaintance> peers_;
};

}  // namespace weft::ofi
