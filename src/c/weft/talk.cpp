// SPDX-License-Identifier: MIT
#include "talk.hpp"

#include "errors.hpp"
#include "watch.hpp"

#include <utility>

namespace weft::capi {

namespace {

constexpr areas common = area<timeouts>();

void must_be_able(bool can, char const* what) {
  if (!can) throw refusal(WEFT_EUNSUPPORTED, std::string("this protocol ") + what);
}

bool may_wait(int flags) {
  must((flags & ~WEFT_NONBLOCK) == 0, "an unknown flag");
  return (flags & WEFT_NONBLOCK) == 0;
}

clock::rep as_rep(clock::duration d) noexcept { return d.count(); }

}  // namespace

clock::duration duration_of(int milliseconds) {
  must(milliseconds >= WEFT_FOREVER, "a time of less than nothing");
  return milliseconds < 0 ? clock::duration::max() : clock::duration(std::chrono::milliseconds(milliseconds));
}

talk::talk(kind const& k, std::shared_ptr<home> h, std::shared_ptr<core::socket> s, std::unique_ptr<ext::context> c,
           settings const& chosen, areas has, std::stop_source closing)
    : conversation(std::move(s), std::move(c)),
      what(k),
      engine(std::move(h)),
      closing_(std::move(closing)),
      has_(has),
      settings_(chosen) {
  note_timeouts();
}

void talk::note_timeouts() noexcept {
  auto const& t = std::get<timeouts>(settings_);
  send_timeout_.store(as_rep(t.send), std::memory_order_relaxed);
  receive_timeout_.store(as_rep(t.receive), std::memory_order_relaxed);
}

op_options talk::within(std::atomic<clock::rep> const& timeout) const noexcept {
  op_options o{.stop = closing_.get_token()};
  if (clock::duration const left(timeout.load(std::memory_order_relaxed)); left != clock::duration::max())
    o.until = left;
  return o;
}

int talk::send(message& m, int flags) {
  must_be_able(what.sends, "does not send");
  if (!may_wait(flags)) return code_of(conversation::try_send(m));
  auto const o = within(send_timeout_);
  std::error_code why;
  conversation::send(m, o, why);
  return o.stop.stop_requested() && why == errc::canceled ? WEFT_ECLOSED : code_of(why);
}

int talk::receive(message& m, int flags) {
  must_be_able(what.receives, "does not receive");
  if (!may_wait(flags)) {
    auto got = conversation::try_receive();
    if (!got) return code_of(got.error());
    m = *std::move(got);
    return WEFT_OK;
  }
  auto const o = within(receive_timeout_);
  std::error_code why;
  m = conversation::receive(o, why);
  return o.stop.stop_requested() && why == errc::canceled ? WEFT_ECLOSED : code_of(why);
}

int talk::subscribe(std::string_view prefix, bool on) {
  must_be_able(what.subscribes, "has no subscriptions");
  if (on) return conversation::subscribe(prefix), WEFT_OK;
  must(conversation::unsubscribe(prefix), "no such subscription");
  return WEFT_OK;
}

sender talk::sender() {
  must_be_able(what.sends, "does not send");
  return conversation::sender(nullptr);
}
receiver talk::receiver() {
  must_be_able(what.receives, "does not receive");
  return conversation::receiver(nullptr);
}

void talk::set(option const& o, value const& v) {
  bool const own = (o.where & what.own) != 0;
  if (o.settable != access::always || (own && !what.adjust)) throw refusal(WEFT_EREADONLY, o.name);
  std::lock_guard lock(mutex_);
  auto const before = o.get(settings_, has_);
  o.set(settings_, has_, v);
  if (!own) return note_timeouts();
  try {
    conversation::with_context([&](ext::context& c) { what.adjust(c, settings_); });
  } catch (...) {
    o.set(settings_, has_, before);
    throw;
  }
}

value talk::get(option const& o) {
  std::lock_guard lock(mutex_);
  return o.get(settings_, has_);
}

settings talk::chosen() {
  std::lock_guard lock(mutex_);
  return settings_;
}

context::context(kind const& k, std::shared_ptr<home> h, std::shared_ptr<core::socket> s,
                 std::unique_ptr<ext::context> c, settings const& chosen)
    : talk(k, std::move(h), std::move(s), std::move(c), chosen, common | (k.open ? k.own : 0), std::stop_source()) {}

std::unique_ptr<socket> socket::open(kind const& k, std::shared_ptr<home> h, settings s) {
  std::get<socket_facts>(s) = {std::string(k.name), k.self, k.peer};
  auto there = std::make_shared<audience>();
  auto common_options = std::get<socket_options>(s);
  // What goes on by itself completes when the protocol has the message, and leaves none behind.
  common_options.channel_send_buffer = common_options.channel_receive_buffer = 0;
  watch(common_options, std::get<watchers>(s), there);
  auto core = endpoint_control::open(h->engine, k.self, k.peer, common_options,
                                     [&](ext::protocol_host& host) { return k.make(host, s); });
  auto own = endpoint_control::open_context(*core);
  std::unique_ptr<socket> made(new socket(k, std::move(h), std::move(core), std::move(own), s,
                                          common | k.own | area<socket_options>() | area<socket_facts>(),
                                          k.raw ? std::stop_source() : std::stop_source(std::nostopstate)));
  made->watched_by_ = std::move(there);
  return made;
}

void socket::introduce() {
  std::lock_guard lock(watched_by_->mutex);
  watched_by_->socket = id;
}

close_report socket::close(clock::duration linger) {
  auto const report = endpoint_control::close(*socket_, linger);
  closing_.request_stop();
  if (engine->ours()) {
    std::lock_guard lock(watched_by_->mutex);
    watched_by_->over = true;
  }
  return report;
}

/// Counts what succeeds: that is the number of the endpoint.
std::size_t socket::dial(std::string const& url, settings const& s) {
  std::lock_guard lock(endpoints_);
  endpoint_control::dial(*socket_, url, std::get<dial_options>(s));
  return next_endpoint_++;
}
std::size_t socket::listen(std::string& url, settings const& s) {
  std::lock_guard lock(endpoints_);
  url = endpoint_control::listen(*socket_, url, std::get<listen_options>(s));
  return next_endpoint_++;
}

int socket::wait_for_peers(std::size_t n, op_options const& o) {
  std::error_code why;
  endpoint_control::wait_for_peers(*socket_, n, o, why);
  return code_of(why);
}

int socket::send_to(pipe_id p, message& m) {
  must_be_able(what.directed, "does not send to one peer");
  std::error_code why;
  conversation::send_to(p, m, why);
  return code_of(why);
}

int socket::fd(bool to_send) {
  must_be_able(to_send ? what.sends : what.receives, to_send ? "does not send" : "does not receive");
  return to_send ? endpoint_control::send_fd(*socket_, *context_) : endpoint_control::receive_fd(*socket_, *context_);
}

std::unique_ptr<context> socket::open_context(settings const& s) {
  must_be_able(what.contexts, "has no contexts");
  auto fresh = what.open ? endpoint_control::open_context(*socket_, [&](ext::protocol& p) { return what.open(p, s); })
                         : endpoint_control::open_context(*socket_);
  auto made = std::make_unique<context>(what, engine, socket_, std::move(fresh), s);
  made->socket = id;
  return made;
}

sender socket::replies() {
  must_be_able(what.open_channel, "has no requests that carry their way back");
  return conversation::sender(what.open_channel);
}
receiver socket::requests() {
  must_be_able(what.open_channel, "has no requests that carry their way back");
  return conversation::receiver(what.open_channel);
}

int socket::receive_request(message& m, int flags) {
  auto from = requests();
  auto got = may_wait(flags) ? from.receive_result(within(receive_timeout_)) : from.try_receive();
  if (!got) return code_of(got.error());
  m = *std::move(got);
  return WEFT_OK;
}

int socket::reply(message& m, int flags) {
  auto to = replies();
  if (!may_wait(flags)) return code_of(to.try_send(m));
  std::error_code why;
  to.send(m, within(send_timeout_), why);
  return code_of(why);
}

}  // namespace weft::capi
