// SPDX-License-Identifier: MIT
#include <weft/req.hpp>

#include "policy/load_balancer.hpp"
#include "policy/request_table.hpp"

#include <cassert>
#include <optional>

namespace weft {

namespace {

class req_protocol;

/// At most one request and its reply.
///
/// A request that is asked() is either on its way, with `via_` the pipe it went to last, or stands in line
/// for a pipe to be sent again. It ends with its reply or a failure, which receive() takes away.
class exchange final : public ext::context, public policy::request {
 public:
  exchange(req_protocol& owner, req::options const& o) noexcept;
  ~exchange() override;

  bool can_send() const noexcept override;
  std::error_code why_not() const noexcept override;
  std::error_code send(message&) override;

  bool can_receive() const noexcept override { return canceled_ > 0 || !asked(); }
  bool idle() const noexcept override { return canceled_ == 0 && !asked() && !reply_ && !failure_; }
  std::error_code receive(message&) override;
  void abandon_receive() noexcept override;
  void expire() override;

  bool went_to(ext::pipe const& p) const noexcept { return via_ == &p; }
  void answer(message&&) noexcept;
  void lose_peer();
  void resend();
  void adjust(req::options const& o) noexcept { options_ = o; }

  ext::list_hook hook;

 private:
  bool resends() const noexcept { return options_.resend.every != clock::duration::zero(); }
  bool may_try() const noexcept { return resends() && (options_.resend.tries == 0 || tried_ < options_.resend.tries); }
  void transmit(ext::pipe&, message&&);
  void set_alarm() noexcept;
  void stand_in_line() noexcept;
  void fail(std::error_code) noexcept;
  void forget() noexcept;

  req_protocol& owner_;
  req::options options_;
  ext::pipe* via_ = nullptr;
  unsigned tried_ = 0;       // transmissions of the request
  clock::duration pause_{};  // after the next one
  message request_;          // kept to be sent again, if ever
  std::optional<message> reply_;
  std::error_code failure_;
  unsigned canceled_ = 0;  // callers still parked in receive() for a request that send() gave up
};

class req_protocol final : public ext::protocol {
 public:
  req_protocol(ext::protocol_host& host, req::options const& options) : host_(host), options_(options) {}

  std::unique_ptr<ext::context> open(req::options const& o) {
    asked_.reserve(open_ + 1);
    return std::make_unique<exchange>(*this, o);
  }

  std::error_code attach(ext::pipe&) override;
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe&) override;
  std::unique_ptr<ext::context> open_context() override { return open(options_); }

 private:
  friend class exchange;

  void send_again();

  using exchanges = ext::intrusive_list<exchange, &exchange::hook>;

