// SPDX-License-Identifier: MIT
// A client's life, who drives it, and how a call waits.
#include "client/core.hpp"

#include <weft/error.hpp>

#include "client/waiting.hpp"

#include <algorithm>
#include <chrono>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

// Nobody tells when a queue has room, or a connection is made.
constexpr clock::duration retry_pause = 1ms;
// Nor, in the completion queue, that a connection has ended.
constexpr clock::duration longest_turn = 100ms;

thread_local client_core const* in_handler_of = nullptr;

}  // namespace

setup<std::shared_ptr<client_core>> client_core::make(client_options o, std::unique_ptr<fabric::endpoint> e) {
  o.max_message = std::min(o.max_message, e->max_message());
  if (o.max_message == 0 || o.send_buffers == 0 || o.receive_buffers == 0)
    return failure{make_error_code(errc::invalid_option), "a client without buffers"};
  auto const pool = [&](std::size_t count, memory_access allowed) {
    return memory_pool::make(e->domain(), {.bytes = o.max_message, .count = count, .allowed = allowed});
  };
  auto sends = pool(o.send_buffers, memory_access::send);
  if (!sends) return sends.error();
  auto receives = pool(o.receive_buffers, memory_access::recv);
  if (!receives) return receives.error();
  std::shared_ptr<client_core> c(new client_core(std::move(o), std::move(e), *std::move(sends), *std::move(receives)));
  c->refill();
  if (c->options_.helper) c->dispatcher_ = std::jthread([c](std::stop_token const& stop) { c->run(stop); });
  return c;
}

client_core::client_core(client_options o, std::unique_ptr<fabric::endpoint> e, memory_pool sends, memory_pool receives)
    : options_(std::move(o)),
      telemetry_(options_, e->info()),
      send_pool_(std::move(sends)),
      receive_pool_(std::move(receives)),
      connected_(e->type() == endpoint_type::msg),
      endpoint_(std::move(e)) {
  for (std::size_t i = 0; i != options_.send_buffers; ++i) {
    auto& s = sends_.emplace_back(*this);
    s.buffer = send_pool_.try_acquire().value();
    free_sends_.push_back(&s);
  }
  for (std::size_t i = 0; i != options_.receive_buffers; ++i) idle_receives_.push_back(&receives_.emplace_back(*this));
}

client_core::~client_core() = default;

void client_core::close() noexcept {
  end(errc::closed);
  dispatcher_.request_stop();
  endpoint_->receives()->wake();
  if (closing_.exchange(true) || !dispatcher_.joinable()) return;
  dispatcher_.get_id() == std::this_thread::get_id() ? dispatcher_.detach() : dispatcher_.join();
}

void client_core::run(std::stop_token const& stop) {
  auto span = begin_span("dispatcher");
  report(client_event::kind::dispatcher_started);
  while (!stop.stop_requested()) dispatch(clock::now() + longest_turn);
  report(client_event::kind::dispatcher_stopped);
  end_span(std::move(span), {});
}

void client_core::dispatch(clock::time_point until) {
  tend();
  bool retries = false;
  {
    std::lock_guard lock(mutex_);
    retries = !backlog_.empty();
  }
  if (retries) until = std::min(until, clock::now() + retry_pause);
  auto& queue = *endpoint_->receives();
  queue.dispatch(until);
  if (auto const why = queue.broken()) {
    if (end(why)) report(client_event::kind::queue_error, why);
    if (until > clock::now()) queue.wait(until);
  }
}

void client_core::tend() noexcept {
  flush();
  refill();
  if (connected_) look_at_events();
  hand_to_handlers();
}

void client_core::look_at_events() noexcept {
  while (auto const e = endpoint_->events()->try_read()) {
    if (!endpoint_->is(*e)) continue;
    if (e->what == event::kind::shut_down) end(errc::connection_reset);
    if (e->what == event::kind::failed) end(meaning_of(e->error));
  }
}

/// What waits ends with `why`, and so does what comes later. \return whether it has not ended before
bool client_core::end(std::error_code why) noexcept {
  std::vector<pending_send*> sends;
  std::deque<pending_receive*> takers;
  std::deque<waiting*> want_room;
  {
    std::lock_guard lock(mutex_);
    if (over_) return false;
    over_ = why;
    takers.swap(takers_);
    want_room.swap(want_room_);
    for (auto* s : backlog_) free_sends_.push_back(s);
    backlog_.clear();
    for (auto& s : sends_)
      if (auto* const who = std::exchange(s.who, nullptr)) sends.push_back(who);
  }
  for (auto* w : sends) finish(*w, why);
  for (auto* w : takers) finish(*w, why);
  for (auto* w : want_room) w->ring();
  return true;
}

