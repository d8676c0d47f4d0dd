// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/ext/operation.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <system_error>
#include <utility>

namespace weft {

namespace core {
class socket;
}

/// Which case a select committed to, and how that ended: `closed` for a channel that is.
struct select_result {
  std::size_t index = 0;
  std::error_code error{};
};

namespace ext {

/// One thing that a select may commit to. Nothing is ever done but by attempt(), in the thread that selects, or by the
/// one whom it meets: of the others nothing is consumed.
class WEFT_API select_case {
 public:
  enum class phase { stopped, closed, ready };  ///< asked in this order of all cases

  virtual ~select_case() = default;
  virtual bool attempt(phase) = 0;  ///< \return whether it committed
  virtual void run() = 0;           ///< what the user wants done after it
  virtual std::error_code error() const noexcept { return {}; }

  /// From now on `s` is raised when attempt() may succeed.
  virtual void watch(std::shared_ptr<signal> const& s) = 0;
  virtual void unwatch() noexcept = 0;

  /// Where it is registered, and another select may meet it; null when it is not.
  virtual observation const* place() const noexcept { return nullptr; }
  virtual void met() noexcept {}  ///< another has committed it there

  virtual bool last_resort() const noexcept { return false; }  ///< when nothing else is ready
  virtual bool is_over() const noexcept { return false; }      ///< a closed channel
  virtual bool once() const noexcept { return false; }         ///< a selector forgets it then
  virtual clock::time_point due() const noexcept { return clock::time_point::max(); }
  virtual std::pair<int, short> descriptor() const noexcept { return {-1, 0}; }  ///< and POLL* bits
  virtual core::socket* home() const noexcept { return nullptr; }
};

/// Tries all once. \return the index of the one that committed; the number of cases for none
WEFT_API std::size_t attempt_any(std::span<select_case* const> cases);
/// Which of them others have committed: see meeting. \pre place is one of theirs
WEFT_API std::size_t met_at(std::span<select_case* const> cases, observation const* place) noexcept;
/// Tries, and waits.
WEFT_API select_result select_among(std::span<select_case* const> cases);
WEFT_API bool descriptor_ready(int fd, short events) noexcept;

/// Watches a channel for a case.
template <class Channel>
class watched {
 public:
  explicit watched(Channel c) noexcept : channel(std::move(c)) {}
  watched(watched&& other) noexcept : channel(other.channel) {}  // before it is watched
  ~watched() { unwatch(); }

  // A channel<T> may have no buffer. Then a case that waits offers its value, or a place for one.
  template <class Value>
  void watch_messages(std::shared_ptr<signal> const& s, result<Value>& into) {
    place_.who = s;
    if constexpr (requires { channel.watch_messages(place_, into); })
      channel.watch_messages(place_, into);
    else
      channel.watch_messages(place_);
  }
  template <class Value>
  void watch_room(std::shared_ptr<signal> const& s, Value& value) {
    place_.who = s;
    if constexpr (requires { channel.watch_room(place_, value); })
      channel.watch_room(place_, value);
    else
      channel.watch_room(place_);
  }
  auto receive_now() {
    if constexpr (requires { channel.receive_now(place_); })
      return channel.receive_now(place_);
    else
      return channel.receive_now();
  }
  template <class Value>
  std::error_code send_now(Value& value) {
    if constexpr (requires { channel.send_now(value, place_); })
      return channel.send_now(value, place_);
    else
      return channel.send_now(value);
  }
  void unwatch() noexcept {
    if (!place_.who) return;
    channel.unwatch(place_);
    place_.who.reset();
  }

  observation const* place() const noexcept { return &place_; }

  Channel channel;

 private:
  observation place_;
};

template <class Channel, class F>
class receive_case final : public select_case {
 public:
  using value_type = typename Channel::value_type;

  receive_case(Channel c, F f) noexcept : from_(std::move(c)), then_(std::move(f)) {}

  bool attempt(phase p) override {
    if (p == phase::stopped || (p == phase::closed && !is_over())) return false;
    got_ = from_.receive_now();
    return !(got_.error() == std::errc::operation_would_block);
  }
  void run() override {
    if constexpr (std::invocable<F&, result<value_type>>)
      then_(std::move(got_));
    else if (got_)
      then_(*std::move(got_));
  }
  std::error_code error() const noexcept override { return got_.error(); }
  void watch(std::shared_ptr<signal> const& s) override { from_.watch_messages(s, got_); }
  void unwatch() noexcept override { from_.unwatch(); }
  observation const* place() const noexcept override { return from_.place(); }
  bool is_over() const noexcept override { return from_.channel.closed(); }
  core::socket* home() const noexcept override { return from_.channel.home().get(); }

