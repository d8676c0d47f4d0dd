// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/attendant.hpp>
#include <weft/options.hpp>

#include "core/lane.hpp"
#include "core/parker.hpp"

#include <array>
#include <cstddef>
#include <system_error>

namespace weft::core {

class socket;

/// A thread that waits on a socket, and drives the socket's lanes while it does.
///
/// First it looks: polls, and yields, for some 20 us. When that was in vain the next waits skip it, twice as
/// many after each miss: a request every 10 ms pays for no spinning, a ping-pong never sleeps. Two that sleep, and
/// whom waking takes longer than that, would go on for ever in missing each other: so who was woken soon looks for
/// longer the next time, once. Then it sleeps: inside the one source it drives, or on a futex while others drive.
class waiter {
 public:
  waiter(socket&, op_options const&) noexcept;
  waiter(waiter const&) = delete;
  waiter& operator=(waiter const&) = delete;
  ~waiter();

  /// canceled, timed_out or interrupted when it is time to give up; the stop is looked at first.
  std::error_code expired() const noexcept;
  /// The same, and the caller returns with it.
  std::error_code give_up() noexcept {
    auto const why = expired();
    gave_up_ = gave_up_ || why;
    return why;
  }
  bool gave_up() const noexcept { return gave_up_; }

  /// Lets messages gather until then. \return whether it is worth a look now
  bool let_gather(clock::time_point until) const noexcept;

  /// Looks for something new since `seen`. \return false when it is time to park.
  bool look(unsigned seen) noexcept;

  /// Drives what nobody drives, once. \return whether there was anything.
  bool poll_once() noexcept {
    refresh();
    return poll();
  }

  /// One round of a parked thread: drives, answers rings, and sleeps when there was nothing.
  void sleep_once(parker&) noexcept;
  /// What it was parked for has come.
  void served() noexcept;

  op_options const& options() const noexcept { return options_; }
  /// What polling has brought for the socket. Whoever takes the socket's lock next answers it.
  ext::attendant& ears() noexcept { return ears_; }

 private:
  // More endpoints than this under one socket are left to the helper.
  static constexpr std::size_t most = 8;

  struct entry {
    core::lane* lane;
    bool held;
  };

  void refresh() noexcept;
  bool is_stale() const noexcept;
  bool enter_any() noexcept;
  bool poll() noexcept;
  bool news(unsigned seen) noexcept;
  bool look_around(unsigned times, unsigned seen) noexcept;
  bool spin(clock::time_point until, unsigned seen, bool just_looked) noexcept;
  bool wants_spin() noexcept;
  bool expects_nothing() const noexcept;
  bool first_look(unsigned seen) noexcept;
  clock::time_point limit() const noexcept;
  void sleep(parker&) noexcept;
  void sleep_queued(parker&) noexcept;
  void release(entry&) noexcept;

  socket& socket_;
  op_options const& options_;
  ext::attendant ears_;
  std::array<entry, most> lanes_;  // count_ of them: to clear the rest costs a tenth of a short wait
  std::size_t count_ = 0;
  unsigned version_ = 0;
  unsigned naps_ = 0;
  clock::time_point begun_{};  // to wait, where that decides how
  clock::time_point spin_end_{};
  bool looked_ = false;
  bool gave_up_ = false;
  bool interrupted_ = false;
};

}  // namespace weft::core
