// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>
#include <weft/ext/reactor.hpp>
#include <weft/message.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace weft::test {

/// A reactor whose loop turns when the test says so, by a clock that the test sets.
class manual_reactor final : public ext::reactor {
 public:
  manual_reactor() = default;
  /// What was posted is forgotten, and what that lets go of may post and use alarms.
  ~manual_reactor() {
    while (!posted_.empty()) auto const forgotten = std::exchange(posted_, {});
  }

  clock::time_point now() const noexcept override { return now_; }
  void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
  bool on_loop() const noexcept override { return running_; }
  std::unique_ptr<ext::alarm> make_alarm() override { return std::make_unique<manual_alarm>(*this); }
  std::unique_ptr<ext::watch> make_watch(int, std::function<void(std::uint32_t)>) override {
    throw std::logic_error("no descriptors here");
  }
  void add(std::shared_ptr<ext::progress_source>, std::uint64_t = 0) override {}
  void attend(ext::progress_source&) noexcept override {}

  /// Runs what was posted, and what that posts, and the alarms that are due.
  void run() {
    running_ = true;
    while (run_posted() || run_due()) {}
    running_ = false;
  }
  void advance(clock::duration by) {
    now_ += by;
    run();
  }
  std::size_t alarms() const noexcept { return alarms_.size(); }
  bool idle() const noexcept { return posted_.empty(); }

 private:
  class manual_alarm final : public ext::alarm {
   public:
    explicit manual_alarm(manual_reactor& r) : owner_(r) {}
    ~manual_alarm() override { cancel(); }
    void at(clock::time_point when, std::function<void()> callback) override {
      cancel();
      owner_.alarms_.push_back({this, when, std::move(callback)});
    }
    void cancel() noexcept override {
      std::erase_if(owner_.alarms_, [this](armed const& a) { return a.owner == this; });
    }

   private:
    manual_reactor& owner_;
  };
  struct armed {
    manual_alarm* owner;
    clock::time_point when;
    std::function<void()> callback;
  };

  bool run_posted() {
    if (posted_.empty()) return false;
    auto const work = std::move(posted_.front());
    posted_.pop_front();
    work();
    return true;
  }
  bool run_due() {
    auto const it = std::ranges::find_if(alarms_, [this](armed const& a) { return a.when <= now_; });
    if (it == alarms_.end()) return false;
    auto const callback = std::move(it->callback);
    alarms_.erase(it);
    callback();
    return true;
  }

  clock::time_point now_{std::chrono::hours(1)};
  std::deque<std::function<void()>> posted_;
  std::vector<armed> alarms_;
  bool running_ = false;
};

/// A socket's side of one connection, under script: it remembers what it was told, and answers no ring by itself.
class socket_side final : public ext::connection_events {
 public:
  struct bell final : ext::doorbell {
    void ring() noexcept override { ++rings; }
    unsigned rings = 0;
  };

  explicit socket_side(std::unique_ptr<ext::connection> c) : link(std::move(c)) {}

  void start() { link->start(ear); }
  /// As a socket: asks the connection what happened, then flushes it, if it wants that.
  void look() {
    if (link->progress(*this)) link->flush();
  }
  void grant(unsigned messages) {
    link->grant(messages);
    link->flush();
  }
  void send(std::string_view text) {
    --credit;
    link->send(message(text));
    link->flush();
  }
  void finish() {
    link->finish();
    link->flush();
  }
  void close(std::error_code why) {
    link->close(why);
    link->flush();
  }
  /// Of what was told of together and left where it came.
  void take(unsigned messages) {
    bool flush = false;
    for (; messages > 0; --messages) flush |= take_one();
    if (flush) link->flush();
  }
  /// Whether it rang since the last time this was asked.
  bool rang() noexcept { return std::exchange(ear->rings, 0u) > 0; }

  // ext::connection_events
  void on_message(message&& m) noexcept override { (heard += m.text()) += ' '; }
  void on_messages(ext::message_source& from, unsigned n, std::uint64_t bytes) noexcept override {
    if (!leaves_lots) return connection_events::on_messages(from, n, bytes);
    lot = &from;
    lying += n;
  }
  void on_unread(message&& m) noexcept override { (unread += m.text()) += ' '; }
  void on_writable(unsigned sends) noexcept override { credit += sends; }
  void on_closed(std::error_code why) noexcept override {
    while (lying > 0) take_one();
    ++ends;
    ended = why;
  }

  std::unique_ptr<ext::connection> link;
  std::shared_ptr<bell> ear = std::make_shared<bell>();
  std::string heard;   // the bodies, with a space after each
  std::string unread;  // what nobody will ever hear
  bool leaves_lots = false;
  ext::message_source* lot = nullptr;
  unsigned lying = 0;
  unsigned credit = 0;
  unsigned ends = 0;
  std::optional<std::error_code> ended;

 private:
  bool take_one() {
    message m;
    --lying;
    bool const flush = lot->take(m);
    (heard += m.text()) += ' ';
    return flush;
  }
};

}  // namespace weft::test
