// SPDX-License-Identifier: MIT
#pragma once

#include <weft/req.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace weft::protocols {

/// A REQ with two contexts and three peers who have yet to join.
struct req_fixture {
  explicit req_fixture(req::options o = {}) : protocol(req::make(host, o)) {}

  static std::error_code send(ext::context& c, std::string_view text) {
    message m(text);
    return c.send(m);
  }
  static std::error_code fails(ext::context& c) { return c.receive().error(); }
  static std::string receive(ext::context& c) { return std::string(c.receive().value().text()); }

  /// The id of the `n`th request that `p` heard.
  static std::uint32_t id(test::scripted_peer const& p, std::size_t n = 0) { return p.link.sent.at(n).header().top(); }
  /// The reply to that, as a byte stream brings it.
  static void answer(test::scripted_peer& p, std::string_view text, std::size_t n = 0) {
    p.say(test::word(id(p, n)).append(text));
  }

  test::fake_host host;
  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> x = protocol->open_context(), y = protocol->open_context();
  test::scripted_peer a{*protocol, 1}, b{*protocol, 2}, c{*protocol, 3};
};

}  // namespace weft::protocols
