// SPDX-License-Identifier: MIT
#pragma once

#include "core/errands.hpp"
#include "core/socket.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weft::core {

/// The socket's lock, and what goes with it: on entry the rings are answered, before the unlock parked callers
/// are served, and after it completions run, connections are flushed, and descriptors show what is true.
/// A callback may use and close its own socket: nothing is held when it runs.
class socket::guard {
 public:
  explicit guard(socket& s) : socket_(s), lock_(s.mutex_) { answer(); }
  /// The same, and what this thread has heard is answered, too.
  guard(socket& s, ext::attendant& who) : guard(s) {
    if (who.heard_any()) s.answer(who);
  }
  /// For a receive: the rings may wait while there is something to receive, though not for long. A sender that keeps
  /// pace would else ring for each message, and each ring moves cache lines to and fro. For the same reason they may
  /// wait a moment while there is nothing.
  guard(socket& s, ext::context& receiver) : socket_(s), lock_(s.mutex_) {
    can_receive_ = receiver.can_receive();
    if (can_receive_ && s.receives_unanswered_ < most_unanswered) [[likely]] {
      ++s.receives_unanswered_;
    } else if (s.rung_.load(std::memory_order_relaxed) && (can_receive_ || !s.lets_gather())) {
      s.receives_unanswered_ = 0;
      s.answer_rings();
      s.moderation_.looked();
      can_receive_ = receiver.can_receive();
    }
  }
  guard(guard const&) = delete;
  guard& operator=(guard const&) = delete;
  /// Of the receiver it was made for.
  bool can_receive() const noexcept { return can_receive_; }
  ~guard() {
    if (socket_.eventful_) [[unlikely]]
      settle();
    else if (socket_.touched_)
      flush();
  }

 private:
  static constexpr unsigned most_unanswered = 16;

  void answer() {
    if (socket_.rung_.load(std::memory_order_relaxed)) socket_.answer_rings();
  }

  [[gnu::noinline]] void settle() noexcept {
    socket_.pump();
    aftermath after(socket_);
    lock_.unlock();
    after.happen(socket_);
  }

  /// Nothing but that is to be done, as nearly always, and nearly always for one connection.
  [[gnu::noinline]] void flush() noexcept {
    auto& s = socket_;
    if (!s.touched_->is_last_touched()) return settle();
    auto& l = static_cast<link&>(*std::exchange(s.touched_, nullptr));
    l.untouch();
    auto const c = l.connection_;
    lock_.unlock();
    if (!c) return;  // over, and gone with an earlier guard
    errands const for_others;
    c->flush();
  }

  /// What is to be done once the lock is let go.
  class aftermath {
   public:
    explicit aftermath(socket& s) noexcept
        : watched_(s.readable_.open() || s.writable_.open()), tended_(std::exchange(s.tending_begins_, false)) {
      while (ext::pipe* p = s.touched_) {
        s.touched_ = p->untouch();
        keep(static_cast<link*>(p)->connection_);
      }
      if (!s.removed_.empty()) [[unlikely]]
        bury(s);
      while (!s.finished_.empty()) finished_.push_back(s.finished_.pop_front());
      if (!s.raised_.empty()) [[unlikely]] {
        raised_.swap(spare<std::shared_ptr<ext::signal>>());
        raised_.swap(s.raised_);
      }
      s.eventful_ = watched_ || !s.conditions_.empty();
    }
    void happen(socket& s) noexcept {
      errands const for_others;
      if (first_) first_->flush();
      if (!more_.empty()) [[unlikely]]
        flush_more();
      while (!finished_.empty()) finished_.pop_front().complete();
      if (!raised_.empty()) [[unlikely]]
        raise_all();
      if (tended_) [[unlikely]]
        begin_tending(s);
      if (watched_) s.settle_readiness();
    }

   private:
    void keep(std::shared_ptr<ext::connection> const& c) {
      if (!c) return;  // over, and gone with an earlier guard
      if (!first_) {
        first_ = c;
        return;
      }
      if (more_.empty()) more_.swap(spare<std::shared_ptr<ext::connection>>());
      more_.push_back(c);
    }
    void flush_more() noexcept {
      for (auto& c : more_) c->flush();
      keep_spare(more_);
    }
    void raise_all() noexcept {
      for (auto& who : raised_) who->raise();
      keep_spare(raised_);
    }
    // Who sends to many, or selects, does so again and again: the memory for such a list stays with the thread. A
    // call that comes back to weft finds it taken, and makes do with another.
    template <class T>
    static std::vector<T>& spare() noexcept {
      thread_local std::vector<T> list;
      return list;
    }
    template <class T>
    static void keep_spare(std::vector<T>& list) noexcept {
      list.clear();
      list.swap(spare<T>());
    }
    // Who rang before it was known that the socket is tended left it to the next caller.
    static void begin_tending(socket& s) noexcept {
      if (s.rung()) s.attend_soon();
      if (s.lanes_version_.load(std::memory_order_relaxed) != 0) s.home().loop().nudge();
    }
    // A link that is over may be kept by a doorbell of the other side's; its connection must not be.
    void bury(socket& s) noexcept {
      for (auto& l : s.removed_) over_.push_back(std::move(l->connection_));
      removed_.swap(s.removed_);
    }

    bool watched_;
    bool tended_;
    std::shared_ptr<ext::connection> first_;
    std::vector<std::shared_ptr<ext::connection>> more_;
    operation_list finished_;
    std::vector<std::shared_ptr<ext::signal>> raised_;
    // Destroyed here, without the lock.
    std::vector<std::shared_ptr<link>> removed_;
    std::vector<std::shared_ptr<ext::connection>> over_;
  };

  socket& socket_;
  std::unique_lock<base::mutex> lock_;
  bool can_receive_ = false;
};

}  // namespace weft::core
