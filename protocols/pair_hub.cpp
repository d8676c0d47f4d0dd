// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "policy/checked_queue.hpp"
#include "policy/hop_count.hpp"
#include "policy/load_balancer.hpp"

#include <unordered_map>

namespace weft {

namespace {

class hub_protocol final : public ext::protocol {
 public:
  hub_protocol(ext::protocol_host& host, pair_hub::options const& o) noexcept : host_(host), inbox_(host, {o.hops}) {}

  std::error_code attach(ext::pipe& p) override {
    if (inbox_.full()) return errc::busy;
    peers_.emplace(p.id(), &p);
    if (p.can_send()) writable(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    ready_.remove(p);
    peers_.erase(p.id());
  }
  void readable(ext::pipe& p) override {
    inbox_.add(p);
    if (open_ && !inbox_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override {
    ready_.add(p);
    host_.wake_senders();
  }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::checked_queue<policy::hops_within> inbox_;
  policy::load_balancer ready_;
  std::unordered_map<pipe_id, ext::pipe*> peers_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class hub_protocol::conversation final : public ext::context, public ext::addressed_sender {
 public:
  explicit conversation(hub_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return !owner_.ready_.empty(); }
  std::error_code why_not() const noexcept override {
    return owner_.peers_.empty() ? errc::no_peers : errc::peers_full;
  }
  std::error_code send(message& m) override {
    ext::pipe* const p = owner_.ready_.next(m.size());
    if (!p) return errc::message_too_large;
    make_first_hop(m);
    owner_.ready_.send(*p, std::move(m));
    return {};
  }
  std::error_code send_to(pipe_id to, message& m) override {
    auto const found = owner_.peers_.find(to);
    if (found == owner_.peers_.end() || found->second->ended()) return errc::no_peers;
    ext::pipe& p = *found->second;
    if (m.size() > p.max_message()) return errc::message_too_large;
    if (!p.can_send()) return errc::peers_full;
    make_first_hop(m);
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
  static void make_first_hop(message& m) {
    m.header().clear();
    m.header().push(1);
  }

  hub_protocol& owner_;
};

std::unique_ptr<ext::context> hub_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> pair_hub::make(ext::protocol_host& host, options const& o) {
  if (o.hops < 1 || o.hops > policy::most_hops) raise(errc::invalid_option);
  return std::make_unique<hub_protocol>(host, o);
}

}  // namespace weft
