// SPDX-License-Identifier: MIT
#pragma once

#include <weft/pipe_info.hpp>
#include <weft/result.hpp>

#include "base/fd.hpp"
#include "stream/outbox.hpp"

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::stream {

/// The way of a connection's bytes through its descriptor, where they do not go as they are.
/// Thread safety: one thread receives, and one sends at the same time.
class channel {
 public:
  virtual ~channel() = default;

  // As recv() and sendmsg() do on a descriptor that does not block.

  /// \return how many bytes; 0 when it is over: fault() says why; -1: see errno
  virtual ssize_t receive(void* to, std::size_t size) noexcept = 0;
  /// \return how many bytes the kernel has all of; what is left of them must stand first in the next batch. -1: see
  /// errno
  virtual ssize_t send(batch&) noexcept = 0;

  /// There may be something to receive of which the descriptor shows nothing. The receiver's.
  virtual bool more() const noexcept { return false; }
  /// It has something of its own to say: send(), if only an empty batch. Any thread.
  virtual bool wants_to_send() const noexcept { return false; }
  /// Says the last words, in the sender's place. \return whether they are out, or never will be
  virtual bool farewell() noexcept { return true; }
  /// Why it is over: nothing when the peer said goodbye. The receiver's.
  virtual failure fault() const { return {}; }
};

/// The descriptor itself.
class direct final : public channel {
 public:
  explicit direct(int fd) noexcept : fd_(fd) {}
  ssize_t receive(void* to, std::size_t size) noexcept override;
  ssize_t send(batch&) noexcept override;

 private:
  int fd_;
};

/// What is known of a peer besides its address.
struct particulars {
  std::optional<tls_peer> tls{};
  std::vector<std::pair<std::string, std::string>> properties{};
};

/// A descriptor that is connected, and what was made of it since.
struct established {
  established() = default;
  established(base::unique_fd f) noexcept : fd(std::move(f)) {}

  base::unique_fd fd;
  std::unique_ptr<channel> through;  ///< null: the bytes go as they are
  std::unique_ptr<particulars> about;
  std::string wanted;  ///< what the peer asked for, where there is a choice: a path

  // As the channel's, or the descriptor's.
  ssize_t receive(void* to, std::size_t size) noexcept;
  ssize_t send(batch&) noexcept;
  /// The channel, to be put under another.
  std::unique_ptr<channel> take_channel() { return through ? std::move(through) : std::make_unique<direct>(fd.get()); }
  particulars& more_about() {
    if (!about) about = std::make_unique<particulars>();
    return *about;
  }
};

}  // namespace weft::stream
