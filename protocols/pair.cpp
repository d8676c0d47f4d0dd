// SPDX-License-Identifier: MIT
#include <weft/pair.hpp>

#include "policy/limits.hpp"
#include "policy/two_way.hpp"

namespace weft {

namespace {

class pair_protocol final : public policy::two_way<policy::fair_queue> {
 public:
  using two_way::two_way;

  std::error_code attach(ext::pipe& p) override {
    auto const why = taken_ ? make_error_code(errc::busy) : two_way::attach(p);
    if (!why) taken_ = true;
    return why;
  }
  void detach(ext::pipe& p) override {
    two_way::detach(p);
    taken_ = false;
  }

 private:
  bool taken_ = false;
};

std::unique_ptr<ext::protocol> make_pair(ext::protocol_host& host, pair::options const& o, policy::headers h) {
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<pair_protocol>(host, o.conflate, o.send_queue, h);
}

}  // namespace

std::unique_ptr<ext::protocol> pair::make(ext::protocol_host& host, options const& o) {
  return make_pair(host, o, policy::headers::cleared);
}

std::unique_ptr<ext::protocol> raw_pair::make(ext::protocol_host& host, options const& o) {
  return make_pair(host, o, policy::headers::kept);
}

}  // namespace weft
