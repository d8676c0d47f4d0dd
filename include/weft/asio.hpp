// SPDX-License-Identifier: MIT
#pragma once

#include <weft/asio_attachment.hpp>
#include <weft/asio_descriptors.hpp>
#include <weft/asio_pending.hpp>
#include <weft/engine.hpp>
#include <weft/error.hpp>
#include <weft/ext/operation.hpp>
#include <weft/ext/peers.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/req.hpp>
#include <weft/select.hpp>
#include <weft/socket.hpp>
#include <weft/socket_channel.hpp>
#include <weft/surveyor.hpp>

#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Sockets and channels with completion tokens: callbacks, use_future, use_awaitable, deferred, and what else there is.
///
/// The associated executor, allocator and cancellation slot are honoured. A completion is always posted: it never runs
/// inside the call that began it. Where no executor is associated it runs on asio's system executor: bind one.
/// Every cancellation type consumes nothing, but for REQ and SURVEYOR, whose request goes with the receive that gave it
/// up. What an executor is destroyed with is given back to the socket. Sockets must end before the executors of what
/// still waits on them.
namespace weft {

namespace net {

template <class Handler>
class receive_op final : public pending<receive_op<Handler>, Handler>, public ext::receive_operation {
 public:
  receive_op(Handler&& h, receiver from) : pending<receive_op, Handler>(std::move(h)), from_(std::move(from)) {}
  ~receive_op() {
    if (holds_) from_.give_back(std::move(this->incoming));
  }
  void start() { from_.start(*this); }
  void cancel() { (void)from_.cancel(*this); }
  void complete() noexcept override {
    holds_ = !this->why;
    this->done();
  }
  void finish() {
    holds_ = false;
    this->invoke(error_code(this->why), std::move(this->incoming));
  }

 private:
  receiver from_;
  bool holds_ = false;  // a message that nobody has yet
};

template <class Handler>
class send_op final : public pending<send_op<Handler>, Handler>, public ext::send_operation {
 public:
  send_op(Handler&& h, sender to, message m)
      : pending<send_op, Handler>(std::move(h)), to_(std::move(to)), message_(std::move(m)) {
    this->outgoing = &message_;
  }
  void start() { to_.start(*this); }
  void cancel() { (void)to_.cancel(*this); }
  void complete() noexcept override { this->done(); }
  void finish() { this->invoke(error_code(this->why)); }

 private:
  sender to_;
  message message_;
};

template <class Handler>
class peers_op final : public pending<peers_op<Handler>, Handler>, public ext::peers_operation {
 public:
  peers_op(Handler&& h, std::shared_ptr<core::socket> s, std::size_t n, std::string url)
      : pending<peers_op, Handler>(std::move(h)), ext::peers_operation(std::move(s), n, std::move(url)) {}
  void start() { ext::peers_operation::begin(); }
  void cancel() { (void)ext::peers_operation::cancel(); }
  void complete() noexcept override { this->done(); }
  void finish() { this->invoke(error_code(this->why)); }
};

/// A select that is tried again on its handler's executor whenever something may be ready.
template <class Handler, class... Cases>
class select_op final : public pending<select_op<Handler, Cases...>, Handler>, public ext::signal {
  using base = pending<select_op<Handler, Cases...>, Handler>;

 public:
  select_op(Handler&& h, std::tuple<Cases...> cases) : base(std::move(h)), cases_(std::move(cases)) {
    std::apply([this](auto&... c) { all_ = {&c...}; }, cases_);
  }
  ~select_op() override { let_go(); }

  void start() {
    auto due = clock::time_point::max();
    std::shared_ptr<ext::signal> const self = this->self_;
    for (auto* c : all_) due = std::min(due, c->due());
    for (auto* c : all_) c->watch(self);
    for (auto* c : all_)
      if (auto const [fd, events] = c->descriptor(); fd >= 0 && !failure_)
        failure_ = descriptors_.add(this->executor(), fd, events);
    if (due != clock::time_point::max()) set_timer(due);
    raise();
  }
  void cancel() {
    canceled_ = true;
    raise();
  }
  ext::meeting* meets() noexcept override { return &meeting_; }
  /// One trial for all that happens until it begins, and another for what happens meanwhile.
  void raise() noexcept override {
    auto was = state_.load();
    do {
      if (was == scheduled || was == again || was == over) return;
    } while (!state_.compare_exchange_weak(was, was == idle ? scheduled : again));
    if (was == idle) this->post_to(this->weak_.lock(), &select_op::try_again);
  }

