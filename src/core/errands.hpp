// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace weft::core {

class socket;

/// Sockets for which this thread has rung, and for which nobody waits in a call: it answers for them itself once it
/// has nothing in hand, rather than have another thread woken for it.
///
/// While one of these lives on a thread errands are taken; they are run, one by one, when the outermost ends. It ends
/// under no lock.
///
/// To answer may leave the socket's lanes with something to do: who takes errands for sockets that have any must look
/// at all lanes afterwards, as the helper does.
class errands {
 public:
  enum class taker { caller, helper };

  explicit errands(taker who = taker::caller) noexcept : outermost_(!std::exchange(taken_, true)) {
    if (outermost_) for_lanes_ = who == taker::helper;
  }
  errands(errands const&) = delete;
  errands& operator=(errands const&) = delete;
  ~errands() {
    if (!outermost_) return;
    if (first_) [[unlikely]]
      run();
    taken_ = false;
  }

  /// \return false when this thread takes none now. \pre it is not left anywhere else
  static bool leave(socket&) noexcept;

 private:
  static void run() noexcept;

  static inline thread_local constinit bool taken_ = false;
  static inline thread_local constinit bool for_lanes_ = false;
  static inline thread_local constinit socket* first_ = nullptr;  // each holds itself until it is run
  static inline thread_local constinit socket* last_ = nullptr;

  bool const outermost_;
};

}  // namespace weft::core
