// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace weft::ext {

/// A thread that polls sources for one socket, and answers whatever rings for that socket meanwhile as soon as poll()
/// has returned.
///
/// Such a ring need not be told to other threads, nor kept from their reach, which takes several atomic operations:
/// the attendant only notes whose it was. It hears what rings on its own thread, while it listens. Of several that
/// listen one inside another, only the innermost hears.
class attendant {
 public:
  /// While one of these lives its attendant hears.
  class listening {
   public:
    explicit listening(attendant& who) noexcept : outer_(std::exchange(innermost_, &who)) {}
    listening(listening const&) = delete;
    listening& operator=(listening const&) = delete;
    ~listening() { innermost_ = outer_; }

   private:
    attendant* outer_;
  };

  /// \param socket for which it answers; null: for nobody
  explicit attendant(void const* socket) noexcept : socket_(socket) {}
  attendant(attendant const&) = delete;
  attendant& operator=(attendant const&) = delete;

  /// \return whether somebody on this thread answers for it
  static bool hears(doorbell::place const& p) noexcept {
    auto* const who = innermost_;
    return who && who->socket_ && who->socket_ == p.socket && who->note(p.link);
  }

  bool heard_any() const noexcept { return count_ != 0; }
  /// The links that rang, each once. The caller answers them. They may be gone.
  std::span<std::uint32_t const> take() noexcept { return {links_.data(), std::exchange(count_, 0)}; }

 private:
  bool note(std::uint32_t link) noexcept {
    for (std::size_t i = 0; i != count_; ++i)
      if (links_[i] == link) return true;
    if (count_ == links_.size()) return false;
    links_[count_++] = link;
    return true;
  }

  static inline thread_local constinit attendant* innermost_ = nullptr;

  void const* socket_;
  std::size_t count_ = 0;
  std::array<std::uint32_t, 8> links_;
};

}  // namespace weft::ext
