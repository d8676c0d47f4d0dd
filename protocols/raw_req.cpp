// SPDX-License-Identifier: MIT
#include <weft/raw_req.hpp>

#include "policy/checked_queue.hpp"
#include "policy/outbox.hpp"

namespace weft {

namespace {

class raw_req_protocol final : public ext::protocol {
 public:
  explicit raw_req_protocol(ext::protocol_host& host) noexcept
      : host_(host), requests_(host, 0, policy::headers::kept), replies_(host, policy::any_length) {}

  std::error_code attach(ext::pipe& p) override {
    if (replies_.full()) return errc::busy;
    requests_.attach(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    requests_.detach(p);
    replies_.keep(p);
    if (open_ && !replies_.empty()) host_.wake_receivers(*open_);
  }
  void readable(ext::pipe& p) override {
    replies_.add(p);
    if (open_ && !replies_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { requests_.writable(p); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::outbox requests_;
  policy::traced_queue replies_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class raw_req_protocol::conversation final : public ext::context {
 public:
  explicit conversation(raw_req_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return owner_.requests_.can_send(); }
  std::error_code why_not() const noexcept override { return owner_.requests_.why_not(); }
  std::error_code send(message& m) override {
    if (!policy::is_complete(m.header())) return errc::malformed;
    return owner_.requests_.send(m);
  }

  bool can_receive() const noexcept override { return !owner_.replies_.empty(); }
  result<message> receive() override { return owner_.replies_.receive(); }

 private:
  raw_req_protocol& owner_;
};

std::unique_ptr<ext::context> raw_req_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> raw_req::make(ext::protocol_host& host, options const&) {
  return std::make_unique<raw_req_protocol>(host);
}

}  // namespace weft
