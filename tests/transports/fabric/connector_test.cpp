// SPDX-License-Identifier: MIT
#include "fabric/connector.hpp"

#include <weft/error.hpp>

#include "small_network.hpp"
#include "small_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <optional>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

bool contains(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

struct dialing : small_network {
  void dial(url const& to, dial_options const& o = {}) {
    connecting = left->dial(to, terms, o).value();
    again();
  }
  void again() {
    answer.reset();
    connecting->connect([this](ext::connection_result r) {
      ++answers;
      answer = r ? failure{} : r.error();
      if (r) socket = std::make_unique<small_socket>(*std::move(r));
    });
  }
  bool answered() {
    return reactor.until([this] { return answer.has_value(); });
  }

  std::unique_ptr<small_socket> socket;
  std::optional<failure> answer;
  int answers = 0;
  std::unique_ptr<ext::connector> connecting;
};

// A stream socket that listens, and whose owner does what it likes.
struct odd_listener {
  odd_listener() : fd(listen_at(resolve(place(), fabric::bootstrap_kind::tcp, true).value(), "odd").value()) {}
  static url place() { return url::parse("ofi+tcp://127.0.0.1:0").value(); }
  url at() const {
    auto u = place();
    u.port = local_address(fd.get()).port();
    return u;
  }
  small_peer accept(small_reactor& r) {
    base::unique_fd peer;
    r.until([&] {
      peer.reset(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      return bool(peer);
    });
    return small_peer(std::move(peer));
  }
  base::unique_fd fd;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_connector)

BOOST_FIXTURE_TEST_CASE(nobody_there_is_a_refusal, dialing) {
  auto const there = [] { return odd_listener().at(); }();
  dial(there);
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::connection_refused);
  BOOST_TEST(contains(answer->detail, there.to_string() + ": cannot connect"), answer->detail);
}

BOOST_FIXTURE_TEST_CASE(nobody_of_that_name_is_a_refusal, dialing) {
  dial(url::parse("ofi+shm://nobody-" + std::to_string(::getpid())).value());
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::connection_refused);
}

BOOST_FIXTURE_TEST_CASE(an_interface_that_is_not_there_is_told, dialing) {
  auto there = odd_listener().at();
  there.query["iface"] = "nix0";
  dial(there);
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::invalid_url);
  BOOST_TEST(contains(answer->detail, "nix0"), answer->detail);
}

BOOST_FIXTURE_TEST_CASE(a_listener_that_does_not_answer_is_given_up_in_time, dialing) {
  odd_listener const silent;
  dial(silent.at(), {.timeout = 100ms});
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::timed_out);
  BOOST_TEST(contains(answer->detail, "does not answer the handshake"), answer->detail);
}

BOOST_FIXTURE_TEST_CASE(a_listener_that_hangs_up_is_a_reset, dialing) {
  odd_listener rude;
  dial(rude.at());
  rude.accept(reactor).leave();
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(a_listener_that_speaks_something_else_is_malformed, dialing) {
  odd_listener other;
  dial(other.at());
  auto peer = other.accept(reactor);
  peer.say("220 mail.example ESMTP\r\n");
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::malformed);
  BOOST_TEST(reactor.until([&] { return peer.is_over(); }));
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_told_in_the_words_of_the_peer, dialing) {
  odd_listener full;
  dial(full.at());
  auto peer = full.accept(reactor);
  peer.say(refusal{refusal_reason::room, "a hundred are enough"}.encode());
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::rejected);
  BOOST_TEST(contains(answer->detail, "a hundred are enough"), answer->detail);
}

BOOST_FIXTURE_TEST_CASE(the_dialer_speaks_first, dialing) {
  odd_listener there;
  dial(there.at());
  auto peer = there.accept(reactor);
  BOOST_REQUIRE(reactor.until([&] { return peer.count() == 1; }));
  BOOST_REQUIRE((peer.items[0].kind == lifeline_kind::hello));
  auto const said = hello::decode(peer.items[0].content);
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST(said->self == terms.self);
  BOOST_TEST(said->max_message == terms.max_message);
}

BOOST_FIXTURE_TEST_CASE(a_canceled_connect_says_so_once_and_not_from_inside, dialing) {
  odd_listener const silent;
  dial(silent.at());
  reactor.turn_for(20ms);
  connecting->cancel();
  BOOST_TEST(answers == 0);
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::canceled);
  reactor.turn_for(20ms);
  BOOST_TEST(answers == 1);
}

BOOST_FIXTURE_TEST_CASE(a_connect_canceled_before_it_began_says_so, dialing) {
  odd_listener const silent;
  dial(silent.at());
  connecting->cancel();
  BOOST_REQUIRE(answered());
  BOOST_TEST(answer->code == errc::canceled);
}

BOOST_FIXTURE_TEST_CASE(a_destroyed_connector_says_nothing, dialing) {
  odd_listener there;
  dial(there.at());
  auto peer = there.accept(reactor);
  connecting.reset();
  BOOST_TEST(reactor.until([&] { return peer.is_over(); }));
  BOOST_TEST(answers == 0);
}

BOOST_FIXTURE_TEST_CASE(one_connector_tries_again_as_the_same_incarnation, dialing) {
  odd_listener there;
  std::uint64_t seen[2]{};
  dial(there.at());
  for (auto& incarnation : seen) {
    auto peer = there.accept(reactor);
    BOOST_REQUIRE(reactor.until([&] { return peer.count() == 1; }));
    auto const said = hello::decode(peer.items[0].content);
    BOOST_REQUIRE(said.has_value());
    incarnation = said->incarnation;
    peer.leave();
    BOOST_REQUIRE(answered());
    again();
  }
  BOOST_TEST(seen[0] == seen[1]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