 private:
  enum state { idle, scheduled, trying, again, over };

  void try_again() {
    state_ = trying;
    if (try_once()) return;
    auto was = trying;
    if (state_.compare_exchange_strong(was, idle)) return;
    state_ = scheduled;
    this->post_to(this->weak_.lock(), &select_op::try_again);
  }
  /// \return whether it is over
  bool try_once() {
    auto const last = std::find_if(all_.begin(), all_.end(), [](auto* c) { return c->last_resort(); });
    bool const met = !meeting_.begin();  // others were first, and that cannot be taken back
    auto i = met ? ext::met_at(all_, meeting_.met()) : is_off() ? all_.size() : ext::attempt_any(all_);
    if (i == all_.size() && !is_off()) {
      if (last == all_.end()) return wait_on(), false;
      i = static_cast<std::size_t>(last - all_.begin());
    }
    state_ = over;
    let_go();
    auto const hold = std::move(this->self_);
    if (i != all_.size()) all_[i]->run();
    auto const why = failure_ ? failure_ : error_code(make_error_code(errc::canceled));
    this->invoke(i != all_.size() ? error_code(all_[i]->error()) : why, i);
    return true;
  }
  bool is_off() const noexcept { return canceled_ || failure_; }
  void wait_on() {
    meeting_.rest();
    descriptors_.arm([weak = this->weak_] {
      if (auto const it = weak.lock()) it->raise();
    });
  }
  void set_timer(clock::time_point due) {
    timer_.emplace(this->executor(), due);
    timer_->async_wait([weak = this->weak_](error_code) {
      if (auto const it = weak.lock()) it->raise();
    });
  }
  void let_go() noexcept {
    for (auto* c : all_) c->unwatch();
    timer_.reset();
    descriptors_.clear();
  }

  std::tuple<Cases...> cases_;
  std::array<ext::select_case*, sizeof...(Cases)> all_;
  std::optional<asio::steady_timer> timer_;
  descriptor_watches descriptors_;
  error_code failure_;
  std::atomic<state> state_{idle};
  std::atomic<bool> canceled_{false};
  ext::meeting meeting_;
};

template <class T>
concept has_receiver = requires(T& t) {
  { t.receiver() } -> std::same_as<receiver>;
};

/// Sends on a context of its own and awaits what comes back.
struct request_steps {
  std::shared_ptr<req_context> asking;
  message request;
  enum { sending, receiving, done } at = sending;

  template <class Self>
  void operator()(Self& self, error_code why = {}, message reply = {});
};

/// Asks, and gathers what comes until the survey's time is over.
struct survey_steps {
  std::shared_ptr<surveyor_context> asking;
  message question;
  enum { asks, gathers } at = asks;
  bool begun = false;
  std::vector<message> answers{};

