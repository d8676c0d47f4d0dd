// SPDX-License-Identifier: MIT
#include "fabric/lifeline.hpp"

#include <weft/error.hpp>

#include "small_network.hpp"
#include "small_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace weft::ofi {

namespace {

// One lifeline during a handshake, and its other end by hand.
struct shaking {
  shaking() : shaking(stream_pair()) {}
  explicit shaking(std::pair<base::unique_fd, base::unique_fd> ends)
      : peer(std::move(ends.second)), line(std::make_shared<lifeline>(reactor, std::move(ends.first))) {
    line->listen(
        [this](lifeline_kind kind, std::span<std::byte const> content) {
          heard.push_back({kind, {content.begin(), content.end()}});
        },
        [this](std::error_code why) { ended = why; });
  }
  ~shaking() { line->close(); }

  bool ends() {
    return reactor.until([this] { return ended.has_value(); });
  }

  small_reactor reactor;
  small_peer peer;
  std::shared_ptr<lifeline> line;
  std::vector<small_peer::item> heard;
  std::optional<std::error_code> ended;
};

// An established connection, accepted from a peer by hand.
struct serving {
  serving() {
    peer.say(introduction.of(terms).encode());
    BOOST_REQUIRE(reactor.until([this] { return socket && peer.count() == 1; }));
    BOOST_REQUIRE((peer.items[0].kind == lifeline_kind::hello));
  }

  std::unique_ptr<ext::acceptor> listen() {
    auto made = transport->listen(url::parse("ofi+tcp://127.0.0.1:0").value(), terms, {}).value();
    made->start([this](ext::connection_result r) {
      if (r) socket = std::make_unique<small_socket>(*std::move(r));
    });
    return made;
  }
  bool ends() {
    return reactor.until([this] { return socket->is_over(); });
  }
  std::optional<goodbye> last_word() {
    if (!reactor.until([this] { return peer.count() == 2; }) || peer.items[1].kind != lifeline_kind::goodbye) return {};
    return goodbye::decode(peer.items[1].content);
  }

