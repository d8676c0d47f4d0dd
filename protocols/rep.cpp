// SPDX-License-Identifier: MIT
#include <weft/rep.hpp>

#include "policy/checked_queue.hpp"
#include "policy/hungry_line.hpp"
#include "policy/limits.hpp"

namespace weft {

namespace {

class rep_protocol;

/// At most one request and the way back to who asked. Receiving again forgets the request before it.
class exchange final : public ext::context {
 public:
  explicit exchange(rep_protocol& owner) noexcept : owner_(owner) {}
  ~exchange() override;

  bool can_send() const noexcept override { return !asked() || !requester_ || requester_->can_send(); }
  std::error_code why_not() const noexcept override { return errc::peers_full; }
  std::error_code send(message&) override;

  bool can_receive() const noexcept override;
  result<message> receive() override;
  void abandon_receive() noexcept override { pass_on(); }
  void pass_on() noexcept override;

  /// `p` goes: a reply to it would find nobody.
  void lose(ext::pipe const& p) noexcept {
    if (requester_ == &p) requester_ = nullptr;
  }

  ext::list_hook held;             // among those with a request
  mutable ext::list_hook told_no;  // can_receive() says no, and is remembered for it

 private:
  bool asked() const noexcept { return !way_back_.empty(); }

  rep_protocol& owner_;
  header way_back_;                 // at least the id, once asked
  ext::pipe* requester_ = nullptr;  // null when it has gone
};

class rep_protocol final : public ext::protocol {
 public:
  rep_protocol(ext::protocol_host& host, rep::options const& options) noexcept
      : host_(host), requests_(host, {options.hops}) {}

  std::error_code attach(ext::pipe&) override { return {}; }
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe&) override { host_.wake_senders(); }
  std::unique_ptr<ext::context> open_context() override { return std::make_unique<exchange>(*this); }

 private:
  friend class exchange;

  void wake_one() noexcept {
    if (!requests_.empty()) hungry_.wake_one(host_);
  }

  ext::protocol_host& host_;
  policy::traced_queue requests_;
  policy::hungry_line<exchange, &exchange::told_no> hungry_;
  ext::intrusive_list<exchange, &exchange::held> held_;
};

exchange::~exchange() {
  told_no.unlink();
  pass_on();
}

bool exchange::can_receive() const noexcept {
  if (!owner_.requests_.empty()) return true;
  owner_.hungry_.told_no(const_cast<exchange&>(*this));
  return false;
}

void exchange::pass_on() noexcept { owner_.wake_one(); }

result<message> exchange::receive() {
  ext::pipe& p = owner_.requests_.next();
  message request = p.receive();
  owner_.requests_.add(p);

  // A reply that waited for the forgotten request's connection need not wait any more.
  if (asked()) owner_.host_.wake_senders();
  way_back_ = std::move(request.header());
  requester_ = &p;
  if (!held.linked()) owner_.held_.push_back(*this);
  return request;
}

std::error_code exchange::send(message& m) {
  if (!asked()) return errc::wrong_state;
  if (requester_ && m.size() > requester_->max_message()) return errc::message_too_large;

  message reply = std::move(m);
  reply.header() = std::move(way_back_);
  if (requester_)
    requester_->send(std::move(reply));
  else
    owner_.host_.drop(drop_reason::peer_gone, direction::outgoing, nullptr, std::move(reply));
  requester_ = nullptr;
  held.unlink();
  return {};
}

void rep_protocol::detach(ext::pipe& p) {
  requests_.remove(p);  // nobody is there who could have the replies
  for (exchange* x = held_.first(); x; x = held_.next(*x)) x->lose(p);
  host_.wake_senders();
}

void rep_protocol::readable(ext::pipe& p) {
  requests_.add(p);
  wake_one();
}

}  // namespace

std::unique_ptr<ext::protocol> rep::make(ext::protocol_host& host, options const& o) {
  policy::check_hops(o.hops);
  return std::make_unique<rep_protocol>(host, o);
}

}  // namespace weft
