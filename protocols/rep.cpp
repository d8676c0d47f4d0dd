// SPDX-License-Identifier: MIT
#include <weft/rep.hpp>

#include "policy/backtrace.hpp"
#include "policy/fair_queue.hpp"

namespace weft {

namespace {

class rep_protocol;

/// At most one request and the way back to who asked. Receiving again forgets the request before it.
class exchange final : public ext::context {
 public:
  explicit exchange(rep_protocol& owner) noexcept : owner_(owner) {}

  bool can_send() const noexcept override { return !asked() || !requester_ || requester_->can_send(); }
  std::error_code send(message&) override;

  bool can_receive() const noexcept override;
  result<message> receive() override;

  /// `p` goes: a reply to it would find nobody.
  void lose(ext::pipe const& p) noexcept {
    if (requester_ == &p) requester_ = nullptr;
  }

  ext::list_hook hook;

 private:
  bool asked() const noexcept { return !way_back_.empty(); }

  rep_protocol& owner_;
  header way_back_;                 // at least the id, once asked
  ext::pipe* requester_ = nullptr;  // null when it has gone
};

class rep_protocol final : public ext::protocol {
 public:
  rep_protocol(ext::protocol_host& host, rep::options const& options) noexcept : host_(host), hops_(options.hops) {}

  std::error_code attach(ext::pipe&) override { return {}; }
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe&) override { host_.wake_senders(); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  friend class exchange;

  void line_up(ext::pipe&);

  ext::protocol_host& host_;
  unsigned const hops_;
  policy::fair_queue requests_;                               // pipes with a valid request in front
  ext::intrusive_list<exchange, &exchange::hook> exchanges_;  // who received last stands last
  // For statistics.
  std::uint64_t requests_dropped_ = 0;  // too many hops
  std::uint64_t replies_dropped_ = 0;   // nobody there any more
};

bool exchange::can_receive() const noexcept { return !owner_.requests_.empty(); }

result<message> exchange::receive() {
  ext::pipe& p = owner_.requests_.next();
  message request = p.receive();
  owner_.line_up(p);
  owner_.exchanges_.remove(*this);
  owner_.exchanges_.push_back(*this);

  // A reply that waited for the forgotten request's connection need not wait any more.
  if (asked()) owner_.host_.wake_senders();
  way_back_ = std::move(request.header());
  requester_ = &p;
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
    ++owner_.replies_dropped_;
  requester_ = nullptr;
  return {};
}

void rep_protocol::detach(ext::pipe& p) {
  requests_.remove(p);  // nobody is there who could have the replies
  for (exchange* x = exchanges_.first(); x; x = exchanges_.next(*x)) x->lose(p);
  host_.wake_senders();
}

void rep_protocol::readable(ext::pipe& p) {
  bool const nothing_before = requests_.empty();
  line_up(p);
  if (!nothing_before || requests_.empty()) return;
  for (exchange* x = exchanges_.first(); x; x = exchanges_.next(*x)) host_.wake_receivers(*x);
}

/// Gives `p` its place in the line once a valid request stands in front of what it holds. A malformed one
/// stays there, so nothing behind it is ever served.
void rep_protocol::line_up(ext::pipe& p) {
  while (p.can_receive()) {
    switch (policy::gather(p.front(), hops_)) {
      case policy::backtrace::complete:
        return requests_.add(p);
      case policy::backtrace::malformed:
        return p.close(errc::malformed);
      case policy::backtrace::too_long:
        p.receive();
        ++requests_dropped_;
    }
  }
}

std::unique_ptr<ext::context> rep_protocol::open_context() {
  auto x = std::make_unique<exchange>(*this);
  exchanges_.push_back(*x);
  return x;
}

}  // namespace

std::unique_ptr<ext::protocol> rep::make(ext::protocol_host& host, options const& o) {
  if (o.hops < 1 || o.hops > 255) raise(errc::invalid_option);
  return std::make_unique<rep_protocol>(host, o);
}

}  // namespace weft
