// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/constants.hpp>
#include <weft/fabric/error.hpp>
#include <weft/fabric/handle.hpp>
#include <weft/fabric/operation.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

struct pollfd;

namespace weft::fabric {

class domain;
struct raw_queue;
struct sleeper;

/// One thing that came out of a completion queue.
struct entry {
  operation* op = nullptr;  ///< null when the provider names none (a failed inject): it belongs to nobody
  completion what;          ///< how that ended

  /// Runs the operation's callback, in this thread: who reads an entry owes it that.
  void complete() const noexcept {
    if (op) op->complete(what);
  }
};

/// fi_cq(3). What is not said is what weft's own transport uses.
struct queue_options {
  std::size_t depth = 0;  ///< how many completions it holds at least: an overrun loses them; 0: the provider's choice
  /// Below `msg` no completion says what it was, nor how long; below `data`, with what data; below `tagged`, with what
  /// tag. unspecified is tagged.
  queue_format format = queue_format::tagged;
  std::optional<wait_kind> wait = {};  ///< this one or none; by default the best that the provider really does
  bool sources = false;                ///< completions name their sender: of a domain with capability::source
};

/// Where operations end: fi_cq(3).
///
/// Thread safety: threads take turns: one at a time is in read(), wait(), wait_any() or may_sleep_for(). dispatch() and
/// run_until() take turns by themselves, are for any number of threads at once, and want nobody beside them in those.
/// wake() is for any thread. Callbacks of operations run in the thread whose turn it is, one at a time, under no lock.
class WEFT_API completion_queue {
 public:
  /// An endpoint is opened with it as endpoint_bindings::sends or receives. Fails when the provider refuses; but a
  /// wait that nobody asked for becomes wait_kind::backoff.
  static setup<std::shared_ptr<completion_queue>> open(std::shared_ptr<domain const>, queue_options const& = {});
  ~completion_queue();
  completion_queue(completion_queue const&) = delete;
  completion_queue& operator=(completion_queue const&) = delete;

  /// Makes the provider move and takes what is ready, errors among it, without waiting. Failed operations come one by
  /// one, and hold up nothing. Keep `out`: to make it anew costs more than to read.
  /// \return how many entries are written, from the first \pre !out.empty()
  std::size_t read(std::span<entry> out) noexcept;

  /// Sleeps until read() has something, wake() is called, or `until`; for 100 ms at most, and perhaps less.
  void wait(clock::time_point until) noexcept;

  /// Ends the wait() that runs, or the next one. Cheap when nobody waits.
  void wake() noexcept;

  // For a loop of one's own, which sleeps on other things as well: it asks how long it may sleep, does, and reads.

  /// What becomes readable when there may be something, if may_sleep_for() was asked before; stays the queue's. Nothing
  /// where there is none to be had, and in a queue that is broken: who sleeps for no longer than he may, misses
  /// nothing. wake() does not make it readable.
  std::optional<int> fd() const noexcept;
  /// How long one may sleep now, at most 100 ms: to be asked before each sleep (fi_trywait). Zero: read() first. Where
  /// there is no fd() it is short, and longer from one time to the next while nothing comes.
  clock::duration may_sleep_for() noexcept;

  /// Takes what is ready to its operations; waits for it until `until`. Ends at once when another thread has the turn,
  /// unless there is time: then it waits for the turn, too. \return how many operations have ended
  std::size_t dispatch(clock::time_point until = clock::time_point::min());

  /// Runs completions, or lets another thread run them, until `done`: which is looked at after every batch of them.
  /// Looks for some 20 us before it sleeps; a sleeping thread costs no CPU. op_options::interruptible does not count.
  /// \return errc::canceled, timed_out, or why the queue is broken: then `done` is not
  std::error_code run_until(std::atomic<bool> const& done, op_options const&);

  /// How wait() sleeps, as the provider allowed.
  wait_kind waits_on() const noexcept { return kind_; }
  queue_format format() const noexcept { return format_; }  ///< never unspecified
  /// Whether completions name their sender. Not where the provider says so, and names the wrong one (rxd).
  bool sources() const noexcept { return sources_; }

  /// Set when the queue itself has failed: nothing comes out of it any more.
  std::error_code broken() const noexcept { return broken_; }

  /// Completions that named no operation.
  std::size_t unclaimed() const noexcept { return unclaimed_.load(std::memory_order_relaxed); }

  /// The provider's own words for an error.
  std::string text(completion const&) const;

  fid_cq* native_handle() const noexcept { return cq_.get(); }  ///< for other calls; stays this one's

 private:
  friend bool wait_any(std::span<completion_queue* const>, clock::time_point);
  static constexpr std::size_t batch = 32;

  explicit completion_queue(std::shared_ptr<domain const> in) noexcept;

  long make(wait_kind, queue_options const&) noexcept;
  long make_queue(raw_queue const&) noexcept;
  long make_with_descriptor(raw_queue) noexcept;
  long make_in_wait_set(raw_queue) noexcept;

  long take(std::span<entry> out) noexcept;
  std::size_t take_stash(std::span<entry> out) noexcept;
  std::size_t read_failed(long rc, std::span<entry> out) noexcept;
  bool fill_stash() noexcept;
  long try_to_sleep() noexcept;
  static bool sleep(std::span<completion_queue* const>, clock::time_point until, pollfd* room) noexcept;
  static bool wait(std::span<completion_queue* const>, clock::time_point until, pollfd* room) noexcept;

  std::size_t run_batch() noexcept;
  bool take_turn(clock::time_point until, std::atomic<bool> const* done, std::stop_token const*);
  void end_turn() noexcept;
  void drive(std::atomic<bool> const& done, op_options const&) noexcept;

  std::shared_ptr<domain const> domain_;
  handle<fid_wait> wait_set_;  // the queue is in it, so it closes later
  handle<fid_cq> cq_;
  wait_kind kind_ = wait_kind::backoff;
  queue_format format_ = queue_format::tagged;
  bool sources_ = false;
  int fd_ = -1;  // the queue's or the wait set's, not ours to close
  std::unique_ptr<sleeper> sleeper_;
  std::error_code broken_;
  clock::duration backoff_{};

  std::array<entry, batch> taken_;  // by whoever has the turn: making it anew costs more than a completion

  // What wait() had to read in order to know that there is something.
  std::array<entry, batch> stash_;
  std::size_t stash_begin_ = 0;
  std::size_t stash_end_ = 0;
  std::atomic<std::size_t> unclaimed_{0};

  std::mutex turn_mutex_;
  std::condition_variable turn_;
  bool driven_ = false;
  std::atomic<unsigned> parked_{0};
};

/// As completion_queue::wait(), over several: sleeps until read() of any of them has something, any of them is woken,
/// or `until`; for 100 ms at most. The caller has the turn at all of them. \pre none is null \return whether it has
/// ended before its time: one of them may have something
WEFT_API bool wait_any(std::span<completion_queue* const>, clock::time_point until);

}  // namespace weft::fabric
