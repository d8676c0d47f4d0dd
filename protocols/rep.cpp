// SPDX-License-Identifier: MIT
#include <weft/rep.hpp>

#include "policy/checked_queue.hpp"
#include "policy/hungry_line.hpp"
#include "policy/limits.hpp"
#include "policy/router.hpp"

namespace weft {

namespace {

class rep_protocol;

/// A context of those that share the queue of requests.
class asker : public ext::context {
 public:
  explicit asker(rep_protocol& owner) noexcept : owner_(owner) {}
  ~asker() override;

  bool can_receive() const noexcept override;
  void abandon_receive() noexcept override { pass_on(); }
  void pass_on() noexcept override;

  void set_hops(unsigned) noexcept;

  ext::list_hook told_no;  // can_receive() says no, and is remembered for it

 protected:
  rep_protocol& owner_;
};

/// At most one request and the way back to who asked. Receiving again forgets the request before it.
class exchange final : public asker {
 public:
  using asker::asker;

  bool can_send() const noexcept override { return !asked() || !requester_ || requester_->can_send(); }
  std::error_code why_not() const noexcept override { return errc::peers_full; }
  std::error_code send(message&) override;

  std::error_code receive(message&) override;

  /// `p` goes: a reply to it would find nobody.
  void lose(ext::pipe const& p) noexcept {
    if (requester_ == &p) requester_ = nullptr;
  }

  ext::list_hook held;  // among those with a request

 private:
  bool asked() const noexcept { return !way_back_.empty(); }

  header way_back_;                 // at least the id, once asked
  ext::pipe* requester_ = nullptr;  // null when it has gone
};

/// What a channel sees: each request carries its way back in its header, and any number of them may be open. Shares the
/// queue of requests with the other contexts.
class open_exchange final : public asker {
 public:
  using asker::asker;

  bool can_send() const noexcept override { return true; }
  std::error_code send(message&) override;
  std::error_code receive(message&) override;
};

class rep_protocol final : public ext::protocol {
 public:
  rep_protocol(ext::protocol_host& host, rep::options const& options) noexcept
      : host_(host), requests_(host, {options.hops}), replies_(host, most_waiting) {}

  std::error_code attach(ext::pipe& p) override {
    replies_.attach(p);
    return {};
  }
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe& p) override {
    replies_.writable(p);
    host_.wake_senders();
  }
  std::unique_ptr<ext::context> open_context() override { return std::make_unique<exchange>(*this); }
  std::unique_ptr<ext::context> open_channel() { return std::make_unique<open_exchange>(*this); }
  std::size_t queued() const noexcept override { return replies_.queued(); }

  void set_hops(unsigned most) noexcept { requests_.set_check({most}); }

 private:
  friend class asker;
  friend class exchange;
  friend class open_exchange;

  // Replies of a channel's that wait for one requester whose connection is busy.
  static constexpr std::size_t most_waiting = 64;

  void wake_one() noexcept {
    if (!requests_.empty()) hungry_.wake_one(host_);
  }

  ext::protocol_host& host_;
  policy::traced_queue requests_;
  policy::router replies_;  // to what came through a channel
  policy::hungry_line<asker, &asker::told_no> hungry_;
  ext::intrusive_list<exchange, &exchange::held> held_;
};

asker::~asker() {
  told_no.unlink();
  owner_.wake_one();
}

bool asker::can_receive() const noexcept {
  if (!owner_.requests_.empty()) return true;
  owner_.hungry_.told_no(const_cast<asker&>(*this));
  return false;
}

void asker::set_hops(unsigned most) noexcept { owner_.set_hops(most); }

void asker::pass_on() noexcept { owner_.wake_one(); }

std::error_code exchange::receive(message& request) {
  ext::pipe& p = owner_.requests_.next();
  request = p.receive();
  owner_.requests_.add(p);

  // A reply that waited for the forgotten request's connection need not wait any more.
  if (asked()) owner_.host_.wake_senders();
  way_back_ = std::move(request.header());
  requester_ = &p;
  if (!held.linked()) owner_.held_.push_back(*this);
  return {};
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

std::error_code open_exchange::receive(message& m) {
  owner_.requests_.receive(m);
  return {};
}

std::error_code open_exchange::send(message& m) {
  if (!policy::is_complete(m.header(), 1)) return errc::wrong_state;
  return owner_.replies_.send(static_cast<std::uint32_t>(m.source()), m);
}

void rep_protocol::detach(ext::pipe& p) {
  replies_.detach(p);
  requests_.remove(p);  // nobody is there who could have the replies
  for (exchange* x = held_.first(); x; x = held_.next(*x)) x->lose(p);
  host_.wake_senders();
}

void rep_protocol::readable(ext::pipe& p) {
  requests_.add(p);
  wake_one();
}

}  // namespace

std::unique_ptr<ext::context> rep::open_channel(ext::protocol& p) {
  return static_cast<rep_protocol&>(p).open_channel();
}

void rep::adjust(ext::context& c, options const& o) {
  policy::check_hops(o.hops);
  static_cast<asker&>(c).set_hops(o.hops);
}

std::unique_ptr<ext::protocol> rep::make(ext::protocol_host& host, options const& o) {
  policy::check_hops(o.hops);
  return std::make_unique<rep_protocol>(host, o);
}

}  // namespace weft
