// SPDX-License-Identifier: MIT
#include <weft/pull.hpp>

#include "policy/inbox.hpp"

namespace weft {

namespace {

class pull_protocol final : public ext::protocol {
 public:
  pull_protocol(ext::protocol_host& host, pull::options const& o) noexcept : host_(host), inbox_(host, o.conflate) {}

  std::error_code attach(ext::pipe&) override {
    if (inbox_.full()) return errc::busy;
    inbox_.attach();
    return {};
  }
  void detach(ext::pipe& p) override { inbox_.keep(p); }
  void readable(ext::pipe& p) override {
    inbox_.add(p);
    if (open_) host_.wake_receivers(*open_);
  }
  void readable_many(ext::pipe& p, unsigned) override { readable(p); }
  void writable(ext::pipe&) override {}
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::inbox inbox_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class pull_protocol::conversation final : public ext::context {
 public:
  explicit conversation(pull_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return true; }
  std::error_code send(message&) override { return errc::unsupported; }

  bool can_receive() const noexcept override { return !owner_.inbox_.empty(); }
  std::error_code receive(message& m) override {
    owner_.inbox_.receive(m);
    return {};
  }

 private:
  pull_protocol& owner_;
};

std::unique_ptr<ext::context> pull_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> pull::make(ext::protocol_host& host, options const& o) {
  return std::make_unique<pull_protocol>(host, o);
}

}  // namespace weft
