// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/export.hpp>
#include <weft/ext/operation.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>
#include <weft/select.hpp>
#include <weft/socket.hpp>
#include <weft/socket_channel.hpp>

#include <array>
#include <atomic>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

/// Coroutines without Asio: `co_await socket.receive_async()` resumes on the loop of the socket's engine: on its
/// helper, or on whoever drives it.
namespace weft {

namespace ext {

/// A coroutine that waits for the cases of a select, and tries them on the loop. Nothing is consumed but right before
/// it goes on, so one that is destroyed has consumed nothing.
class WEFT_API suspended final : public signal, public std::enable_shared_from_this<suspended> {
 public:
  /// \throws std::system_error invalid_option when no case has an engine
  suspended(std::coroutine_handle<>, std::span<select_case* const>, op_options const&);
  ~suspended() override;

  void begin();
  /// The coroutine goes, and its cases with it. Not while it is being resumed.
  void abandon() noexcept;
  void raise() noexcept override;
  meeting* meets() noexcept override { return &meeting_; }

  std::size_t taken() const noexcept { return taken_; }  ///< the number of cases for none
  std::error_code why() const noexcept { return why_; }

 private:
  struct waiting;
  enum state { idle, scheduled, trying, again };

  void run() noexcept;
  void watch_descriptors();
  bool try_once() noexcept;
  void let_go() noexcept;

  std::shared_ptr<core::socket> home_;
  std::unique_ptr<waiting> waiting_;
  std::coroutine_handle<> who_;
  std::atomic<state> state_{scheduled};  // by begin()
  meeting meeting_;
  std::size_t taken_ = 0;
  std::error_code why_;
};

/// What a task gives to what it awaits.
struct carries_stop {
  std::stop_token stop;
};

}  // namespace ext

/// Awaits one of several cases: see async_select().
template <class... Cases>
class select_awaitable {
 public:
  explicit select_awaitable(op_options o, Cases... cases) : options_(std::move(o)), cases_(std::move(cases)...) {}
  select_awaitable(select_awaitable const&) = delete;
  select_awaitable& operator=(select_awaitable const&) = delete;
  ~select_awaitable() {
    if (waits_) waits_->abandon();
  }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> who) {
    std::apply([this](auto&... c) { all_ = {&c...}; }, cases_);
    waits_ = std::make_shared<ext::suspended>(who, all_, options_);
    auto const hold = waits_;  // it may go on, and this away, before begin() has returned
    hold->begin();
  }
  select_result await_resume() {
    auto const done = std::move(waits_);
    if (done->taken() == all_.size()) return {all_.size(), done->why()};
    all_[done->taken()]->run();
    return {done->taken(), all_[done->taken()]->error()};
  }
  void carry(std::stop_token const& stop) {
    if (!options_.stop.stop_possible()) options_.stop = stop;
  }

 private:
  op_options options_;
  std::tuple<Cases...> cases_;
  std::array<ext::select_case*, sizeof...(Cases)> all_{};
  std::shared_ptr<ext::suspended> waits_;
};

/// As select(), for co_await: gives a select_result, whose index is the number of cases when the task was stopped.
/// At least one case must be a socket's or context's, on whose loop the coroutine goes on.
template <std::derived_from<ext::select_case>... Cases>
select_awaitable<Cases...> async_select(Cases... cases) {
  return select_awaitable<Cases...>(op_options(), std::move(cases)...);
}

namespace ext {

struct keep_message {
  void operator()(result<message> r) { *to = std::move(r); }
  result<message>* to;
};

}  // namespace ext

/// What `co_await socket.receive_async()` gives is the message; what fails is thrown, as by receive().
class receive_awaitable {
 public:
  receive_awaitable(receiver from, op_options o)
      : got_(make_error_code(errc::canceled)),
        waits_(std::move(o), on_receive(std::move(from), ext::keep_message{&got_})) {}
  receive_awaitable(receive_awaitable const&) = delete;
  receive_awaitable& operator=(receive_awaitable const&) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> who) { waits_.await_suspend(who); }
  message await_resume() {
    if (auto const done = waits_.await_resume(); done.error) raise(done.error);
    return std::move(got_).value();
  }
  void carry(std::stop_token const& stop) { waits_.carry(stop); }

 private:
  result<message> got_;
  select_awaitable<ext::receive_case<receiver, ext::keep_message>> waits_;
};

/// As send(): what fails is thrown.
class send_awaitable {
 public:
  send_awaitable(sender to, message m, op_options o) : waits_(std::move(o), on_send(std::move(to), std::move(m))) {}
  send_awaitable(send_awaitable const&) = delete;
  send_awaitable& operator=(send_awaitable const&) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> who) { waits_.await_suspend(who); }
  void await_resume() {
    if (auto const done = waits_.await_resume(); done.error) raise(done.error);
  }
  void carry(std::stop_token const& stop) { waits_.carry(stop); }

 private:
  select_awaitable<ext::send_case<sender, ext::nothing>> waits_;
};

template <class T = void>
class task;

namespace ext {

template <class T>
struct task_result {
  void return_value(T v) { value.emplace(std::move(v)); }
  T take() { return *std::move(value); }
  std::optional<T> value;
};
template <>
struct task_result<void> {
  void return_void() const noexcept {}
  void take() const noexcept {}
};

/// What is awaited, where it is: gcc 12 would copy it.
template <class Awaited>
struct borrowed {
  bool await_ready() { return it.await_ready(); }
  auto await_suspend(std::coroutine_handle<> who) { return it.await_suspend(who); }
  decltype(auto) await_resume() { return it.await_resume(); }
  Awaited& it;
};

template <class T>
struct task_promise : task_result<T>, carries_stop {
  struct last {
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<task_promise> h) const noexcept {
      auto& p = h.promise();
      auto const then = p.next;
      p.over.store(true, std::memory_order_release);  // its owner may destroy it from now on
      return then ? then : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  task<T> get_return_object() noexcept;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  last final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { failure = std::current_exception(); }

  /// The stop goes along to whatever is awaited, unless that has one of its own.
  template <class Awaited>
  borrowed<std::remove_reference_t<Awaited>> await_transform(Awaited&& a) noexcept {
    if constexpr (requires { a.carry(stop); }) a.carry(stop);
    return {a};
  }

  std::coroutine_handle<> next;
  std::exception_ptr failure;
  std::atomic<bool> over{false};
};

}  // namespace ext

/// A coroutine that is awaited, or started by hand. Runs where it is started until it waits, and from then on the loop
/// of what it waits for. Destroyed while it waits it takes nothing along.
/// Thread safety: is_done() from any thread; destroyed when it is done, or where its loop does not run it meanwhile.
template <class T>
class [[nodiscard]] task {
 public:
  using promise_type = ext::task_promise<T>;

  task(task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  task& operator=(task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~task() {
    if (frame_) frame_.destroy();
  }

  /// Once, for one that nobody awaits. What it awaits ends in `canceled` when `stop` is requested.
  void start(std::stop_token stop = {}) {
    carry(stop);
    frame_.resume();
  }
  bool is_done() const noexcept { return frame_.promise().over.load(std::memory_order_acquire); }
  /// What it returned, or throws what it threw. \pre is_done()
  T get() {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
    return frame_.promise().take();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> next) noexcept {
    frame_.promise().next = next;
    return frame_;
  }
  T await_resume() { return get(); }
  void carry(std::stop_token const& stop) {
    if (!frame_.promise().stop.stop_possible()) frame_.promise().stop = stop;
  }

 private:
  friend promise_type;
  explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

template <class T>
task<T> ext::task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

}  // namespace weft
