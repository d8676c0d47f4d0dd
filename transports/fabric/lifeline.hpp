// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "base/fd.hpp"
#include "fabric/hello.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>

namespace weft::ofi {

/// The stream socket beside a connection: carries the handshake, then the goodbyes, and its end is the peer's death.
///
/// Thread safety: on the reactor's loop only; send(), say(), resume() and idle() from any thread. Closes when both ends
/// have said goodbye, when one of them does not, or when the socket ends.
class lifeline : public std::enable_shared_from_this<lifeline> {
 public:
  /// The connection it serves: told of what the peer says there. On the loop.
  class patron {
   public:
    virtual void hear(goodbye const&) noexcept = 0;
    /// \return false when the peer has no business to say such a thing
    virtual bool hear(finish const&) noexcept = 0;
    /// A message that travels here. \return as above
    virtual bool hear(std::span<std::byte const> body) noexcept = 0;
    virtual void caught_up() noexcept {}  ///< what had to wait is sent
    /// The lifeline has ended, and says nothing more.
    virtual void lose(std::error_code why) noexcept = 0;

   protected:
    ~patron() = default;
  };

  using item_handler = std::function<void(lifeline_kind, std::span<std::byte const>)>;
  using end_handler = std::function<void(std::error_code)>;

  /// \param fd a connected stream socket, not blocking
  lifeline(ext::reactor&, base::unique_fd fd);
  lifeline(lifeline const&) = delete;
  lifeline& operator=(lifeline const&) = delete;

  /// The handshake: each message is handed to `on_item`; bytes that are none, or the end of the socket, to `on_end`.
  /// \throws std::system_error
  void listen(item_handler on_item, end_handler on_end);
  /// Sends a whole message; what the socket has no room for goes when it has. \return false when there is no socket
  bool send(std::span<std::byte const> message) noexcept;
  /// Nothing waits for the socket to have room.
  bool idle() const noexcept { return idle_.load(std::memory_order_relaxed); }

  /// Leaves what comes where it is, until serve() or resume().
  void pause() noexcept;
  void resume() noexcept;
  /// From now on it serves an established connection.
  void serve(patron&);

  /// Says the last word, and closes when the peer has said its own. Any thread; once.
  void say(goodbye const&) noexcept;

  /// Closes at once. The handlers are told nothing.
  void close() noexcept;

  int fd() const noexcept { return fd_.get(); }

 private:
  static constexpr auto patience = std::chrono::seconds(2);

  void ready(std::uint32_t events);
  void write_rest();
  void watch_now() noexcept;
  void read_items();
  void take_items();
  void handle(lifeline_reader::item const&);
  void parting();
  void over(std::error_code);

  ext::reactor& reactor_;
  std::mutex fd_mutex_;  // any thread writes; the loop closes
  base::unique_fd fd_;
  byte_string unsent_;  // under fd_mutex_
  std::atomic<bool> idle_{true};
  std::unique_ptr<ext::watch> watch_;
  std::unique_ptr<ext::alarm> alarm_;
  lifeline_reader reader_;
  item_handler on_item_;
  end_handler on_end_;
  patron* patron_ = nullptr;
  bool paused_ = false;
  bool heard_ = false;
  bool said_ = false;  // under fd_mutex_
};

/// Makes the kernel find out soon when the peer's host has vanished.
void keep_watch(int fd) noexcept;

}  // namespace weft::ofi