void client_core::finish(pending_send& w, std::error_code why) noexcept {
  w.why = why;
  end_span(std::move(w.span_), why);
  w.complete();
}

void client_core::finish(pending_receive& w, std::error_code why) noexcept {
  w.why = why;
  end_span(std::move(w.span_), why);
  w.complete();
}

void client_core::waiting::ring() noexcept {
  auto const keep = home.shared_from_this();
  std::lock_guard lock(keep->mutex_);
  done.store(true, std::memory_order_release);
  keep->rung_.notify_all();
}

client_core::outside::outside(client_core const& c) noexcept : before_(std::exchange(in_handler_of, &c)) {}
client_core::outside::~outside() { in_handler_of = before_; }

bool client_core::is_in_handler() const noexcept { return in_handler_of == this; }

std::error_code client_core::wait(waiting& w, op_options const& options) {
  if (options_.helper) {
    std::unique_lock lock(mutex_);
    auto const done = [&] { return w.done.load(std::memory_order_acquire); };
    auto const rung = options.until.never() ? rung_.wait(lock, options.stop, done)
                                            : rung_.wait_until(lock, options.stop, options.until.when(), done);
    if (rung) return {};
    return options.stop.stop_requested() ? errc::canceled : errc::timed_out;
  }
  for (;;) {
    tend();
    auto slice = longest_turn;
    {
      std::lock_guard lock(mutex_);
      if (!backlog_.empty()) slice = retry_pause;
    }
    auto const until = std::min(options.until.when(), clock::now() + slice);
    auto const why = endpoint_->receives()->run_until(w.done, {.stop = options.stop, .until = until});
    if (!why) return {};
    if (why != errc::timed_out || clock::now() >= options.until.when()) return why;
  }
}

template <class What>
std::size_t client_core::add_to(handlers<What>& all, std::function<void(What const&)> f) {
  std::lock_guard lock(mutex_);
  all.push_back(std::make_shared<handler<What>>(handler<What>{++handlers_, std::move(f)}));
  return handlers_;
}

std::size_t client_core::add(std::function<void(client::sent const&)> f) { return add_to(on_send_, std::move(f)); }

std::size_t client_core::add(std::function<void(incoming const&)> f) {
  auto const number = add_to(on_receive_, std::move(f));
  endpoint_->receives()->wake();  // there may be messages for it
  return number;
}

void client_core::remove_handler(std::size_t number) noexcept {
  std::lock_guard telling(telling_);
  std::lock_guard lock(mutex_);
  auto const remove = [&](auto& all) {
    for (auto& h : all) h->over |= h->number == number;
    std::erase_if(all, [](auto const& h) { return h->over; });
  };
  remove(on_send_);
  remove(on_receive_);
}

template <class What>
void client_core::tell(handlers<What> const& all, What const& what) noexcept {
  std::lock_guard telling(telling_);
  handlers<What> now;
  {
    std::lock_guard lock(mutex_);
    now = all;
  }
  outside const marked(*this);
  for (auto const& h : now)
    if (!h->over) h->call(what);
}

template void client_core::tell(handlers<client::sent> const&, client::sent const&) noexcept;
template void client_core::tell(handlers<incoming> const&, incoming const&) noexcept;

std::function<void(std::error_code)> client_core::begin_span(std::string_view what) const {
  outside const marked(*this);
  return telemetry_.begin(what);
}

void client_core::end_span(std::function<void(std::error_code)> span, std::error_code why) const noexcept {
  if (!span) return;
  outside const marked(*this);
  span(why);
}

void client_core::report(client_event::kind what, std::error_code why) const noexcept {
  outside const marked(*this);
  telemetry_.report(what, why);
}

void client_core::note(completion const& how) const noexcept {
  if (!how.error || !telemetry_.listens()) return;
  outside const marked(*this);
  telemetry_.report(client_event::kind::queue_error, how.error, &how, endpoint_->receives()->text(how));
}

void client_core::report(client_event::kind good, client_event::kind bad, completion const& how) const noexcept {
  if (!telemetry_.listens()) return;
  outside const marked(*this);
  telemetry_.report(how.error ? bad : good, how.error, &how);
}

client_stats client_core::stats() const {
  std::lock_guard lock(mutex_);
  auto now = stats_;
  now.backlog = backlog_.size();
  now.inbox = inbox_.size();
  return now;
}

}  // namespace weft::fabric
