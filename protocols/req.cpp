// SPDX-License-Identifier: MIT
#include <weft/req.hpp>

#include "policy/backtrace.hpp"
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
  explicit exchange(req_protocol& owner) noexcept;
  ~exchange() override;

  bool can_send() const noexcept override;
  std::error_code send(message&) override;

  bool can_receive() const noexcept override { return canceled_ > 0 || !asked(); }
  result<message> receive() override;
  void abandon_receive() noexcept override;
  void expire() override;

  bool went_to(ext::pipe const& p) const noexcept { return via_ == &p; }
  void answer(message&&) noexcept;
  void lose_peer();
  void resend();

  ext::list_hook hook;

 private:
  void transmit(ext::pipe&, message&&);
  void stand_in_line() noexcept;
  void fail(std::error_code) noexcept;
  void forget() noexcept;

  req_protocol& owner_;
  ext::pipe* via_ = nullptr;
  message request_;  // kept to be sent again, if ever
  std::optional<message> reply_;
  std::error_code failure_;
  unsigned canceled_ = 0;  // callers still parked in receive() for a request that send() gave up
};

class req_protocol final : public ext::protocol {
 public:
  req_protocol(ext::protocol_host& host, req::options const& options) : host_(host), resend_(options.resend) {}

  std::error_code attach(ext::pipe&) override;
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe&) override;
  std::unique_ptr<ext::context> open_context() override;

 private:
  friend class exchange;

  bool resends() const noexcept { return resend_ != clock::duration::zero(); }
  void set_alarm(exchange&) noexcept;
  void send_again();

  using exchanges = ext::intrusive_list<exchange, &exchange::hook>;

  ext::protocol_host& host_;
  clock::duration const resend_;
  policy::load_balancer peers_;
  policy::request_table<exchange> asked_;
  exchanges on_their_way_;  // oldest transmission first
  exchanges in_line_;       // to be sent again; empty while peers_ is not
  std::size_t open_ = 0;    // exchanges
};

exchange::exchange(req_protocol& owner) noexcept : owner_(owner) { ++owner_.open_; }

exchange::~exchange() {
  forget();
  --owner_.open_;
}

bool exchange::can_send() const noexcept { return !owner_.peers_.empty(); }

std::error_code exchange::send(message& m) {
  ext::pipe* const p = owner_.peers_.next(m.size());
  if (!p) return errc::message_too_large;

  if (asked() && waiting > 0) {
    canceled_ = waiting;
    owner_.host_.wake_receivers(*this);
  }
  forget();
  owner_.asked_.ask(*this);
  m.header().clear();
  m.header().push(id());
  if (owner_.resends()) request_ = m.share();
  transmit(*p, std::move(m));
  return {};
}

result<message> exchange::receive() {
  if (canceled_ > 0) {
    --canceled_;
    return errc::canceled;
  }
  if (failure_) return std::exchange(failure_, {});
  if (!reply_) return errc::wrong_state;
  message m = std::move(*reply_);
  reply_.reset();
  return m;
}

void exchange::abandon_receive() noexcept {
  if (canceled_ > 0) {  // it waited for an earlier request
    --canceled_;
    return;
  }
  if (!asked()) return;  // what came in time is there for the next receive()
  forget();
  owner_.host_.wake_receivers(*this);  // should others wait for the same, they wait in vain
}

void exchange::expire() {
  assert(asked());
  stand_in_line();
  owner_.send_again();
}

void exchange::answer(message&& m) noexcept {
  forget();
  reply_ = std::move(m);
  owner_.host_.wake_receivers(*this);
}

void exchange::lose_peer() {
  if (!owner_.resends()) return fail(errc::connection_reset);
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
  owner_.on_their_way_.push_back(*this);
  owner_.peers_.send(p, std::move(m));
  owner_.set_alarm(*this);
}

void exchange::stand_in_line() noexcept {
  via_ = nullptr;
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
  reply_.reset();
  failure_ = {};
}

std::error_code req_protocol::attach(ext::pipe& p) {
  if (p.can_send()) writable(p);
  return {};
}

void req_protocol::detach(ext::pipe& p) {
  peers_.remove(p);
  for (exchange *next, *x = on_their_way_.first(); x; x = next) {
    next = on_their_way_.next(*x);
    if (x->went_to(p)) x->lose_peer();
  }
  send_again();
}

void req_protocol::readable(ext::pipe& p) {
  while (p.can_receive()) {
    message m = p.receive();
    auto const id = policy::take_id(m);
    if (!id) return p.close(errc::malformed);
    // Whoever sent it: the request may have gone to several peers by now.
    if (exchange* x = asked_.find(*id)) x->answer(std::move(m));
  }
}

void req_protocol::writable(ext::pipe& p) {
  peers_.add(p);
  send_again();
  if (!peers_.empty()) host_.wake_senders();
}

std::unique_ptr<ext::context> req_protocol::open_context() {
  asked_.reserve(open_ + 1);
  return std::make_unique<exchange>(*this);
}

void req_protocol::set_alarm(exchange& x) noexcept {
  auto const now = host_.now();
  // A year that does not fit is for ever.
  if (resends() && resend_ < clock::time_point::max() - now) host_.arm(x, now + resend_);
}

/// Requests that were sent before go before new ones.
void req_protocol::send_again() {
  while (!in_line_.empty() && !peers_.empty()) in_line_.pop_front().resend();
}

}  // namespace

std::unique_ptr<ext::protocol> req::make(ext::protocol_host& host, options const& o) {
  if (o.resend < clock::duration::zero()) raise(errc::invalid_option);
  return std::make_unique<req_protocol>(host, o);
}

}  // namespace weft
