// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "policy/checked_queue.hpp"
#include "policy/hop_count.hpp"
#include "policy/inbox.hpp"
#include "policy/limits.hpp"
#include "policy/outbox.hpp"

#include <unordered_map>

namespace weft {

namespace {

class hub_protocol final : public ext::protocol {
 public:
  hub_protocol(ext::protocol_host& host, pair_hub::options const& o) noexcept
      : host_(host),
        inbox_(host, o.conflate, host, policy::hops_within{o.hops}),
        outbox_(host, o.send_queue, policy::headers::kept) {}

  std::error_code attach(ext::pipe& p) override {
    if (inbox_.full()) return errc::busy;
    peers_.emplace(p.id(), &p);
    outbox_.attach(p);
    inbox_.attach();
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    outbox_.detach(p);
    peers_.erase(p.id());
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
  policy::basic_inbox<policy::hops_queue> inbox_;
  policy::outbox outbox_;
  std::unordered_map<pipe_id, ext::pipe*> peers_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class hub_protocol::conversation final : public ext::context, public ext::addressed_sender {
 public:
  explicit conversation(hub_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return owner_.outbox_.can_send(); }
  std::error_code why_not() const noexcept override { return owner_.outbox_.why_not(); }
  std::error_code send(message& m) override {
    if (owner_.outbox_.refuses(m.size())) return errc::message_too_large;
    policy::set_hops(m.header(), 1);
    return owner_.outbox_.send(m);
  }
  // The queue is for whoever has room first: what waits in it has no claim on this peer.
  std::error_code send_to(pipe_id to, message& m) override {
    auto const found = owner_.peers_.find(to);
    if (found == owner_.peers_.end() || found->second->ended()) return errc::no_peers;
    ext::pipe& p = *found->second;
    if (m.size() > p.max_message()) return errc::message_too_large;
    if (!p.can_send()) return errc::peers_full;
    policy::set_hops(m.header(), 1);
    p.send(std::move(m));
    return {};
  }

  bool can_receive() const noexcept override { return !owner_.inbox_.empty(); }
  result<message> receive() override {
    message m = owner_.inbox_.receive();
    m.header().clear();
    return m;
  }

 private:
  hub_protocol& owner_;
};

std::unique_ptr<ext::context> hub_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> pair_hub::make(ext::protocol_host& host, options const& o) {
  policy::check_hops(o.hops);
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<hub_protocol>(host, o);
}

}  // namespace weft
