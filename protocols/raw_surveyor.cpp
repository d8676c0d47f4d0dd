// SPDX-License-Identifier: MIT
#include <weft/surveyor.hpp>

#include "policy/checked_queue.hpp"
#include "policy/distributor.hpp"
#include "policy/limits.hpp"

namespace weft {

namespace {

class raw_surveyor_protocol final : public ext::protocol {
 public:
  raw_surveyor_protocol(ext::protocol_host& host, raw_surveyor::options const& o) noexcept
      : host_(host), responses_(host, policy::any_length), peers_(host, o.send_queue) {}

  std::error_code attach(ext::pipe& p) override {
    if (responses_.full()) return errc::busy;
    peers_.add(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    responses_.keep(p);
    peers_.remove(p);
  }
  void readable(ext::pipe& p) override {
    responses_.add(p);
    if (open_ && !responses_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { peers_.writable(p); }
  std::size_t queued() const noexcept override { return peers_.queued(); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::traced_queue responses_;
  policy::distributor peers_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class raw_surveyor_protocol::conversation final : public ext::context {
 public:
  explicit conversation(raw_surveyor_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return true; }
  std::error_code send(message& m) override {
    if (!policy::is_complete(m.header(), 1)) return errc::malformed;
    if (owner_.peers_.refuses(m.size())) return errc::message_too_large;
    owner_.peers_.send(std::move(m));
    return {};
  }

  bool can_receive() const noexcept override { return !owner_.responses_.empty(); }
  std::error_code receive(message& m) override {
    owner_.responses_.receive(m);
    return {};
  }

 private:
  raw_surveyor_protocol& owner_;
};

std::unique_ptr<ext::context> raw_surveyor_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> raw_surveyor::make(ext::protocol_host& host, options const& o) {
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<raw_surveyor_protocol>(host, o);
}

}  // namespace weft
