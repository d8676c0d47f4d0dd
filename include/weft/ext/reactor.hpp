// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <system_error>

namespace weft::ext {

/// Something that moves only while a thread drives it: a completion queue, for instance. Threads take
/// turns; exactly one is in poll() or wait() at a time.
class progress_source {
 public:
  virtual ~progress_source() = default;

  /// Handles what is ready, without waiting. May ring doorbells. \return whether there was anything.
  virtual bool poll() noexcept = 0;
  /// Sleeps until something is ready, wake() is called, or `until`; may return early. Handles nothing.
  virtual void wait(clock::time_point until) noexcept = 0;
  /// From any thread: ends the wait() that runs, or the next one.
  virtual void wake() noexcept = 0;
  /// wait() is a nap that news does not end: whoever can afford it looks longer before it. Constant.
  virtual bool naps() const noexcept { return false; }
  /// From any thread: it has work in hand that needs driving even when no caller waits.
  virtual bool busy() const noexcept = 0;
  /// A descriptor that shows readable when poll() would find something, so that a helper need not look again
  /// and again; -1 when there is none. Constant.
  virtual int pollable_fd() const noexcept { return -1; }
};

/// A time in the future of a reactor. Cancelled when destroyed or armed again.
class alarm {
 public:
  virtual ~alarm() = default;
  virtual void at(clock::time_point, std::function<void()>) = 0;
  virtual void cancel() noexcept = 0;
};

/// Interest in a file descriptor, level-triggered. Ends when destroyed; the fd stays its owner's.
class watch {
 public:
  virtual ~watch() = default;
  virtual void events(bool readable, bool writable) noexcept = 0;  ///< what to look for; hang-ups always
};

/// The engine's event loop, for what is not on the path of messages: listeners, connects, lifelines, timers.
///
/// Callbacks run one at a time, from whoever drives the engine, under no lock. watch and alarm objects are
/// made, used and destroyed on the loop only (inside a callback; post() gets you there), so a destroyed one
/// never calls back. An alarm may be destroyed by any thread, and then calls back once more at most: when its callback
/// runs already. post() and the others marked so are for any thread.
class reactor {
 public:
  virtual clock::time_point now() const noexcept = 0;  ///< any thread
  virtual void post(std::function<void()>) = 0;        ///< any thread; in order
  virtual bool on_loop() const noexcept = 0;           ///< whether this thread is in a callback
  virtual std::unique_ptr<alarm> make_alarm() = 0;
  /// `ready` gets EPOLL* bits. \throws std::system_error
  virtual std::unique_ptr<watch> make_watch(int fd, std::function<void(std::uint32_t)> ready) = 0;
  /// Any thread. It stays until the socket of that number (handshake::socket) has gone; with zero, until the engine
  /// ends.
  virtual void add(std::shared_ptr<progress_source>, std::uint64_t socket = 0) = 0;
  virtual void attend(progress_source&) noexcept = 0;  ///< any thread: it became busy()
  /// Whether what is posted runs soon though no caller waits: a helper drives the loop, or the application's own.
  virtual bool runs_by_itself() const noexcept { return true; }

 protected:
  ~reactor() = default;
};

}  // namespace weft::ext
