// SPDX-License-Identifier: MIT
#include <weft/push.hpp>

#include "policy/load_balancer.hpp"

namespace weft {

namespace {

class push_protocol final : public ext::protocol {
 public:
  explicit push_protocol(ext::protocol_host& host) noexcept : host_(host) {}

  std::error_code attach(ext::pipe& p) override {
    if (p.can_send()) writable(p);
    return {};
  }
  void detach(ext::pipe& p) override { peers_.remove(p); }

  // A puller has nothing to tell us. What it says all the same is taken, or its connection would fill up.
  void readable(ext::pipe& p) override {
    while (p.can_receive()) p.receive();
  }
  void writable(ext::pipe& p) override {
    peers_.add(p);
    host_.wake_senders();
  }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::load_balancer peers_;
};

class push_protocol::conversation final : public ext::context {
 public:
  explicit conversation(push_protocol& owner) noexcept : peers_(owner.peers_) {}

  bool can_send() const noexcept override { return !peers_.empty(); }
  std::error_code send(message& m) override {
    ext::pipe* const p = peers_.next(m.size());
    if (!p) return errc::message_too_large;
    m.header().clear();  // a leftover of where it came from, if it was forwarded
    peers_.send(*p, std::move(m));
    return {};
  }

  bool can_receive() const noexcept override { return true; }
  result<message> receive() override { return errc::unsupported; }

 private:
  policy::load_balancer& peers_;
};

std::unique_ptr<ext::context> push_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> push::make(ext::protocol_host& host, options const&) {
  return std::make_unique<push_protocol>(host);
}

}  // namespace weft
