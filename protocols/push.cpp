// SPDX-License-Identifier: MIT
#include <weft/push.hpp>

#include "policy/limits.hpp"
#include "policy/outbox.hpp"

namespace weft {

namespace {

class push_protocol final : public ext::protocol {
 public:
  push_protocol(ext::protocol_host& host, push::options const& o, policy::headers h) noexcept
      : host_(host), outbox_(host, o.send_queue, h) {}

  std::error_code attach(ext::pipe& p) override {
    outbox_.attach(p);
    return {};
  }
  void detach(ext::pipe& p) override { outbox_.detach(p); }

  // A puller has nothing to tell us. What it says all the same is taken, or its connection would fill up.
  void readable(ext::pipe& p) override {
    while (p.can_receive()) host_.drop(drop_reason::unasked, direction::incoming, &p, p.receive());
  }
  void writable(ext::pipe& p) override { outbox_.writable(p); }
  std::unique_ptr<ext::context> open_context() override;
  std::size_t queued() const noexcept override { return outbox_.queued(); }

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::outbox outbox_;
};

class push_protocol::conversation final : public ext::context {
 public:
  explicit conversation(push_protocol& owner) noexcept : outbox_(owner.outbox_) {}

  bool can_send() const noexcept override { return outbox_.can_send(); }
  std::error_code why_not() const noexcept override { return outbox_.why_not(); }
  std::error_code send(message& m) override { return outbox_.send(m); }

  bool can_receive() const noexcept override { return true; }
  std::error_code receive(message&) override { return errc::unsupported; }

 private:
  policy::outbox& outbox_;
};

std::unique_ptr<ext::context> push_protocol::open_context() { return std::make_unique<conversation>(*this); }

std::unique_ptr<ext::protocol> make_push(ext::protocol_host& host, push::options const& o, policy::headers h) {
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<push_protocol>(host, o, h);
}

}  // namespace

std::unique_ptr<ext::protocol> push::make(ext::protocol_host& host, options const& o) {
  return make_push(host, o, policy::headers::cleared);
}

std::unique_ptr<ext::protocol> raw_push::make(ext::protocol_host& host, options const& o) {
  return make_push(host, o, policy::headers::kept);
}

}  // namespace weft
