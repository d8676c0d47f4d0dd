// SPDX-License-Identifier: MIT
#pragma once

#include <weft/channel.hpp>
#include <weft/error.hpp>
#include <weft/export.hpp>
#include <weft/ext/operation.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>
#include <weft/socket_channel.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// Which case a select committed to, and how that ended: `closed` for a channel that is.
struct select_result {
  std::size_t index = 0;
  std::error_code error{};
};

namespace ext {

/// One thing that a select may commit to. Nothing is ever done but by attempt(), in the thread that selects: of the
/// others nothing is consumed.
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

  virtual bool last_resort() const noexcept { return false; }  ///< when nothing else is ready
  virtual bool is_over() const noexcept { return false; }      ///< a closed channel
  virtual bool once() const noexcept { return false; }         ///< a selector forgets it then
  virtual clock::time_point due() const noexcept { return clock::time_point::max(); }
  virtual std::pair<int, short> descriptor() const noexcept { return {-1, 0}; }  ///< and POLL* bits
  virtual core::socket* home() const noexcept { return nullptr; }
};

/// Tries all once. \return the index of the one that committed; the number of cases for none
WEFT_API std::size_t attempt_any(std::span<select_case* const> cases);
/// The same, and waits.
WEFT_API select_result select_among(std::span<select_case* const> cases);
WEFT_API bool descriptor_ready(int fd, short events) noexcept;

/// Watches a channel for a case.
template <class Channel>
class watched {
 public:
  explicit watched(Channel c) noexcept : channel(std::move(c)) {}
  watched(watched&& other) noexcept : channel(other.channel) {}  // before it is watched
  ~watched() { unwatch(); }

  void watch_messages(std::shared_ptr<signal> const& s) {
    place_.who = s;
    channel.watch_messages(place_);
  }
  void watch_room(std::shared_ptr<signal> const& s) {
    place_.who = s;
    channel.watch_room(place_);
  }
  void unwatch() noexcept {
    if (!place_.who) return;
    channel.unwatch(place_);
    place_.who.reset();
  }

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
    got_ = from_.channel.receive_now();
    return !(got_.error() == std::errc::operation_would_block);
  }
  void run() override {
    if constexpr (std::invocable<F&, result<value_type>>)
      then_(std::move(got_));
    else if (got_)
      then_(*std::move(got_));
  }
  std::error_code error() const noexcept override { return got_.error(); }
  void watch(std::shared_ptr<signal> const& s) override { from_.watch_messages(s); }
  void unwatch() noexcept override { from_.unwatch(); }
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
    why_ = to_.channel.send_now(value_);
    return !(why_ == std::errc::operation_would_block);
  }
  void run() override {
    if constexpr (std::invocable<F&, std::error_code>)
      then_(why_);
    else if (!why_)
      then_();
  }
  std::error_code error() const noexcept override { return why_; }
  void watch(std::shared_ptr<signal> const& s) override { to_.watch_room(s); }
  void unwatch() noexcept override { to_.unwatch(); }
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

template <class T>
concept has_channels = requires(T& t) {
  { t.receiver() } -> std::same_as<receiver>;
};
template <class T>
concept has_sender = requires(T& t) {
  { t.sender() } -> std::same_as<sender>;
};

}  // namespace ext

// The cases. `f` runs when the select has committed to its case, after it has let go of all others.

