// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "policy/hop_count.hpp"
#include "policy/limits.hpp"
#include "policy/two_way.hpp"

#include <unordered_map>

namespace weft {

namespace {

class hub_protocol final : public policy::two_way<policy::hops_queue> {
 public:
  hub_protocol(ext::protocol_host& host, pair_hub::options const& o)
      : two_way(host, o.conflate, o.send_queue, policy::headers::kept, host, policy::hops_within{o.hops}) {}

  std::error_code attach(ext::pipe& p) override {
    auto const why = two_way::attach(p);
    if (!why) peers_.emplace(p.id(), &p);
    return why;
  }
  void detach(ext::pipe& p) override {
    two_way::detach(p);
    peers_.erase(p.id());
  }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class counting;

  std::unordered_map<pipe_id, ext::pipe*> peers_;
};

class hub_protocol::counting final : public conversation, public ext::addressed_sender {
 public:
  explicit counting(hub_protocol& owner) noexcept : conversation(owner), owner_(owner) {}

  std::error_code send(message& m) override {
    if (owner_.outbox_.refuses(m.size())) return errc::message_too_large;
    policy::set_hops(m.header(), 1);
    return conversation::send(m);
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
  std::error_code receive(message& m) override {
    auto const why = conversation::receive(m);
    m.header().clear();
    return why;
  }

 private:
  hub_protocol& owner_;
};

std::unique_ptr<ext::context> hub_protocol::open_context() { return std::make_unique<counting>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> pair_hub::make(ext::protocol_host& host, options const& o) {
  policy::check_hops(o.hops);
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<hub_protocol>(host, o);
}

}  // namespace weft