  template <class Self>
  void operator()(Self& self, error_code why = {}, message answer = {});
};

}  // namespace net

/// void(error_code, message)
template <class Token>
auto async_receive(receiver from, Token&& token) {
  return net::asio::async_initiate<Token, void(net::error_code, message)>(
      [](auto handler, receiver r) { net::receive_op<decltype(handler)>::launch(std::move(handler), std::move(r)); },
      token, std::move(from));
}
template <net::has_receiver Socket, class Token>
auto async_receive(Socket& from, Token&& token) {
  return async_receive(from.receiver(), std::forward<Token>(token));
}

/// void(error_code), when the protocol has the message or the channel's buffer has.
template <class Token>
auto async_send(sender to, message m, Token&& token) {
  return net::asio::async_initiate<Token, void(net::error_code)>(
      [](auto handler, sender s, message what) {
        net::send_op<decltype(handler)>::launch(std::move(handler), std::move(s), std::move(what));
      },
      token, std::move(to), std::move(m));
}
template <ext::has_sender Socket, class Token>
auto async_send(Socket& to, message m, Token&& token) {
  return async_send(to.sender(), std::move(m), std::forward<Token>(token));
}

/// void(error_code): at least `n` peers are attached.
template <protocol_traits P, class Token>
auto async_wait_for_peers(basic_socket<P>& s, std::size_t n, Token&& token) {
  return net::asio::async_initiate<Token, void(net::error_code)>(
      [](auto handler, std::shared_ptr<core::socket> of, std::size_t wanted) {
        net::peers_op<decltype(handler)>::launch(std::move(handler), std::move(of), wanted, std::string());
      },
      token, socket_access::of(s), n);
}
/// void(error_code): dials, and completes when a peer is attached there. The socket keeps dialing when this is
/// canceled. \throws what dial() does, at once
template <protocol_traits P, class Token>
auto async_dial(basic_socket<P>& s, std::string url, dial_options const& o, Token&& token) {
  s.dial(url, o);
  return net::asio::async_initiate<Token, void(net::error_code)>(
      [](auto handler, std::shared_ptr<core::socket> of, std::string at) {
        net::peers_op<decltype(handler)>::launch(std::move(handler), std::move(of), 1, std::move(at));
      },
      token, socket_access::of(s), std::move(url));
}

template <protocol_traits P, class Token>
auto async_dial(basic_socket<P>& s, std::string url, Token&& token) {
  return async_dial(s, std::move(url), dial_options(), std::forward<Token>(token));
}

/// void(error_code, message): sends the request on a context of its own, and awaits the reply.
template <class Token>
auto async_request(req_socket& s, message request, Token&& token) {
  return net::asio::async_compose<Token, void(net::error_code, message)>(
      net::request_steps{std::make_shared<req_context>(s.open_context()), std::move(request)}, token);
}
/// void(error_code, std::vector<message>): asks all peers, and awaits what they answer within the survey's time.
template <class Token>
auto async_survey(surveyor_socket& s, message question, Token&& token) {
  return net::asio::async_compose<Token, void(net::error_code, std::vector<message>)>(
      net::survey_steps{std::make_shared<surveyor_context>(s.open_context()), std::move(question)}, token);
}

/// void(error_code, std::size_t): as select(), and runs the case's `f` on the handler's executor.
/// `co_await async_select(use_awaitable, on_receive(...), ...)`.
template <class Token, std::derived_from<ext::select_case>... Cases>
requires(!std::derived_from<std::decay_t<Token>, ext::select_case>) auto async_select(Token&& token, Cases... cases) {
  return net::asio::async_initiate<Token, void(net::error_code, std::size_t)>(
      [](auto handler, std::tuple<Cases...> all) {
        net::select_op<decltype(handler), Cases...>::launch(std::move(handler), std::move(all));
      },
      token, std::tuple<Cases...>(std::move(cases)...));
}

template <class Self>
void net::request_steps::operator()(Self& self, error_code why, message reply) {
  if (at == sending) {
    at = receiving;
    self.reset_cancellation_state(asio::enable_total_cancellation());
    auto to = asking->sender();
    return async_send(std::move(to), std::move(request), std::move(self));
  }
  if (why || at == done) return self.complete(why, std::move(reply));
  at = done;
  auto from = asking->receiver();
  async_receive(std::move(from), std::move(self));
}

template <class Self>
void net::survey_steps::operator()(Self& self, error_code why, message answer) {
  if (at == asks) {
    at = gathers;
    self.reset_cancellation_state(asio::enable_total_cancellation());
    auto to = asking->sender();
    return async_send(std::move(to), std::move(question), std::move(self));
  }
  if (why == errc::timed_out && begun) return self.complete({}, std::move(answers));
  if (why) return self.complete(why, std::move(answers));
  if (std::exchange(begun, true)) answers.push_back(std::move(answer));
  auto from = asking->receiver();
  async_receive(std::move(from), std::move(self));
}

}  // namespace weft