/// The next message of a receiver, or value of a channel. `f(value)`, or `f(result<value>)` to see errors too.
template <class Channel, class F = ext::ignored>
requires requires(Channel& c, ext::observation& w) { c.watch_messages(w); }
auto on_receive(Channel from, F f = {}) { return ext::receive_case<Channel, F>(std::move(from), std::move(f)); }
/// The same of a socket or context.
template <ext::has_channels Socket, class F = ext::ignored>
auto on_receive(Socket& from, F f = {}) {
  return on_receive(from.receiver(), std::move(f));
}
/// Room for `value`. `f()`, or `f(std::error_code)` to see errors too. Sent once, and only if the case is taken.
template <class Channel, class F = ext::nothing>
requires requires(Channel& c, ext::observation& w) { c.watch_room(w); }
auto on_send(Channel to, typename Channel::value_type value, F f = {}) {
  return ext::send_case<Channel, F>(std::move(to), std::move(value), std::move(f));
}
template <ext::has_sender Socket, class F = ext::nothing>
auto on_send(Socket& to, message m, F f = {}) {
  return on_send(to.sender(), std::move(m), std::move(f));
}
template <class F = ext::nothing>
auto on_timer(deadline d, F f = {}) {
  return ext::timer_case<F>(d, std::move(f));
}
/// Before all else.
template <class F = ext::nothing>
auto on_stop(std::stop_token t, F f = {}) {
  return ext::stop_case<F>(std::move(t), std::move(f));
}
/// A descriptor of somebody else's.
template <class F = ext::nothing>
auto on_readable(int fd, F f = {}) {
  return ext::descriptor_case<F>(fd, 1, std::move(f));  // POLLIN
}
template <class F = ext::nothing>
auto on_writable(int fd, F f = {}) {
  return ext::descriptor_case<F>(fd, 4, std::move(f));  // POLLOUT
}
/// At once when nothing is ready: then select() never waits.
template <class F = ext::nothing>
auto otherwise(F f = {}) {
  return ext::otherwise_case<F>(std::move(f));
}

/// Waits until one of the cases can go, commits to it and runs its `f`. A stop goes before a closed channel, that
/// before what is ready, and of what is ready all have the same chance. Cases that were not taken have consumed and
/// sent nothing.
/// Cost: no allocation when something is ready at once.
template <std::derived_from<ext::select_case>... Cases>
select_result select(Cases&&... cases) {
  std::array<ext::select_case*, sizeof...(Cases)> const all{&cases...};
  return ext::select_among(all);
}

/// A select whose cases stay, and may come and go. A wait costs what is ready, however many cases there are.
///
/// A case of a channel that is closed is taken once more and then forgotten, as are sends, timers and stops once taken.
/// Thread safety: none but for what makes its cases ready. Destroyed when no wait() runs.
class WEFT_API selector {
 public:
  selector();
  selector(selector&&) noexcept;
  selector& operator=(selector&&) noexcept;
  ~selector();

  /// \return its number, as wait() will name it; never given again
  template <std::derived_from<ext::select_case> Case>
  std::size_t add(Case c) {
    return add(std::unique_ptr<ext::select_case>(std::make_unique<Case>(std::move(c))));
  }
  std::size_t add(std::unique_ptr<ext::select_case>);
  /// Not from inside the case's own `f`. \return whether it was there
  bool remove(std::size_t number) noexcept;
  std::size_t size() const noexcept;

  /// As select(). Errors besides: `canceled`, `timed_out`; `closed` when no case is left.
  select_result wait(op_options const& o = {});
  /// Without waiting: `would_block` when nothing is ready.
  select_result poll();

 private:
  class hub;
  std::shared_ptr<hub> hub_;
};

/// Several channels as one: each value once, in the order of its own channel, and none waits for the others. Ends when
/// all have ended.
template <class Channel>
class merged {
 public:
  using value_type = typename Channel::value_type;

  explicit merged(std::vector<Channel> from) : got_(std::make_unique<result<value_type>>(errc::would_block)) {
    for (auto& c : from)
      all_.add(on_receive(std::move(c), [to = got_.get()](result<value_type> r) { *to = std::move(r); }));
  }

  /// Errors: `closed` when all are, `canceled`, `timed_out`; what one of them says ends this receive only.
  value_type receive(op_options const& o = {}) { return receive_result(o).value(); }
  /// The same, and the reason there is none.
  result<value_type> receive_result(op_options const& o = {}) {
    for (;;) {
      auto const done = all_.wait(o);
      if (!done.error) return std::move(*got_);
      if (done.error != errc::closed || all_.size() == 0) return done.error;
    }
  }

  using iterator = ext::receiving_iterator<merged>;
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::unique_ptr<result<value_type>> got_;  // of the last wait
  selector all_;
};

template <class Channel>
merged<Channel> merge(std::vector<Channel> from) {
  return merged<Channel>(std::move(from));
}
template <class Channel, std::same_as<Channel>... More>
merged<Channel> merge(Channel first, More... more) {
  return merged<Channel>({std::move(first), std::move(more)...});
}

}  // namespace weft
