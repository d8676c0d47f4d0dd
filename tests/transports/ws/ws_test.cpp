// SPDX-License-Identifier: MIT
#include "ws/ws.hpp"

#include "support/secured.hpp"
#include "support/two_engines.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

using test::listen_code;
using test::next;
using test::soon;
using test::two_engines;

}  // namespace

BOOST_AUTO_TEST_SUITE(ws)

BOOST_FIXTURE_TEST_CASE(the_bound_address_has_port_and_path, two_engines) {
  auto const text = rep.listen("ws://127.0.0.1:0/some/path");
  BOOST_TEST(text.ends_with("/some/path"));
  BOOST_TEST(*url::parse(text)->port != 0u);
  req.dial(text);
  talk();
}

BOOST_FIXTURE_TEST_CASE(without_a_path_it_is_the_root, two_engines) {
  auto const text = rep.listen("ws://127.0.0.1:0");
  req.dial(text + "/?token=1");
  talk();
}

BOOST_FIXTURE_TEST_CASE(ipv6_and_the_wildcard_will_do, two_engines) {
  req.dial(rep.listen("ws6://[::1]:0/x"));
  talk();
  rep_socket every(there);
  auto const port = std::to_string(*url::parse(every.listen("ws://*:0/x"))->port);
  req_socket other(here);
  other.dial("ws4://127.0.0.1:" + port + "/x");
  talk(other, every);
}

BOOST_FIXTURE_TEST_CASE(several_sockets_share_a_port_each_with_its_path, two_engines) {
  auto const one = rep.listen("ws://127.0.0.1:0/one");
  auto const base = one.substr(0, one.rfind('/'));
  rep_socket second(there), third(there);
  BOOST_TEST(second.listen(base + "/two") == base + "/two");
  BOOST_TEST(listen_code(third, base + "/two") == errc::address_in_use);
  req_socket other(here);
  req.dial(one);
  other.dial(base + "/two");
  talk(req, rep, "to one");
  talk(other, second, "to two");
  // Who closes leaves the others where they are.
  rep.close();
  talk(other, second, "still there");
  BOOST_TEST(!listen_code(third, one));
}

BOOST_FIXTURE_TEST_CASE(a_path_where_nobody_listens_is_refused_with_its_reason, two_engines) {
  monitor events(req);
  auto const text = rep.listen("ws://127.0.0.1:0/here");
  req.dial(text + "/not");
  auto const e = next(events);
  BOOST_TEST(e.why == errc::rejected);
  BOOST_TEST(e.detail.find("HTTP 404") != std::string::npos, e.detail);
}

BOOST_FIXTURE_TEST_CASE(headers_are_sent_and_seen, two_engines) {
  std::optional<pipe_info> seen;
  pair_socket asks(here), answers(there, {}, {.admit = [&](pipe_info const&i) {
                                    seen = i;
                                    return std::error_code();
                                  }});
  asks.dial(answers.listen("ws://127.0.0.1:0"), {.websocket = {.headers = {{"Authorization", "Bearer x"}}}});
  answers.wait_for_peers(1, soon());
  BOOST_TEST_REQUIRE(seen.has_value());
  std::pair<std::string, std::string> const wanted("header:Authorization", "Bearer x");
  BOOST_TEST((std::ranges::find(seen->properties, wanted) != seen->properties.end()));
  BOOST_CHECK_THROW(asks.dial("ws://127.0.0.1:1", {.websocket = {.headers = {{"Host", "x"}}}}), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(over_tls_it_is_wss, two_engines) {
  auto const text = rep.listen("wss://127.0.0.1:0/x", {.tls = test::good_listener()});
  req.dial(text, {.tls = test::good_dialer()});
  talk();
  rep_socket other(there);
  BOOST_TEST(listen_code(other, text + "/y", {.tls = test::good_listener()}) == std::error_code());
  auto stricter = test::good_listener();
  stricter.ca = test::known_authority().certificate();
  stricter.clients = client_certificate::required;
  BOOST_TEST(listen_code(other, text + "/z", {.tls = stricter}) == errc::invalid_option);
}

BOOST_FIXTURE_TEST_CASE(wss_verifies_as_tls_does, two_engines) {
  monitor events(req);
  req.dial(rep.listen("wss://127.0.0.1:0", {.tls = test::good_listener()}));
  auto const e = next(events);
  BOOST_TEST(e.why == errc::untrusted);
}

BOOST_FIXTURE_TEST_CASE(too_large_a_message_ends_the_connection_and_not_the_listener, two_engines) {
  pull_socket pull(there, {}, {.max_message = 100});
  auto const text = pull.listen("ws://127.0.0.1:0");
  push_socket push(here);
  monitor events(pull);
  push.dial(text);
  push.send(std::string(101, 'x'), soon());
  for (;;) {
    auto const e = next(events);
    if (e.what != monitor_event::lost) continue;
    BOOST_TEST(e.why == errc::message_too_large);
    break;
  }
  push_socket good(here);
  good.dial(text);
  good.send("fine", soon());
  BOOST_TEST(pull.receive(soon()).text() == "fine");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
