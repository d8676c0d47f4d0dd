// SPDX-License-Identifier: MIT
#pragma once

#include "core/operation.hpp"
#include "core/socket.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <system_error>

namespace weft::core {

class device;

/// One way through a device. At any moment it holds a message, or waits for one, or moves.
/// Moves on the loop only, so nothing here is locked; its operations may complete on any thread.
class device_flow {
 public:
  device_flow(device& owner, detached_socket& from, detached_socket& to) noexcept;
  device_flow(device_flow const&) = delete;
  device_flow& operator=(device_flow const&) = delete;

  void move() noexcept;

 private:
  struct take final : receive_operation {
    explicit take(device_flow& f) noexcept : flow(f) {}
    void complete() noexcept override { flow.resume(); }
    device_flow& flow;
  };
  struct give final : send_operation {
    explicit give(device_flow& f) noexcept : flow(f) {}
    void complete() noexcept override { flow.resume(); }
    device_flow& flow;
  };
  enum class state { idle, taking, giving, over };

  void resume() noexcept;
  bool finish_waiting() noexcept;
  bool fetch() noexcept;
  bool pass_on() noexcept;
  bool sent(std::error_code) noexcept;
  void end(std::error_code) noexcept;

  device& owner_;
  detached_socket& from_;
  detached_socket& to_;
  take take_{*this};
  give give_{*this};
  message in_hand_;
  bool holding_ = false;
  state state_ = state::idle;
};

/// What weft::device shows.
class device final : public std::enable_shared_from_this<device> {
 public:
  /// `b` without a socket: `a` is reflected.
  device(detached_socket a, bool forth, detached_socket b, bool back);

  void start();
  void stop();
  std::error_code wait(op_options const&);
  std::uint64_t carried() const noexcept { return carried_.load(std::memory_order_relaxed); }

 private:
  friend class device_flow;

  void on_loop(device_flow&);
  void flow_ended(std::error_code) noexcept;
  void close_both();

  detached_socket a_;
  detached_socket b_;
  std::unique_ptr<device_flow> forth_;
  std::unique_ptr<device_flow> back_;
  std::atomic<std::uint64_t> carried_{0};
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::error_code why_;  // the first to end
  unsigned moving_ = 0;  // flows
};

}  // namespace weft::core
