// SPDX-License-Identifier: MIT
#include "stream/acceptor.hpp"

#include <weft/error.hpp>

#include "stream/resolver.hpp"
#include "support/sanitizer.hpp"
#include "tcp/sockets.hpp"
#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <vector>

namespace weft::stream {

namespace {

using namespace std::chrono_literals;

std::string const pair_says("\0SP\0\0\20\0\0", 8);

struct listening {
  explicit listening(listen_options const& o = {}) {
    auto fd = tcp::listen_at(*read_number({.host = "127.0.0.1"}), {}, "here").value();
    at = local_address(fd.get());
    door.emplace(home, url{.scheme = "tcp", .host = "127.0.0.1", .port = at.port(), .path = {}, .query = {}},
                 std::move(fd), framing::tcp, pairs, o,
                 welcome{.prepare = {},
                         .handshake = [] { return only_a_greeting(pairs); },
                         .name_of_peer = [](int peer) { return peer_address(peer).text(); },
                         .at_end = [this] { ++ends; }});
    door->start([this](ext::connection_result r) {
      if (r)
        came.push_back(*std::move(r));
      else
        failed.push_back(r.error().code);
    });
  }
  far_end knock() {
    auto fd = new_socket(AF_INET);
    (void)begin_connect(fd.get(), at);
    BOOST_TEST_REQUIRE(loop.until([&] { return begin_connect(fd.get(), at) == 0; }));
    return far_end(std::move(fd));
  }

  small_reactor loop;
  hub home{loop};
  address at;
  int ends = 0;
  std::vector<std::unique_ptr<ext::connection>> came;
  std::vector<std::error_code> failed;
  std::optional<acceptor> door;
};

struct impatient : listening {
  impatient() : listening({.handshake_timeout = 20ms}) {}
};
struct narrow : listening {
  narrow() : listening({.handshake_timeout = 50ms, .max_half_open = 2}) {}
};
struct crowded : listening {
  crowded() : listening({.handshake_timeout = 1s, .max_half_open = 2}) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_acceptor)

BOOST_FIXTURE_TEST_CASE(who_introduces_itself_comes_in, listening) {
  auto const peer = knock();
  peer.say(pair_says);
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
  BOOST_TEST(came[0]->peer_address() == local_address(peer.fd()).text());
  BOOST_TEST(peer.hear() == pair_says);
}

BOOST_FIXTURE_TEST_CASE(a_silent_peer_is_sent_away, impatient) {
  auto const peer = knock();
  BOOST_TEST(loop.until([this] { return failed.size() == 1; }));
  BOOST_TEST(failed[0] == errc::timed_out);
  (void)peer.hear();
  BOOST_TEST(peer.hears_the_end());
}

BOOST_FIXTURE_TEST_CASE(silent_peers_hold_up_nobody, listening) {
  std::vector<far_end> silent;
  for (int i = 0; i != 100; ++i) silent.push_back(knock());
  auto const good = knock();
  good.say(pair_says);
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
  BOOST_TEST(failed.empty());
}

BOOST_FIXTURE_TEST_CASE(those_beyond_the_limit_wait_till_one_has_gone, narrow) {
  auto const silent = knock(), too = knock(), good = knock();
  good.say(pair_says);
  for (int i = 0; i != 20; ++i) loop.turn();
  BOOST_TEST(good.hear().empty() == failed.empty());
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
  BOOST_TEST(failed.size() >= 1u);
}

BOOST_FIXTURE_TEST_CASE(silent_peers_make_room_when_they_had_their_share_of_time, crowded) {
  std::vector<far_end> silent;
  for (int i = 0; i != 20; ++i) silent.push_back(knock());
  auto const good = knock();
  good.say(pair_says);
  // Had each its whole second, the last of them would wait for ten.
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
  BOOST_TEST(failed.size() >= 18u);
  for (auto const& why : failed) BOOST_TEST(why == errc::timed_out);
}

BOOST_FIXTURE_TEST_CASE(bad_handshakes_are_told_and_accepting_goes_on, listening) {
  for (auto const* bad : {"GET / HTTP/1.1\r\n\r\n", "\xff", "\0SP\1"}) {
    auto const peer = knock();
    peer.say(*bad ? std::string(bad) : std::string("\0SP\1", 4));
    auto const before = failed.size();
    BOOST_TEST(loop.until([&] { return failed.size() == before + 1; }));
    BOOST_TEST(failed.back() == errc::malformed);
  }
  auto const wrong = knock();
  wrong.say(std::string("\0SP\0\0\60\0\0", 8));
  BOOST_TEST(loop.until([&] { return failed.size() == 4; }));
  BOOST_TEST(failed.back() == errc::protocol_mismatch);
  auto const good = knock();
  good.say(pair_says);
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(a_flood_that_resets_at_once_leaves_nothing, listening) {
  linger const at_once{1, 0};
  for (int i = 0; i != 300; ++i) {
    auto peer = knock();
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  auto const good = knock();
  good.say(pair_says);
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
  // Some were gone before they were taken in.
  BOOST_TEST(failed.size() <= 300u);
}

BOOST_FIXTURE_TEST_CASE(without_descriptors_it_pauses_and_goes_on_later, listening) {
  if (test::skipped_under_address_sanitizer("it needs descriptors of its own to look at memory")) return;
  auto peer = far_end(new_socket(AF_INET));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto none = before;
  none.rlim_cur = 0;
  BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  (void)begin_connect(peer.fd(), at);
  for (int i = 0; i != 100; ++i) loop.turn();
  auto const told = failed;
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(came.empty());
  // It looks again now and then, and not all the time.
  BOOST_TEST_REQUIRE(told.size() >= 1u);
  BOOST_TEST(told.size() < 50u);
  BOOST_TEST((told[0] == std::errc::too_many_files_open));
  BOOST_TEST(begin_connect(peer.fd(), at) == 0);
  peer.say(pair_says);
  BOOST_TEST(loop.until([this] { return came.size() == 1; }));
}

BOOST_FIXTURE_TEST_CASE(what_is_to_happen_at_its_end_happens_once, listening) {
  door.reset();
  BOOST_TEST(ends == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
