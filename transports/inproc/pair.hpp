// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/ext/connection.hpp>
#include <weft/ext/reactor.hpp>

#include "inproc/spsc_ring.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>

namespace weft::transports {

/// What the two ends of an inproc connection share: a ring for each direction, and how it ended.
struct inproc_pair {
  struct end {
    std::shared_ptr<ext::doorbell> bell;  // set once, before `started`
    std::atomic<bool> started{false};
    std::atomic<bool> gone{false};  // takes no more
    spsc_ring inbox;
    std::size_t max_message = 0;
  };

  inproc_pair(ext::reactor& r, std::string n) : loop(r), name(std::move(n)) {}

  ext::reactor& loop;
  std::string name;
  std::array<end, 2> ends;

  // Who closes first says why.
  std::mutex mutex;
  std::atomic<bool> closed{false};
  int closer = -1;
  std::error_code why;
};

/// One end. `side` 0 dialed, 1 was listened for.
class inproc_connection final : public ext::connection {
 public:
  inproc_connection(std::shared_ptr<inproc_pair> p, int side) noexcept
      : pair_(std::move(p)),
        mine_(pair_->ends[static_cast<std::size_t>(side)]),
        theirs_(pair_->ends[static_cast<std::size_t>(1 - side)]),
        side_(side) {}
  ~inproc_connection() override;

  void start(std::shared_ptr<ext::doorbell>) noexcept override;
  bool progress(ext::connection_events&) noexcept override;
  bool send(message&& m) noexcept override;
  void grant(unsigned messages) noexcept override {
    granted_ += messages;
    allowed_.store(true, std::memory_order_relaxed);
  }
  void finish() noexcept override;
  void close(std::error_code why) noexcept override;
  void flush() noexcept override;

  std::size_t unconfirmed() const noexcept override;
  std::size_t max_message() const noexcept override { return theirs_.max_message; }
  bool peer_is_weft() const noexcept override { return true; }
  std::string peer_address() const override { return "inproc://" + pair_->name; }

 private:
  void shut(std::error_code why) noexcept;
  bool wants_flush() const noexcept;
  std::error_code reason() noexcept;
  static void ring(inproc_pair::end& e) noexcept {
    if (e.started.load(std::memory_order_acquire)) e.bell->ring();
  }

  std::shared_ptr<inproc_pair> pair_;
  inproc_pair::end& mine_;
  inproc_pair::end& theirs_;
  int side_;

  // Under the socket's lock.
  std::size_t granted_ = 0;
  std::size_t credited_ = 0;     // sends told to the socket so far
  std::size_t returned_at_ = 0;  // messages taken when the sender was last told
  bool finishing_ = false;
  bool told_ = false;

  // Set under the lock, carried out by flush() without it.
  std::atomic<bool> sent_{false};
  std::atomic<bool> took_{false};
  std::atomic<bool> allowed_{false};
  std::atomic<bool> shut_{false};
};

}  // namespace weft::transports
