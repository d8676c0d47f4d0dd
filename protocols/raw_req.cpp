// SPDX-License-Identifier: MIT
#include <weft/raw_req.hpp>

#include "policy/checked_queue.hpp"
#include "policy/two_way.hpp"

namespace weft {

namespace {

class raw_req_protocol final : public policy::two_way<policy::traced_queue> {
 public:
  explicit raw_req_protocol(ext::protocol_host& host)
      : two_way(host, false, 0, policy::headers::kept, host, policy::any_length) {}

  std::unique_ptr<ext::context> open_context() override { return std::make_unique<asking>(*this); }

 private:
  struct asking final : conversation {
    using conversation::conversation;
    std::error_code send(message& m) override {
      return policy::is_complete(m.header()) ? conversation::send(m) : errc::malformed;
    }
  };
};

}  // namespace

std::unique_ptr<ext::protocol> raw_req::make(ext::protocol_host& host, options const&) {
  return std::make_unique<raw_req_protocol>(host);
}

}  // namespace weft
