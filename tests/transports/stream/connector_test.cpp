// SPDX-License-Identifier: MIT
#include "stream/connector.hpp"

#include <weft/error.hpp>

#include "stream/resolver.hpp"
#include "tcp/sockets.hpp"
#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace weft::stream {

namespace {

using namespace std::chrono_literals;

std::string const pair_says("\0SP\0\0\20\0\0", 8);

struct dialing {
  dialing() : fd(tcp::listen_at(*read_number({.host = "127.0.0.1"}), {}, "here").value()) {}

  void dial(addresses to, dial_options const& o = {}) {
    caller.emplace(home, "there", pairs, o,
                   approach{.resolve = [this, to](auto done) -> std::unique_ptr<pending> {
                              ++resolved;
                              if (to) done(to);
                              if (!to && to.error().code != errc::would_block) done(to);
                              return nullptr;
                            },
                            .prepare = [this](int, address const&) { return refuse_sockets; },
                            .handshake = [] { return only_a_greeting(pairs); },
                            .name_of_peer = [](int peer) { return peer_address(peer).text(); }});
    again();
  }
  void again() {
    outcome.reset();
    caller->connect([this](ext::connection_result r) {
      BOOST_TEST(!outcome.has_value());
      outcome = r ? std::error_code() : r.error().code;
      if (r) made = *std::move(r);
    });
    BOOST_TEST(!outcome.has_value());
  }
  address here() const { return local_address(fd.get()); }
  /// An address where nobody listens.
  static address nowhere() {
    auto const closed = tcp::listen_at(*read_number({.host = "127.0.0.1"}), {}, "closed").value();
    return local_address(closed.get());
  }
  far_end answer() {
    base::unique_fd peer;
    BOOST_TEST_REQUIRE(loop.until([&] {
      peer.reset(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      return static_cast<bool>(peer);
    }));
    return far_end(std::move(peer));
  }
  bool ends() {
    return loop.until([this] { return outcome.has_value(); });
  }

  base::unique_fd fd;
  small_reactor loop;
  hub home{loop};
  int resolved = 0;
  std::error_code refuse_sockets;
  std::optional<std::error_code> outcome;
  std::unique_ptr<ext::connection> made;
  std::optional<connector> caller;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_connector)

BOOST_FIXTURE_TEST_CASE(connects_and_shakes_hands, dialing) {
  dial(std::vector{here()});
  auto const peer = answer();
  peer.say(pair_says);
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(!*outcome);
  BOOST_TEST(made->peer_address() == here().text());
}

BOOST_FIXTURE_TEST_CASE(tries_the_addresses_in_turn, dialing) {
  dial(std::vector{nowhere(), nowhere(), here()});
  auto const peer = answer();
  peer.say(pair_says);
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(!*outcome);
}

BOOST_FIXTURE_TEST_CASE(says_why_when_nobody_is_there, dialing) {
  dial(std::vector{nowhere(), nowhere()});
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(*outcome == errc::connection_refused);
  again();
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(resolved == 2);  // names move
}

BOOST_FIXTURE_TEST_CASE(passes_on_why_a_name_is_unknown, dialing) {
  dial(failure{errc::connection_refused, "no such host"});
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(*outcome == errc::connection_refused);
}

BOOST_FIXTURE_TEST_CASE(a_name_server_that_never_answers_costs_the_time_and_no_more, dialing) {
  dial(failure{errc::would_block, "later"}, {.timeout = 20ms});
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(*outcome == errc::timed_out);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_never_introduces_itself_costs_the_time_and_no_more, dialing) {
  dial(std::vector{here()}, {.timeout = 20ms});
  auto const peer = answer();
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(*outcome == errc::timed_out);
}

BOOST_FIXTURE_TEST_CASE(a_socket_that_cannot_be_used_is_a_failure, dialing) {
  refuse_sockets = std::make_error_code(std::errc::permission_denied);
  dial(std::vector{here()});
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST((*outcome == std::errc::permission_denied));
}

BOOST_FIXTURE_TEST_CASE(a_mismatch_is_told, dialing) {
  dial(std::vector{here()});
  auto const peer = answer();
  peer.say(std::string("\0SP\0\0\60\0\0", 8));
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(*outcome == errc::protocol_mismatch);
}

BOOST_FIXTURE_TEST_CASE(canceled_it_says_so, dialing) {
  dial(std::vector{here()});
  auto const peer = answer();
  caller->cancel();
  BOOST_TEST_REQUIRE(ends());
  BOOST_TEST(*outcome == errc::canceled);
}

BOOST_FIXTURE_TEST_CASE(destroyed_it_says_nothing, dialing) {
  dial(std::vector{here()});
  auto const peer = answer();
  caller.reset();
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(!outcome.has_value());
  (void)peer.hear();
  BOOST_TEST(peer.hears_the_end());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
