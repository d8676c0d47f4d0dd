// SPDX-License-Identifier: MIT
#include "fabric/acceptor.hpp"

#include <weft/error.hpp>

#include "small_network.hpp"
#include "small_peer.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

struct listening {
  explicit listening(listen_options const& o = {}, std::string const& at = "ofi+tcp://127.0.0.1:0")
      : accepting(net.right->listen(url::parse(at).value(), net.terms, o).value()) {
    accepting->start([this](ext::connection_result r) {
      if (r)
        sockets.push_back(std::make_unique<small_socket>(*std::move(r)));
      else
        failures.push_back(r.error());
    });
  }

  bool fails(std::size_t n = 1) {
    return net.reactor.until([&] { return failures.size() == n; });
  }
  /// Whether somebody who does everything right gets in.
  bool welcomes() {
    auto const before = sockets.size();
    std::unique_ptr<small_socket> dialed;
    bool failed = false;
    auto dialing = net.left->dial(accepting->local(), net.terms, {}).value();
    dialing->connect([&](ext::connection_result r) {
      failed = !r;
      if (r) dialed = std::make_unique<small_socket>(*std::move(r));
    });
    return net.reactor.until([&] { return failed || (dialed && sockets.size() == before + 1); }) && !failed;
  }

  small_network net;
  std::vector<std::unique_ptr<small_socket>> sockets;
  std::vector<failure> failures;
  std::unique_ptr<ext::acceptor> accepting;
};

struct impatient : listening {
  impatient() : listening({.handshake_timeout = 50ms}) {}
};
struct narrow : listening {
  narrow() : listening({.max_half_open = 2}) {}
};

bool contains(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_acceptor)

BOOST_FIXTURE_TEST_CASE(a_silent_peer_is_dropped_in_time, impatient) {
  small_peer silent(accepting->local());
  auto const begin = clock::now();
  BOOST_REQUIRE(fails());
  BOOST_TEST((clock::now() - begin >= 40ms));
  BOOST_TEST(failures[0].code == errc::timed_out);
  BOOST_TEST(contains(failures[0].detail, accepting->local().to_string()), failures[0].detail);
  BOOST_TEST(net.reactor.until([&] { return silent.is_over(); }));
  BOOST_TEST(silent.count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_stops_in_the_middle_is_dropped_in_time, impatient) {
  small_introduction const other(net.reactor);
  auto const words = other.of(net.terms).encode();
  small_peer slow(accepting->local());
  slow.say(std::span(words).first(words.size() - 1));
  BOOST_REQUIRE(fails());
  BOOST_TEST(failures[0].code == errc::timed_out);
  BOOST_TEST(net.reactor.until([&] { return slow.is_over(); }));
}

BOOST_FIXTURE_TEST_CASE(garbage_is_dropped_without_a_word_and_disturbs_nobody, listening) {
  small_peer browser(accepting->local());
  browser.say("GET / HTTP/1.1\r\n\r\n");
  BOOST_REQUIRE(fails());
  BOOST_TEST(failures[0].code == errc::malformed);
  BOOST_TEST(net.reactor.until([&] { return browser.is_over(); }));
  BOOST_TEST(browser.items.empty());
  BOOST_TEST(welcomes());
}

BOOST_FIXTURE_TEST_CASE(a_hello_cut_short_at_any_byte_disturbs_nobody, listening) {
  small_introduction const other(net.reactor);
  auto const words = other.of(net.terms).encode();
  for (std::size_t n = 0; n != words.size(); ++n) {
    small_peer rude(accepting->local());
    rude.say(std::span(words).first(n));
    rude.leave();
    BOOST_REQUIRE_MESSAGE(fails(n + 1), "cut at byte " << n);
    BOOST_TEST(failures[n].code == errc::connection_reset);
  }
  BOOST_TEST(sockets.empty());
  BOOST_TEST(welcomes());
}

BOOST_FIXTURE_TEST_CASE(a_good_peer_comes_in_while_others_are_silent, listening) {
  std::vector<std::unique_ptr<small_peer>> silent;
  for (int i = 0; i != 10; ++i) silent.push_back(std::make_unique<small_peer>(accepting->local()));
  BOOST_TEST(welcomes());
  BOOST_TEST(failures.empty());
}

BOOST_FIXTURE_TEST_CASE(with_too_many_in_the_door_others_wait_until_one_has_gone, narrow) {
  small_peer first(accepting->local()), second(accepting->local());
  net.reactor.turn_for(20ms);
  small_introduction const other(net.reactor);
  small_peer third(accepting->local());
  third.say(other.of(net.terms).encode());
  net.reactor.turn_for(50ms);
  BOOST_TEST(sockets.empty());
  first.leave();
  BOOST_TEST(net.reactor.until([&] { return sockets.size() == 1; }));
  BOOST_TEST(net.reactor.until([&] { return third.count() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(who_is_half_in_is_dropped_with_the_listener, listening) {
  small_peer half(accepting->local());
  net.reactor.turn_for(20ms);
  auto const there = accepting->local();
  accepting.reset();
  BOOST_TEST(net.reactor.until([&] { return half.is_over(); }));
  BOOST_TEST(failures.empty());
  BOOST_TEST(net.right->listen(there, net.terms, {}).has_value());
}

BOOST_FIXTURE_TEST_CASE(one_listener_takes_many, listening) {
  for (int i = 0; i != 8; ++i) BOOST_TEST(welcomes());
  BOOST_TEST(sockets.size() == 8u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
