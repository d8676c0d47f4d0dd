// SPDX-License-Identifier: MIT
#include <weft/pair.hpp>

#include "policy/inbox.hpp"
#include "policy/limits.hpp"
#include "policy/outbox.hpp"

namespace weft {

namespace {

class pair_protocol final : public ext::protocol {
 public:
  pair_protocol(ext::protocol_host& host, pair::options const& o, policy::headers h) noexcept
      : host_(host), inbox_(host, o.conflate), outbox_(host, o.send_queue, h) {}

  std::error_code attach(ext::pipe& p) override {
    if (taken_ || inbox_.full()) return errc::busy;
    taken_ = true;
    outbox_.attach(p);
    inbox_.attach();
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    outbox_.detach(p);
    taken_ = false;
  }
  void readable(ext::pipe& p) override {
    inbox_.add(p);
    if (open_) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { outbox_.writable(p); }
  std::unique_ptr<ext::context> open_context() override;
  std::size_t queued() const noexcept override { return outbox_.queued(); }

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::inbox inbox_;  // of one pipe, and of those before it
  policy::outbox outbox_;
  bool taken_ = false;
  ext::context* open_ = nullptr;  // the socket's only one
};

class pair_protocol::conversation final : public ext::context {
 public:
  explicit conversation(pair_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return owner_.outbox_.can_send(); }
  std::error_code why_not() const noexcept override { return owner_.outbox_.why_not(); }
  std::error_code send(message& m) override { return owner_.outbox_.send(m); }

  bool can_receive() const noexcept override { return !owner_.inbox_.empty(); }
  result<message> receive() override { return owner_.inbox_.receive(); }

 private:
  pair_protocol& owner_;
};

std::unique_ptr<ext::context> pair_protocol::open_context() { return std::make_unique<conversation>(*this); }

std::unique_ptr<ext::protocol> make_pair(ext::protocol_host& host, pair::options const& o, policy::headers h) {
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<pair_protocol>(host, o, h);
}

}  // namespace

std::unique_ptr<ext::protocol> pair::make(ext::protocol_host& host, options const& o) {
  return make_pair(host, o, policy::headers::cleared);
}

std::unique_ptr<ext::protocol> raw_pair::make(ext::protocol_host& host, options const& o) {
  return make_pair(host, o, policy::headers::kept);
}

}  // namespace weft