  small_reactor reactor;
  ext::handshake terms{0x10, 0x10, 1000};
  std::unique_ptr<ext::transport> transport = transports::make_fabric_transport(reactor);
  std::unique_ptr<small_socket> socket;
  std::unique_ptr<ext::acceptor> acceptor = listen();
  small_introduction introduction{reactor};
  small_peer peer{acceptor->local()};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_lifeline)

BOOST_FIXTURE_TEST_CASE(a_message_that_comes_byte_by_byte_is_heard_whole, shaking) {
  auto const message = refusal{refusal_reason::room, "full"}.encode();
  for (std::size_t i = 0; i != message.size(); ++i) {
    BOOST_TEST(heard.empty());
    BOOST_REQUIRE(peer.say(std::span(message).subspan(i, 1)));
    reactor.turn();
  }
  BOOST_REQUIRE(reactor.until([this] { return heard.size() == 1; }));
  BOOST_TEST((heard[0].kind == lifeline_kind::refusal));
  auto const decoded = refusal::decode(heard[0].content);
  BOOST_REQUIRE(decoded.has_value());
  BOOST_TEST(decoded->text == "full");
}

BOOST_FIXTURE_TEST_CASE(two_messages_in_one_piece_are_heard_one_after_the_other, shaking) {
  auto both = refusal{refusal_reason::room, "one"}.encode();
  auto const second = goodbye{errc::closed, 1, 2, "two"}.encode();
  both.insert(both.end(), second.begin(), second.end());
  peer.say(both);
  BOOST_REQUIRE(reactor.until([this] { return heard.size() == 2; }));
  BOOST_TEST((heard[1].kind == lifeline_kind::goodbye));
  BOOST_TEST(!ended.has_value());
}

BOOST_FIXTURE_TEST_CASE(the_end_of_the_socket_is_a_reset, shaking) {
  peer.leave();
  BOOST_REQUIRE(ends());
  BOOST_TEST(*ended == errc::connection_reset);
  BOOST_TEST(line->fd() == -1);
}

BOOST_FIXTURE_TEST_CASE(other_bytes_are_malformed_before_there_are_eight, shaking) {
  peer.say("GET");
  BOOST_REQUIRE(ends());
  BOOST_TEST(*ended == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(another_version_is_told_from_other_bytes, shaking) {
  auto message = goodbye{errc::closed, 0, 0, {}}.encode();
  message[0] = std::byte{2};
  peer.say(message);
  BOOST_REQUIRE(ends());
  BOOST_TEST(*ended == errc::unsupported);
}

BOOST_FIXTURE_TEST_CASE(what_is_sent_arrives_whole_and_nothing_goes_after_close, shaking) {
  auto const message = refusal{refusal_reason::other, "no"}.encode();
  BOOST_TEST(line->send(message));
  BOOST_REQUIRE(reactor.until([this] { return peer.count() == 1; }));
  BOOST_TEST((peer.items[0].kind == lifeline_kind::refusal));
  line->close();
  BOOST_TEST(!line->send(message));
  BOOST_TEST(reactor.until([this] { return peer.is_over(); }));
  reactor.turn();
  BOOST_TEST(!ended.has_value());  // who closes is not told
}

BOOST_FIXTURE_TEST_CASE(a_goodbye_without_an_answer_closes_after_a_while, shaking) {
  line->say({errc::closed, 0, 0, {}});
  BOOST_REQUIRE(ends());
  BOOST_TEST(*ended == errc::timed_out);
  BOOST_TEST(peer.is_over());
  BOOST_TEST(peer.count() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_goodbye_of_a_peer_that_closes_is_an_orderly_end, serving) {
  peer.say(goodbye{errc::closed, 0, 0, {}}.encode());
  BOOST_REQUIRE(ends());
  BOOST_TEST(!*socket->closed);
  BOOST_TEST(last_word().has_value());
  BOOST_TEST(reactor.until([this] { return peer.is_over(); }));
}

BOOST_FIXTURE_TEST_CASE(a_goodbye_carries_its_reason, serving) {
  peer.say(goodbye{errc::busy, 0, 0, "taken"}.encode());
  BOOST_REQUIRE(ends());
  BOOST_TEST(*socket->closed == errc::busy);
}

BOOST_FIXTURE_TEST_CASE(the_end_without_a_goodbye_is_a_reset, serving) {
  peer.leave();
  BOOST_REQUIRE(ends());
  BOOST_TEST(*socket->closed == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(closing_says_goodbye_and_waits_for_the_answer, serving) {
  socket->close(errc::rejected);
  auto const said = last_word();
  BOOST_REQUIRE(said.has_value());
  BOOST_TEST(said->why == errc::rejected);
  BOOST_TEST(said->frames == 0u);
  BOOST_TEST(!peer.is_over());
  peer.say(goodbye{errc::closed, 0, 0, {}}.encode());
  BOOST_TEST(reactor.until([this] { return peer.is_over(); }));
  BOOST_REQUIRE(ends());
  BOOST_TEST(*socket->closed == errc::rejected);
}

BOOST_FIXTURE_TEST_CASE(heartbeats_are_taken_without_a_word, serving) {
  byte_string beat(8);
  beat[0] = std::byte{1};
  beat[1] = std::byte{'W'}, beat[2] = std::byte{'F'}, beat[3] = std::byte{'T'};
  beat[4] = std::byte{4};
  for (int i = 0; i != 3; ++i) peer.say(beat);
  peer.say(goodbye{errc::closed, 0, 0, {}}.encode());
  BOOST_REQUIRE(ends());
  BOOST_TEST(!*socket->closed);
}

BOOST_FIXTURE_TEST_CASE(a_second_hello_ends_the_connection, serving) {
  peer.say(introduction.of(terms).encode());
  BOOST_REQUIRE(ends());
  BOOST_TEST(*socket->closed == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(garbage_ends_the_connection, serving) {
  peer.say("what is this?");
  BOOST_REQUIRE(ends());
  BOOST_TEST(*socket->closed == errc::malformed);
  BOOST_TEST(reactor.until([this] { return peer.is_over(); }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
