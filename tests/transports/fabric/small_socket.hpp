// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>
#include <weft/message.hpp>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace weft::ofi {

/// What a socket is to its connection, and a queue.
class small_socket final : private ext::connection_events {
 public:
  explicit small_socket(std::unique_ptr<ext::connection> c) : link(std::move(c)), bell_(std::make_shared<bell>()) {
    link->start(bell_);
  }
  ~small_socket() {
    if (!closed) {
      link->close(errc::closed);
      link->flush();
      answer();
    }
  }

  void send(message&& m) {
    answer();
    {
      std::lock_guard lock(mutex_);
      --credit;
      link->send(std::move(m));
    }
    link->flush();
  }
  void send(std::string_view text) { send(message(text)); }
  void grant(unsigned n) {
    {
      std::lock_guard lock(mutex_);
      link->grant(n);
    }
    link->flush();
  }
  void finish() {
    {
      std::lock_guard lock(mutex_);
      link->finish();
    }
    link->flush();
  }
  void close(std::error_code why) {
    {
      std::lock_guard lock(mutex_);
      link->close(why);
    }
    link->flush();
  }

  /// Answers the bell. \return whether it had rung
  bool answer() {
    if (!bell_->rung.exchange(false)) return false;
    bool wanted;
    {
      std::lock_guard lock(mutex_);
      wanted = link->progress(*this);
    }
    flushes_wanted += wanted;
    if (wanted) link->flush();
    return true;
  }
  /// How many messages are there by now.
  std::size_t count() {
    answer();
    return inbox.size();
  }
  std::string next_text() {
    auto const text = std::string(inbox.front().text());
    inbox.pop_front();
    return text;
  }
  bool is_over() {
    answer();
    return closed.has_value();
  }
  bool can_send() {
    answer();
    return credit > 0;
  }

  std::unique_ptr<ext::connection> link;
  std::deque<message> inbox;
  unsigned credit = 0;
  unsigned flushes_wanted = 0;  // after progress()
  std::optional<std::error_code> closed;
  drop_counts dropped;

 private:
  struct bell final : ext::doorbell {
    void ring() noexcept override { rung = true; }
    std::atomic<bool> rung{false};
  };

  void on_message(message&& m) noexcept override { inbox.push_back(std::move(m)); }
  void on_unread(message&&) noexcept override { BOOST_ERROR("nobody finishes here"); }
  void on_dropped(drop_reason why, direction d, std::uint64_t n) noexcept override { dropped.at(why, d) += n; }
  void on_writable(unsigned n) noexcept override { credit += n; }
  void on_closed(std::error_code why) noexcept override { closed = why; }

  std::shared_ptr<bell> bell_;
  std::mutex mutex_;
};

}  // namespace weft::ofi
