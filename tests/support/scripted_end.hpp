// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/attendant.hpp>
#include <weft/ext/connection.hpp>
#include <weft/ext/reactor.hpp>

#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::test {

/// One connection under script: what the socket asked of it, and what it is to tell the socket.
/// Outlives the connection, so that a test can look afterwards. Thread safety: all members.
class scripted_end {
  template <class F>
  auto locked(F f) const {
    std::lock_guard lock(mutex_);
    return f();
  }

 public:
  // What the peer does. The socket learns of it when it answers the ring.
  void say(message m) {
    notes([&] { inbound_.push_back(std::move(m)); });
    ring();
  }
  void say(std::string_view text) { say(message(text)); }
  void make_room(unsigned sends = 1) {
    notes([&] { room_ += sends; });
    ring();
  }
  void hang_up(std::error_code why = {}) {
    notes([&] { ending_ = why; });
    ring();
  }
  /// As ext::bell does: a thread that drives for the socket hears it itself.
  void ring() {
    if (auto const b = bell(); b && !ext::attendant::hears(b->where())) b->ring();
  }
  std::shared_ptr<ext::doorbell> bell() const {
    return locked([&] { return bell_; });
  }

  /// Messages said that the socket was not told of yet.
  std::size_t untold() const {
    return locked([&] { return inbound_.size(); });
  }

  // What the socket did.
  bool started() const {
    return locked([&] { return started_; });
  }
  unsigned answers() const {
    return locked([&] { return answers_; });
  }
  unsigned granted() const {
    return locked([&] { return granted_; });
  }
  unsigned flushes() const {
    return locked([&] { return flushes_; });
  }
  bool finished() const {
    return locked([&] { return finished_; });
  }
  /// The reason of the first close().
  std::optional<std::error_code> closed() const {
    return locked([&] { return closed_; });
  }
  bool told_the_end() const {
    return locked([&] { return ended_; });
  }
  bool destroyed() const {
    return locked([&] { return destroyed_; });
  }
  /// Anything but a flush() after on_closed(), or a destruction inside progress().
  bool broken_promises() const {
    return locked([&] { return broken_; });
  }
  /// The bodies sent, with a space after each.
  std::string heard() const {
    return locked([&] {
      std::string all;
      for (auto const& m : sent_) all.append(m.text()) += ' ';
      return all;
    });
  }
  std::size_t count() const {
    return locked([&] { return sent_.size(); });
  }
  /// The oldest message sent; what it was is forgotten. \pre count() > 0
  message take() {
    std::lock_guard lock(mutex_);
    message m = std::move(sent_.front());
    sent_.pop_front();
    return m;
  }

  // Set before the connection is made.
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::size_t unconfirmed = 0;
  bool lingers = false;     // finish() does not end it
  bool wants_flush = true;  // after progress()
  ext::progress_source* source = nullptr;
  std::function<void()> on_flush;

 private:
  friend class scripted_wire;

  template <class F>
  void notes(F f) noexcept {
    std::lock_guard lock(mutex_);
    if (ended_) broken_ = true;
    f();
  }

  mutable std::mutex mutex_;
  std::shared_ptr<ext::doorbell> bell_;
  std::deque<message> sent_;
  std::deque<message> inbound_;
  unsigned room_ = 0;
  unsigned granted_ = 0;
  unsigned delivered_ = 0;
  unsigned answers_ = 0;
  unsigned flushes_ = 0;
  std::optional<std::error_code> closed_;
  std::optional<std::error_code> ending_;
  bool started_ = false;
  bool finished_ = false;
  bool ended_ = false;
  bool inside_ = false;  // progress()
  bool destroyed_ = false;
  bool broken_ = false;
};

/// The connection that belongs to a scripted_end.
class scripted_wire final : public ext::connection {
 public:
  explicit scripted_wire(std::shared_ptr<scripted_end> e) noexcept : end_(std::move(e)) {}
  ~scripted_wire() override {
    std::shared_ptr<ext::doorbell> bell;  // let go outside the lock: it may be the last that keeps the socket
    std::lock_guard lock(end_->mutex_);
    bell.swap(end_->bell_);
    end_->destroyed_ = true;
    if (end_->inside_ || (end_->started_ && !end_->ended_)) end_->broken_ = true;
  }

  void start(std::shared_ptr<ext::doorbell> bell) noexcept override {
    end_->notes([&] {
      end_->bell_ = std::move(bell);
      end_->started_ = true;
    });
    if (has_news()) end_->ring();
  }
  bool progress(ext::connection_events& events) noexcept override {
    end_->notes([&] {
      ++end_->answers_;
      end_->inside_ = true;
    });
    if (unsigned const room = end_->locked([&] { return std::exchange(end_->room_, 0u); })) events.on_writable(room);
    while (auto m = next()) events.on_message(*std::move(m));
    while (auto m = unread()) events.on_unread(*std::move(m));
    auto const why = end_->locked([&] {
      end_->inside_ = false;
      end_->ended_ = end_->ending_.has_value();
      return end_->ending_;
    });
    if (why) events.on_closed(*why);
    return end_->wants_flush;
  }
  bool send(message&& m) noexcept override {
    end_->notes([&] { end_->sent_.push_back(std::move(m)); });
    return true;
  }
  void grant(unsigned messages) noexcept override {
    end_->notes([&] { end_->granted_ += messages; });
  }
  void finish() noexcept override {
    end_->notes([&] {
      end_->finished_ = true;
      if (!end_->lingers && !end_->ending_) end_->ending_.emplace();
    });
  }
  void close(std::error_code why) noexcept override {
    end_->notes([&] {
      if (!end_->closed_) end_->closed_ = why;
      if (!end_->ending_) end_->ending_ = why;
    });
  }
  void flush() noexcept override {
    end_->locked([&] { ++end_->flushes_; });
    if (end_->on_flush) end_->on_flush();
    if (has_news()) end_->ring();
  }
  std::size_t unconfirmed() const noexcept override { return end_->unconfirmed; }
  std::size_t max_message() const noexcept override { return end_->limit; }
  ext::progress_source* source() noexcept override { return end_->source; }
  std::string peer_address() const override { return "peer"; }

 private:
  bool has_news() const {
    return end_->locked([&] {
      bool const wanted = end_->delivered_ < end_->granted_ || end_->finished_;
      bool const deliverable = !end_->inbound_.empty() && wanted;
      return !end_->ended_ && (end_->ending_ || end_->room_ > 0 || deliverable);
    });
  }
  std::optional<message> next() {
    return end_->locked([&]() -> std::optional<message> {
      if (end_->inbound_.empty()) return {};
      if (end_->delivered_ == end_->granted_ && !end_->ending_) return {};
      ++end_->delivered_;
      return take();
    });
  }
  std::optional<message> unread() {
    return end_->locked([&]() -> std::optional<message> {
      if (!end_->finished_ || end_->inbound_.empty()) return {};
      return take();
    });
  }
  message take() {
    message m = std::move(end_->inbound_.front());
    end_->inbound_.pop_front();
    return m;
  }

  std::shared_ptr<scripted_end> end_;
};

}  // namespace weft::test