 private:
  watched<Channel> from_;
  F then_;
  result<value_type> got_{make_error_code(errc::would_block)};
};

template <class Channel, class F>
class send_case final : public select_case {
 public:
  using value_type = typename Channel::value_type;

  send_case(Channel c, value_type v, F f) noexcept : to_(std::move(c)), value_(std::move(v)), then_(std::move(f)) {}

  bool attempt(phase p) override {
    if (p == phase::stopped || (p == phase::closed && !is_over())) return false;
    why_ = to_.send_now(value_);
    return !(why_ == std::errc::operation_would_block);
  }
  void run() override {
    if constexpr (std::invocable<F&, std::error_code>)
      then_(why_);
    else if (!why_)
      then_();
  }
  std::error_code error() const noexcept override { return why_; }
  void watch(std::shared_ptr<signal> const& s) override { to_.watch_room(s, value_); }
  void unwatch() noexcept override { to_.unwatch(); }
  observation const* place() const noexcept override { return to_.place(); }
  void met() noexcept override { why_ = {}; }
  bool is_over() const noexcept override { return to_.channel.closed(); }
  bool once() const noexcept override { return true; }
  core::socket* home() const noexcept override { return to_.channel.home().get(); }

 private:
  watched<Channel> to_;
  value_type value_;
  F then_;
  std::error_code why_;
};

template <class F>
class timer_case final : public select_case {
 public:
  timer_case(deadline d, F f) noexcept : due_(d.when()), then_(std::move(f)) {}
  bool attempt(phase p) override { return p == phase::ready && clock::now() >= due_; }
  void run() override { then_(); }
  void watch(std::shared_ptr<signal> const&) override {}
  void unwatch() noexcept override {}
  bool once() const noexcept override { return true; }
  clock::time_point due() const noexcept override { return due_; }

 private:
  clock::time_point due_;
  F then_;
};

template <class F>
class stop_case final : public select_case {
 public:
  stop_case(std::stop_token t, F f) noexcept : token_(std::move(t)), then_(std::move(f)) {}
  stop_case(stop_case&& other) noexcept : token_(std::move(other.token_)), then_(std::move(other.then_)) {}
  bool attempt(phase p) override { return p == phase::stopped && token_.stop_requested(); }
  void run() override { then_(); }
  void watch(std::shared_ptr<signal> const& s) override { heard_.emplace(token_, raise{s}); }
  void unwatch() noexcept override { heard_.reset(); }
  bool once() const noexcept override { return true; }

 private:
  struct raise {
    std::shared_ptr<signal> who;
    void operator()() const noexcept { who->raise(); }
  };
  std::stop_token token_;
  F then_;
  std::optional<std::stop_callback<raise>> heard_;
};

template <class F>
class descriptor_case final : public select_case {
 public:
  descriptor_case(int fd, short events, F f) noexcept : fd_(fd), events_(events), then_(std::move(f)) {}
  bool attempt(phase p) override { return p == phase::ready && descriptor_ready(fd_, events_); }
  void run() override { then_(); }
  void watch(std::shared_ptr<signal> const&) override {}
  void unwatch() noexcept override {}
  std::pair<int, short> descriptor() const noexcept override { return {fd_, events_}; }

 private:
  int fd_;
  short events_;
  F then_;
};

template <class F>
class otherwise_case final : public select_case {
 public:
  explicit otherwise_case(F f) noexcept : then_(std::move(f)) {}
  bool attempt(phase) override { return false; }
  void run() override { then_(); }
  void watch(std::shared_ptr<signal> const&) override {}
  void unwatch() noexcept override {}
  bool last_resort() const noexcept override { return true; }

 private:
  F then_;
};

struct nothing {
  void operator()() const noexcept {}
};
struct ignored {
  template <class T>
  void operator()(T&&) const noexcept {}
};

template <class C>
concept gives_values = requires(C& c, observation& w) {
  c.watch_messages(w);
}
|| requires(C& c, observation& w, result<typename C::value_type>& into) { c.watch_messages(w, into); };
template <class C>
concept takes_values = requires(C& c, observation& w) {
  c.watch_room(w);
}
|| requires(C& c, observation& w, typename C::value_type& value) { c.watch_room(w, value); };

}  // namespace ext

}  // namespace weft
