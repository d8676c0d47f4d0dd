// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>
#include <weft/result.hpp>

#include "fabric/body_store.hpp"
#include "fabric/provider.hpp"
#include "fabric/rdm_endpoint.hpp"
#include "fabric/receive_pool.hpp"
#include "fabric/send_pool.hpp"
#include "fabric/slots.hpp"
#include "fabric/switchboard.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace weft::ofi {

class flow;

/// One RDM endpoint, or one domain of links, and all connections that go through it.
///
/// Thread safety: poll() and wait() by one thread at a time, which is the *driver*; the rest as it says.
/// It keeps flows until nothing can arrive for them, and what they sent until the library lets go of it.
class shared_endpoint final : public ext::progress_source, public std::enable_shared_from_this<shared_endpoint> {
 public:
  /// \param name of shm's region
  static setup<std::shared_ptr<shared_endpoint>> open(ext::reactor&, fabric::info const&, std::string const& name,
                                                      fabric::rendezvous large = fabric::rendezvous::tagged);
  shared_endpoint(ext::reactor&, std::unique_ptr<fabric::rdm_endpoint>) noexcept;
  shared_endpoint(std::shared_ptr<switchboard>, ext::reactor&, std::shared_ptr<fabric::completion_queue>);
  ~shared_endpoint() override;

  // ext::progress_source
  bool poll() noexcept override;
  void wait(clock::time_point until) noexcept override;
  void wake() noexcept override { completions_->wake(); }
  bool naps() const noexcept override { return completions_->waits_on() == fabric::wait_kind::backoff; }
  bool busy() const noexcept override { return busy_.load(std::memory_order_relaxed) > 0; }

  fabric::rdm_endpoint& endpoint() noexcept { return *endpoint_; }               ///< \pre there is one
  std::shared_ptr<switchboard> const& board() const noexcept { return board_; }  ///< null where there is an endpoint
  std::shared_ptr<fabric::domain const> const& domain() const noexcept { return domain_; }
  std::shared_ptr<fabric::completion_queue> const& completions() const noexcept { return completions_; }
  fabric::rendezvous large() const noexcept { return large_; }  ///< how it would have large bodies come
  receive_pool& buffers() noexcept { return buffers_; }
  send_pool& sends() noexcept { return sends_; }
  body_store& bodies() noexcept { return bodies_; }

  // Loop.
  /// A slot with its buffers for one more connection. \return failure when the provider takes no more
  setup<flow*> admit(std::size_t max_message);
  /// Makes a peer's address known; once for each flow that uses it.
  result<fi_addr_t> meet(std::span<std::byte const> raw);

  // Any thread.
  void retry(flow&) noexcept;     ///< flush it again soon
  void watch(flow&) noexcept;     ///< tend() to it from now on
  void hold(flow&) noexcept;      ///< push() it soon, though nobody may drive
  void announce(flow&) noexcept;  ///< ring() from the loop: an end must be noticed although nobody waits
  void count_busy(int change) noexcept {
    busy_.fetch_add(change, std::memory_order_relaxed);
    if (change > 0) attend();
  }
  void attend() noexcept { reactor_.attend(*this); }

  // Driver.
  void repost(receive_buffer& b) noexcept;
  void touch(flow&, unsigned what) noexcept;
  void let_go(flow&) noexcept;  ///< its slot and its buffers are free again

 private:
  // A peer's address, and how many flows use it.
  struct acquaintance {
    fi_addr_t address = FI_ADDR_NOTAVAIL;
    std::size_t flows = 0;
    clock::time_point idle_since{};
  };

  static void on_frame(fabric::operation&, fabric::completion const&) noexcept;
  static void on_link_frame(fabric::operation&, fabric::completion const&) noexcept;
  static void on_sent(fabric::operation&, fabric::completion const&) noexcept;
  void frame_arrived(receive_buffer&, fabric::completion const&) noexcept;
  void settle_touched() noexcept;
  void end_all() noexcept;
  void do_chores() noexcept;
  void release_held(void (flow::*how)() noexcept) noexcept;
  void look_again_soon();
  void tend_flows() noexcept;
  void stop_watching(flow&) noexcept;
  void bury(flow&) noexcept;
  void bury_unlinked() noexcept;
  void forget_strangers(clock::time_point now) noexcept;

  ext::reactor& reactor_;
  std::shared_ptr<fabric::domain const> domain_;  // outlives the memory that is registered in it
  std::shared_ptr<fabric::completion_queue> completions_;
  std::unique_ptr<fabric::rdm_endpoint> endpoint_;
  std::shared_ptr<switchboard> board_;
  fabric::rendezvous large_ = fabric::rendezvous::tagged;
  receive_pool buffers_;
  send_pool sends_;
  body_store bodies_;
  slot_table slots_;

  // Driver.
  std::array<fabric::entry, 32> entries_;
  flow* touched_ = nullptr;
  unsigned touched_for_ = 0;
  std::vector<receive_buffer*> unposted_;
  std::vector<flow*> running_;
  std::vector<flow*> watched_;
  std::vector<flow*> stranded_;  // the library still has memory of theirs, perhaps for ever
  std::vector<flow*> unlinked_;  // their links are closed; completions of theirs may be in the queue
  bool broken_ = false;

  alignas(64) std::atomic<bool> chores_{false};
  std::atomic<bool> retries_{false};
  std::atomic<int> busy_{0};
  std::mutex mutex_;
  std::vector<flow*> to_retry_;
  std::vector<flow*> to_watch_;
  std::deque<flow*> held_;
  bool second_look_due_ = false;
  std::shared_ptr<ext::alarm> second_look_;  // at what is held; on the loop
  std::map<fabric::raw_address, acquaintance> peers_;
  std::unordered_map<flow*, std::unique_ptr<flow>> flows_;
};

}  // namespace weft::ofi
