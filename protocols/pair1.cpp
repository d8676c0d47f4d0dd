// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "policy/checked_queue.hpp"
#include "policy/hop_count.hpp"
#include "policy/inbox.hpp"
#include "policy/limits.hpp"
#include "policy/outbox.hpp"

namespace weft {

namespace {

/// `raw`: the hop count is the user's affair.
class pair1_protocol final : public ext::protocol {
 public:
  pair1_protocol(ext::protocol_host& host, pair1::options const& o, bool raw) noexcept
      : host_(host),
        raw_(raw),
        inbox_(host, o.conflate, host, policy::hops_within{o.hops}),
        outbox_(host, o.send_queue, policy::headers::kept) {}

  std::error_code attach(ext::pipe& p) override {
    if (peer_ || inbox_.full()) return errc::busy;
    peer_ = &p;
    outbox_.attach(p);
    inbox_.attach();
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    outbox_.detach(p);
    peer_ = nullptr;
  }
  void readable(ext::pipe& p) override {
    inbox_.add(p);
    if (open_ && !inbox_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { outbox_.writable(p); }
  std::unique_ptr<ext::context> open_context() override;
  std::size_t queued() const noexcept override { return outbox_.queued(); }

 private:
  class conversation;

  ext::protocol_host& host_;
  bool const raw_;
  policy::basic_inbox<policy::hops_queue> inbox_;  // of one pipe, and of those before it
  policy::outbox outbox_;
  ext::pipe* peer_ = nullptr;
  ext::context* open_ = nullptr;  // the socket's only one
};

class pair1_protocol::conversation final : public ext::context {
 public:
  explicit conversation(pair1_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return owner_.outbox_.can_send(); }
  std::error_code why_not() const noexcept override { return owner_.outbox_.why_not(); }
  std::error_code send(message& m) override {
    auto& h = m.header();
    if (owner_.raw_ && (h.size() != 1 || h.top() > policy::most_hops)) return errc::malformed;
    if (owner_.outbox_.refuses(m.size())) return errc::message_too_large;
    std::uint32_t const before = owner_.raw_ ? h.top() : 0;
    if (before == policy::most_hops) {
      owner_.host_.drop(drop_reason::too_many_hops, direction::outgoing, owner_.peer_, std::move(m));
      return {};
    }
    policy::set_hops(h, before + 1);
    return owner_.outbox_.send(m);
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

std::unique_ptr<ext::protocol> make_pair1(ext::protocol_host& host, pair1::options const& o, bool raw) {
  policy::check_hops(o.hops);
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<pair1_protocol>(host, o, raw);
}

}  // namespace

std::unique_ptr<ext::protocol> pair1::make(ext::protocol_host& host, options const& o) {
  return make_pair1(host, o, false);
}

std::unique_ptr<ext::protocol> raw_pair1::make(ext::protocol_host& host, options const& o) {
  return make_pair1(host, o, true);
}

}  // namespace weft
