// SPDX-License-Identifier: MIT
#include <weft/pair.hpp>

#include "policy/fair_queue.hpp"

namespace weft {

namespace {

class pair_protocol final : public ext::protocol {
 public:
  explicit pair_protocol(ext::protocol_host& host) noexcept : host_(host) {}

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
    if (open_) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe&) override { host_.wake_senders(); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::fair_queue inbox_;  // of one pipe, and of those before it
  ext::pipe* peer_ = nullptr;
  ext::context* open_ = nullptr;  // the socket's only one
};

class pair_protocol::conversation final : public ext::context {
 public:
  explicit conversation(pair_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return owner_.peer_ && owner_.peer_->can_send(); }
  std::error_code send(message& m) override {
    if (m.size() > owner_.peer_->max_message()) return errc::message_too_large;
    m.header().clear();  // a leftover of where it came from, if it was forwarded
    owner_.peer_->send(std::move(m));
    return {};
  }

  bool can_receive() const noexcept override { return !owner_.inbox_.empty(); }
  result<message> receive() override { return owner_.inbox_.receive(); }

 private:
  pair_protocol& owner_;
};

std::unique_ptr<ext::context> pair_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> pair::make(ext::protocol_host& host, options const&) {
  return std::make_unique<pair_protocol>(host);
}

}  // namespace weft
