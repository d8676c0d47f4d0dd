// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "policy/checked_queue.hpp"
#include "policy/hop_count.hpp"

namespace weft {

namespace {

/// `raw`: the hop count is the user's affair.
class pair1_protocol final : public ext::protocol {
 public:
  pair1_protocol(ext::protocol_host& host, pair1::options const& o, bool raw) noexcept
      : host_(host), raw_(raw), inbox_(host, {o.hops}) {}

  std::error_code attach(ext::pipe& p) override {
    if (peer_ || inbox_.full()) return errc::busy;
    peer_ = &p;
    if (p.can_send()) writable(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    peer_ = nullptr;
  }
  void readable(ext::pipe& p) override {
    inbox_.add(p);
    if (open_ && !inbox_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe&) override { host_.wake_senders(); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  bool const raw_;
  policy::checked_queue<policy::hops_within> inbox_;  // of one pipe, and of those before it
  ext::pipe* peer_ = nullptr;
  ext::context* open_ = nullptr;  // the socket's only one
};

class pair1_protocol::conversation final : public ext::context {
 public:
  explicit conversation(pair1_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return owner_.peer_ && owner_.peer_->can_send(); }
  std::error_code why_not() const noexcept override { return owner_.peer_ ? errc::peers_full : errc::no_peers; }
  std::error_code send(message& m) override {
    auto& h = m.header();
    if (owner_.raw_ && (h.size() != 1 || h.top() > policy::most_hops)) return errc::malformed;
    if (m.size() > owner_.peer_->max_message()) return errc::message_too_large;
    std::uint32_t const before = owner_.raw_ ? h.top() : 0;
    message next = std::move(m);
    if (before == policy::most_hops) {
      owner_.host_.drop(drop_reason::too_many_hops, direction::outgoing, owner_.peer_, std::move(next));
      return {};
    }
    next.header().clear();
    next.header().push(before + 1);
    owner_.peer_->send(std::move(next));
    return {};
  }

  bool can_receive() const noexcept override { return !owner_.inbox_.empty(); }
  result<message> receive() override {
    message m = owner_.inbox_.receive();
    if (!owner_.raw_) m.header().clear();
    return m;
  }

 private:
  pair1_protocol& owner_;
};

std::unique_ptr<ext::context> pair1_protocol::open_context() { return std::make_unique<conversation>(*this); }

void check(pair1::options const& o) {
  if (o.hops < 1 || o.hops > policy::most_hops) raise(errc::invalid_option);
}

}  // namespace

std::unique_ptr<ext::protocol> pair1::make(ext::protocol_host& host, options const& o) {
  check(o);
  return std::make_unique<pair1_protocol>(host, o, false);
}

std::unique_ptr<ext::protocol> raw_pair1::make(ext::protocol_host& host, options const& o) {
  check(o);
  return std::make_unique<pair1_protocol>(host, o, true);
}

}  // namespace weft
