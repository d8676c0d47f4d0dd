// SPDX-License-Identifier: MIT
#pragma once

#include <weft/weft.hpp>

#include "support/soon.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace weft::test {

/// Who asks and who answers, each in an engine of its own.
struct two_engines {
  engine here, there;
  rep_socket rep{there};
  req_socket req{here};

  /// A question and its answer.
  static void talk(req_socket& asks, rep_socket& answers, std::string_view text = "hello") {
    asks.send(text, soon());
    answers.send(answers.receive(soon()), soon());
    BOOST_TEST((asks.receive(soon()).text() == text));
  }
  void talk() { talk(req, rep); }
  /// The port that `rep` listens at.
  std::string port() const { return std::to_string(*url::parse(rep.local_url()).value().port); }
};

/// What dial() or listen() says of a URL and its options.
template <class Socket>
std::error_code dial_code(Socket& s, std::string_view text, dial_options const& o = {}) {
  try {
    s.dial(text, o);
    return {};
  } catch (std::system_error const& e) {
    return e.code();
  }
}
template <class Socket>
std::error_code listen_code(Socket& s, std::string_view text, listen_options const& o = {}) {
  try {
    s.listen(text, o);
    return {};
  } catch (std::system_error const& e) {
    return e.code();
  }
}

/// The next thing that happens to the socket, in time.
inline monitor_event next(monitor& m) {
  auto e = m.next(soon());
  BOOST_TEST_REQUIRE(e.has_value());
  return *std::move(e);
}

}  // namespace weft::test
