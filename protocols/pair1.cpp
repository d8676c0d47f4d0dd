// SPDX-License-Identifier: MIT
#include <weft/pair1.hpp>

#include "policy/hop_count.hpp"
#include "policy/limits.hpp"
#include "policy/two_way.hpp"

namespace weft {

namespace {

/// `raw`: the hop count is the user's affair.
class pair1_protocol final : public policy::two_way<policy::hops_queue> {
 public:
  pair1_protocol(ext::protocol_host& host, pair1::options const& o, bool raw)
      : two_way(host, o.conflate, o.send_queue, policy::headers::kept, host, policy::hops_within{o.hops}), raw_(raw) {}

  std::error_code attach(ext::pipe& p) override {
    auto const why = peer_ ? make_error_code(errc::busy) : two_way::attach(p);
    if (!why) peer_ = &p;
    return why;
  }
  void detach(ext::pipe& p) override {
    two_way::detach(p);
    peer_ = nullptr;
  }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class counting;

  bool const raw_;
  ext::pipe* peer_ = nullptr;
};

class pair1_protocol::counting final : public conversation {
 public:
  explicit counting(pair1_protocol& owner) noexcept : conversation(owner), owner_(owner) {}

  std::error_code send(message& m) override {
    auto& h = m.header();
    if (owner_.raw_ && (h.size() != 1 || h.top() > policy::most_hops)) return errc::malformed;
    if (owner_.outbox_.refuses(m.size())) return errc::message_too_large;
    std::uint32_t const before = owner_.raw_ ? h.top() : 0;
    if (before == policy::most_hops) {
      owner_.host_.drop(drop_reason::too_many_hops, direction::outgoing, owner_.peer_, std::move(m));
      return {};
    }
    policy::set_hops(h, before + 1);
    return conversation::send(m);
  }
  std::error_code receive(message& m) override {
    auto const why = conversation::receive(m);
    if (!owner_.raw_) m.header().clear();
    return why;
  }

 private:
  pair1_protocol& owner_;
};

std::unique_ptr<ext::context> pair1_protocol::open_context() { return std::make_unique<counting>(*this); }

std::unique_ptr<ext::protocol> make_pair1(ext::protocol_host& host, pair1::options const& o, bool raw) {
  policy::check_hops(o.hops);
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<pair1_protocol>(host, o, raw);
}

}  // namespace

std::unique_ptr<ext::protocol> pair1::make(ext::protocol_host& host, options const& o) {
  return make_pair1(host, o, false);
}

std::unique_ptr<ext::protocol> raw_pair1::make(ext::protocol_host& host, options const& o) {
  return make_pair1(host, o, true);
}

}  // namespace weft
