// SPDX-License-Identifier: MIT
#include "fabric/handshake.hpp"

#include <weft/error.hpp>

#include "small_peer.hpp"
#include "small_socket.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>

namespace weft::ofi {

namespace {

bool contains(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

// One end of an introduction.
struct end {
  void start(directory& d, ext::handshake const& terms, flow::side side, base::unique_fd fd) {
    auto const c = choice::of(url::parse("ofi+tcp://127.0.0.1:1").value()).value();
    shaking = std::make_shared<handshake>(d, c, terms, 1, side, std::move(fd), "here");
    shaking->start([this](ext::connection_result r) {
      ++answers;
      if (r)
        socket = std::make_unique<small_socket>(*std::move(r));
      else
        why = r.error();
    });
  }

  std::shared_ptr<handshake> shaking;
  std::unique_ptr<small_socket> socket;
  std::optional<failure> why;
  int answers = 0;
};

constexpr ext::handshake terms{0x10, 0x10, 1000};

struct fixture {
  void shake(ext::handshake const& of_dialer, ext::handshake const& of_listener) {
    auto [near, far] = stream_pair();
    listener.start(right, of_listener, flow::side::listener, std::move(far));
    dialer.start(left, of_dialer, flow::side::dialer, std::move(near));
  }
  /// The end under test talks to a peer by hand.
  small_peer begin(end& e, flow::side side) {
    auto [near, far] = stream_pair();
    e.start(right, terms, side, std::move(far));
    return small_peer(std::move(near));
  }
  bool both_answer() {
    return reactor.until([this] { return dialer.answers == 1 && listener.answers == 1; });
  }
  bool answers(end const& e) {
    return reactor.until([&] { return e.answers == 1; });
  }
  std::optional<refusal> refused(small_peer& peer) {
    reactor.until([&] { return peer.is_over(); });
    if (peer.items.size() != 1 || peer.items[0].kind != lifeline_kind::refusal) return {};
    return refusal::decode(peer.items[0].content);
  }
  /// What a listener makes of a hello that is not quite right.
  std::optional<refusal> refused(std::function<void(hello&)> const& spoil) {
    auto said = introduction.of(terms);
    spoil(said);
    auto peer = begin(listener, flow::side::listener);
    peer.say(said.encode());
    if (!answers(listener) || !listener.why) return {};
    return refused(peer);
  }

  small_reactor reactor;
  directory left{reactor}, right{reactor};
  small_introduction introduction{reactor};
  end dialer, listener;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_handshake)

BOOST_FIXTURE_TEST_CASE(two_ends_that_fit_are_connected, fixture) {
  shake({0x50, 0x51, 700}, {0x51, 0x50, 900});
  BOOST_REQUIRE(both_answer());
  BOOST_REQUIRE(dialer.socket);
  BOOST_REQUIRE(listener.socket);
  BOOST_TEST(dialer.socket->link->max_message() == 900u);
  BOOST_TEST(listener.socket->link->max_message() == 700u);
  BOOST_TEST(contains(dialer.socket->link->peer_address(), "127.0.0.1:"));
}

BOOST_FIXTURE_TEST_CASE(protocols_that_do_not_match_are_refused_with_words_on_both_sides, fixture) {
  shake({0x30, 0x31, 1000}, {0x51, 0x50, 1000});
  BOOST_REQUIRE(both_answer());
  BOOST_REQUIRE(dialer.why.has_value());
  BOOST_REQUIRE(listener.why.has_value());
  BOOST_TEST(dialer.why->code == errc::protocol_mismatch);
  BOOST_TEST(listener.why->code == errc::protocol_mismatch);
  auto const words = "protocol 81 talks to 80, and the other end is 48 for 49";
  BOOST_TEST(contains(dialer.why->detail, words), dialer.why->detail);
  BOOST_TEST(contains(listener.why->detail, words), listener.why->detail);
  BOOST_TEST(dialer.why->detail.starts_with("here: "), dialer.why->detail);
}

BOOST_FIXTURE_TEST_CASE(only_one_direction_that_matches_is_a_mismatch, fixture) {
  auto const why = refused([](hello& h) { h.peer = 0x11; });
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::protocols));
}

BOOST_FIXTURE_TEST_CASE(another_provider_is_refused_by_name, fixture) {
  auto const why = refused([](hello& h) {
    h.protocol += 1;
    h.provider = "smoke";
  });
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::provider));
  BOOST_TEST(contains(why->text, "smoke"), why->text);
  BOOST_TEST(contains(why->text, "?prov="), why->text);
  BOOST_TEST(listener.why->code == errc::unsupported);
}

