// SPDX-License-Identifier: MIT
#include "stream/handshake.hpp"

#include <weft/error.hpp>

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace weft::stream {

namespace {

constexpr ext::handshake req{0x30, 0x31, 1000};
std::string const rep_says("\0SP\0\0\61\0\0", 8);

struct meeting {
  meeting() : meeting(connected_fds()) {}
  explicit meeting(std::pair<base::unique_fd, base::unique_fd> fds)
      : far(std::move(fds.second)),
        shaking(std::make_shared<handshake>(loop, std::move(fds.first), only_a_greeting(req), "far")) {
    shaking->start([this](setup<established> r) {
      BOOST_TEST(!outcome.has_value());
      outcome = r ? std::error_code() : r.error().code;
      detail = r.error().detail;
      if (r) fd = std::move(r->fd);
    });
  }
  void turn() {
    for (int i = 0; i != 3; ++i) loop.turn();
  }

  small_reactor loop;
  far_end far;
  std::optional<std::error_code> outcome;
  std::string detail;
  base::unique_fd fd;
  std::shared_ptr<handshake> shaking;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_handshake)

BOOST_FIXTURE_TEST_CASE(says_eight_bytes_before_it_has_heard_any, meeting) {
  BOOST_TEST(far.hear() == std::string("\0SP\0\0\60\0\0", 8));
  turn();
  BOOST_TEST(!outcome.has_value());
}

BOOST_FIXTURE_TEST_CASE(ends_well_with_the_peer_it_wants, meeting) {
  far.say(rep_says);
  turn();
  BOOST_TEST_REQUIRE(outcome.has_value());
  BOOST_TEST(!*outcome);
  BOOST_TEST(static_cast<bool>(fd));
}

BOOST_FIXTURE_TEST_CASE(may_be_torn_at_every_byte, meeting) {
  for (char const c : rep_says) {
    BOOST_TEST(!outcome.has_value());
    far.say({&c, 1});
    turn();
  }
  BOOST_TEST_REQUIRE(outcome.has_value());
  BOOST_TEST(!*outcome);
}

BOOST_FIXTURE_TEST_CASE(leaves_what_comes_behind_it, meeting) {
  far.say(rep_says + framed("first"));
  turn();
  char rest[100];
  BOOST_TEST(::recv(fd.get(), rest, sizeof rest, 0) == 13);
}

BOOST_AUTO_TEST_CASE(every_wrong_byte_is_malformed_as_soon_as_it_comes) {
  for (std::size_t const place : {0, 1, 2, 3, 6, 7}) {
    meeting m;
    auto wrong = rep_says.substr(0, place + 1);
    wrong[place] = static_cast<char>(wrong[place] ^ 1);
    m.far.say(wrong);
    m.turn();
    BOOST_TEST_REQUIRE(m.outcome.has_value());
    BOOST_TEST(*m.outcome == errc::malformed);
    (void)m.far.hear();
    BOOST_TEST(m.far.hears_the_end());
  }
}

BOOST_FIXTURE_TEST_CASE(another_protocol_is_a_mismatch_that_names_both, meeting) {
  far.say(std::string("\0SP\0\0\121\0\0", 8));
  turn();
  BOOST_TEST((outcome == make_error_code(errc::protocol_mismatch)));
  BOOST_TEST(detail == "far: the peer speaks SP protocol 0x51, not 0x31");
}

BOOST_FIXTURE_TEST_CASE(a_mismatch_is_heard_though_the_peer_has_gone, meeting) {
  far.say(std::string("\0SP\0\0\121\0\0", 8));
  far.hang_up();
  turn();
  BOOST_TEST((outcome == make_error_code(errc::protocol_mismatch)));
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_hangs_up_is_rejected, meeting) {
  far.say(rep_says.substr(0, 5));
  far.hang_up();
  turn();
  BOOST_TEST((outcome == make_error_code(errc::rejected)));
}

BOOST_FIXTURE_TEST_CASE(ends_silently_when_it_is_destroyed, meeting) {
  shaking.reset();
  turn();
  BOOST_TEST(!outcome.has_value());
  (void)far.hear();
  BOOST_TEST(far.hears_the_end());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