  ext::protocol_host& host_;
  req::options const options_;  // of contexts that have none of their own
  policy::load_balancer peers_;
  policy::request_table<exchange> asked_;
  exchanges on_their_way_;  // oldest transmission first
  exchanges in_line_;       // to be sent again; empty while peers_ is not
  std::size_t open_ = 0;    // exchanges
  std::size_t attached_ = 0;
};

exchange::exchange(req_protocol& owner, req::options const& o) noexcept : owner_(owner), options_(o) { ++owner_.open_; }

exchange::~exchange() {
  forget();
  --owner_.open_;
}

bool exchange::can_send() const noexcept { return options_.early || !owner_.peers_.empty(); }

std::error_code exchange::why_not() const noexcept { return owner_.attached_ > 0 ? errc::peers_full : errc::no_peers; }

std::error_code exchange::send(message& m) {
  ext::pipe* const p = owner_.peers_.next(m.size());
  if (!p && !owner_.peers_.empty()) return errc::message_too_large;

  if (asked() && waiting > 0) {
    canceled_ = waiting;
    owner_.host_.wake_receivers(*this);
  }
  forget();
  owner_.asked_.ask(*this);
  m.header().clear();
  m.header().push(id());
  tried_ = 0;
  pause_ = options_.resend.every;
  if (resends() || !p) request_ = m.share();
  if (p)
    transmit(*p, std::move(m));
  else
    stand_in_line();
  return {};
}

std::error_code exchange::receive(message& m) {
  if (canceled_ > 0) {
    --canceled_;
    return errc::canceled;
  }
  if (failure_) return std::exchange(failure_, {});
  if (!reply_) return errc::wrong_state;
  m = std::move(*reply_);
  reply_.reset();
  return {};
}

void exchange::abandon_receive() noexcept {
  if (canceled_ > 0) {  // it waited for an earlier request
    --canceled_;
    return;
  }
  if (!asked() || options_.keep) return;  // what came in time is there for the next receive()
  forget();
  owner_.host_.wake_receivers(*this);  // should others wait for the same, they wait in vain
}

void exchange::expire() {
  assert(asked());
  if (!may_try()) return fail(errc::gave_up);
  stand_in_line();
  owner_.send_again();
}

void exchange::answer(message&& m) noexcept {
  forget();
  reply_ = std::move(m);
  owner_.host_.wake_receivers(*this);
}

void exchange::lose_peer() {
  if (!resends()) return fail(errc::connection_reset);
  if (!may_try()) return fail(errc::gave_up);
  stand_in_line();
}

/// \pre a peer is ready
void exchange::resend() {
  ext::pipe* const p = owner_.peers_.next(request_.size());
  if (!p) return fail(errc::message_too_large);
  transmit(*p, request_.share());
}

// The alarm is set after each transmission, also after one that an alarm caused: else the request would be
// overdue from then on.
void exchange::transmit(ext::pipe& p, message&& m) {
  via_ = &p;
  ++tried_;
  owner_.on_their_way_.push_back(*this);
  owner_.peers_.send(p, std::move(m));
  if (resends()) set_alarm();
}

void exchange::set_alarm() noexcept {
  auto const now = owner_.host_.now();
  // A year that does not fit is for ever.
  if (pause_ < clock::time_point::max() - now) owner_.host_.arm(*this, now + pause_);
  auto const next = static_cast<double>(pause_.count()) * options_.resend.backoff;
  pause_ = next < static_cast<double>(options_.resend.longest.count()) ? clock::duration(static_cast<clock::rep>(next))
                                                                       : options_.resend.longest;
}

void exchange::stand_in_line() noexcept {
  via_ = nullptr;
  owner_.host_.disarm(*this);
  hook.unlink();
  owner_.in_line_.push_back(*this);
}

void exchange::fail(std::error_code why) noexcept {
  forget();
  failure_ = why;
  owner_.host_.wake_receivers(*this);
}

void exchange::forget() noexcept {
  if (asked()) {
    owner_.asked_.close(*this);
    owner_.host_.disarm(*this);
  }
  hook.unlink();
  via_ = nullptr;
  request_ = {};
  if (reply_) owner_.host_.drop(drop_reason::unasked, direction::incoming, nullptr, *std::move(reply_));
  reply_.reset();
  failure_ = {};
}

std::error_code req_protocol::attach(ext::pipe& p) {
  ++attached_;
  if (p.can_send()) writable(p);
  return {};
}

void req_protocol::detach(ext::pipe& p) {
  --attached_;
  peers_.remove(p);
  for (exchange *next, *x = on_their_way_.first(); x; x = next) {
    next = on_their_way_.next(*x);
    if (x->went_to(p)) x->lose_peer();
  }
  send_again();
}

void req_protocol::readable(ext::pipe& p) {
  // Whoever sent it: the request may have gone to several peers by now.
  policy::take_answers(p, asked_, host_, [](exchange& x, message&& m) { x.answer(std::move(m)); });
}

void req_protocol::writable(ext::pipe& p) {
  peers_.add(p);
  send_again();
  if (!peers_.empty()) host_.wake_senders();
}

/// Requests that were sent before go before new ones.
void req_protocol::send_again() {
  while (!in_line_.empty() && !peers_.empty()) in_line_.pop_front().resend();
}

void check(resend_policy const& r) {
  if (r.every >= clock::duration::zero() && r.longest >= r.every && r.backoff >= 1) return;
  raise({errc::invalid_option, "resend_policy: 0 <= every <= longest, and backoff is 1 or more"});
}

}  // namespace

std::unique_ptr<ext::protocol> req::make(ext::protocol_host& host, options const& o) {
  check(o.resend);
  return std::make_unique<req_protocol>(host, o);
}

std::unique_ptr<ext::context> req::open(ext::protocol& p, options const& o) {
  check(o.resend);
  return static_cast<req_protocol&>(p).open(o);
}

void req::adjust(ext::context& c, options const& o) {
  check(o.resend);
  static_cast<exchange&>(c).adjust(o);
}

}  // namespace weft
