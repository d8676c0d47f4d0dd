// SPDX-License-Identifier: MIT
#include "core/listener.hpp"

#include <weft/monitor.hpp>
#include <weft/pull.hpp>

#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::core {

namespace {

using test::soon;

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  pull_socket s{home};
  weft::monitor seen{s};

  monitor_event next() {
    auto e = seen.try_next();
    BOOST_TEST_REQUIRE(e.has_value());
    return *std::move(e);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(listener_)

BOOST_FIXTURE_TEST_CASE(says_where_it_listens, stage) {
  BOOST_TEST(s.local_url() == "");
  BOOST_TEST(s.listen("script://here:0") == "script://here:4242");
  BOOST_TEST(s.local_url() == "script://here:4242");
  BOOST_TEST(s.listen("script://there:7") == "script://there:7");
  BOOST_TEST(s.local_url() == "script://there:7");  // the latest
  BOOST_TEST(net.acceptors() == 2u);
}

BOOST_FIXTURE_TEST_CASE(peers_come_in, stage) {
  s.listen("script://here:0");
  auto const one = net.come_in(), two = net.come_in();
  BOOST_TEST(s.peers() == 2u);
  auto const first = next(), second = next();
  BOOST_TEST(first.what == monitor_event::connected);
  BOOST_TEST(first.url == "script://here:4242");
  BOOST_TEST(first.peer == "peer");
  BOOST_TEST((first.pipe != second.pipe));
  one->say("1");
  BOOST_TEST(s.receive(soon()).text() == "1");
  two->say("2");
  BOOST_TEST(s.receive(soon()).text() == "2");
}

BOOST_FIXTURE_TEST_CASE(a_failed_handshake_is_told_and_accepting_goes_on, stage) {
  s.listen("script://here:0");
  net.fail_handshake(errc::protocol_mismatch, "speaks another protocol");
  auto const e = next();
  BOOST_TEST(e.what == monitor_event::rejected);
  BOOST_TEST(e.url == "script://here:4242");
  BOOST_TEST(e.why == make_error_code(errc::protocol_mismatch));
  BOOST_TEST(e.detail == "speaks another protocol");
  BOOST_TEST(s.peers() == 0u);
  net.come_in();
  BOOST_TEST(s.peers() == 1u);
}

BOOST_FIXTURE_TEST_CASE(one_that_is_lost_is_not_dialed, stage) {
  s.listen("script://here:0");
  auto const end = net.come_in();
  end->hang_up();
  BOOST_TEST(s.peers() == 0u);
  net.turn();
  BOOST_TEST(net.connects() == 0u);
  BOOST_TEST(end->destroyed());
}

BOOST_FIXTURE_TEST_CASE(an_address_in_use_is_refused_at_once, stage) {
  BOOST_CHECK_EXCEPTION(s.listen("script://taken"), std::system_error, [](std::system_error const& e) {
    return e.code() == errc::address_in_use && std::string_view(e.what()).find("'taken'") != std::string_view::npos;
  });
  BOOST_TEST(s.local_url() == "");
}

BOOST_FIXTURE_TEST_CASE(stops_when_the_socket_closes, stage) {
  s.listen("script://here:0");
  auto const end = net.come_in();
  BOOST_TEST(net.acceptors() == 1u);
  s.close();
  BOOST_TEST(net.acceptors() == 0u);
  BOOST_TEST(end->destroyed());
  BOOST_TEST(!end->broken_promises());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