BOOST_FIXTURE_TEST_CASE(another_version_of_the_provider_is_refused, fixture) {
  auto const why = refused([](hello& h) { h.protocol_version += 1; });
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::provider));
}

BOOST_FIXTURE_TEST_CASE(a_hello_that_cannot_be_one_is_refused_as_malformed, fixture) {
  auto const why = refused([](hello& h) { h.generation = 0; });
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::malformed));
  BOOST_TEST(listener.why->code == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(an_address_that_is_none_is_refused, fixture) {
  auto const why = refused([](hello& h) { h.address.resize(3); });
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::address));
}

BOOST_FIXTURE_TEST_CASE(a_dialer_that_dislikes_the_answer_says_goodbye, fixture) {
  auto peer = begin(dialer, flow::side::dialer);
  BOOST_REQUIRE(reactor.until([&] { return peer.count() == 1; }));
  peer.say(introduction.of({0x20, 0x10, 1000}).encode());
  BOOST_REQUIRE(answers(dialer));
  BOOST_TEST(dialer.why->code == errc::protocol_mismatch);
  BOOST_REQUIRE(reactor.until([&] { return peer.is_over(); }));
  BOOST_REQUIRE(peer.count() == 2u);
  BOOST_REQUIRE((peer.items[1].kind == lifeline_kind::goodbye));
  BOOST_TEST(goodbye::decode(peer.items[1].content)->why == errc::rejected);
}

BOOST_FIXTURE_TEST_CASE(another_version_is_refused_with_a_word, fixture) {
  auto said = introduction.of(terms).encode();
  said[0] = std::byte{2};
  auto peer = begin(listener, flow::side::listener);
  peer.say(said);
  BOOST_REQUIRE(answers(listener));
  BOOST_TEST(listener.why->code == errc::unsupported);
  auto const why = refused(peer);
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::version));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_a_hello_is_refused_with_a_word, fixture) {
  auto peer = begin(listener, flow::side::listener);
  peer.say(goodbye{errc::closed, 0, 0, {}}.encode());
  BOOST_REQUIRE(answers(listener));
  BOOST_TEST(listener.why->code == errc::malformed);
  auto const why = refused(peer);
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->reason == refusal_reason::malformed));
}

BOOST_FIXTURE_TEST_CASE(a_listener_is_silent_until_it_is_spoken_to, fixture) {
  auto peer = begin(listener, flow::side::listener);
  reactor.turn_for(std::chrono::milliseconds(20));
  BOOST_TEST(peer.count() == 0u);
  peer.say(introduction.of(terms).encode());
  BOOST_REQUIRE(answers(listener));
  BOOST_REQUIRE(reactor.until([&] { return peer.count() == 1; }));
  BOOST_TEST((peer.items[0].kind == lifeline_kind::hello));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_leaves_before_the_end_is_told_of, fixture) {
  auto peer = begin(listener, flow::side::listener);
  peer.leave();
  BOOST_REQUIRE(answers(listener));
  BOOST_TEST(listener.why->code == errc::connection_reset);
  BOOST_TEST(contains(listener.why->detail, "left during the handshake"), listener.why->detail);
}

BOOST_FIXTURE_TEST_CASE(a_canceled_handshake_hangs_up_and_says_nothing, fixture) {
  auto peer = begin(dialer, flow::side::dialer);
  dialer.shaking->cancel();
  BOOST_TEST(reactor.until([&] { return peer.is_over(); }));
  reactor.turn_for(std::chrono::milliseconds(20));
  BOOST_TEST(dialer.answers == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
