// SPDX-License-Identifier: MIT
#include "socket/socket.hpp"

#include "stream/address.hpp"
#include "support/two_engines.hpp"
#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <vector>

namespace weft::transports {

namespace {

using test::listen_code;
using test::next;
using test::soon;
using test::two_engines;

std::string url_of(base::unique_fd fd) { return "socket://" + std::to_string(fd.release()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(socket)

BOOST_FIXTURE_TEST_CASE(two_ends_that_were_connected_before_talk, two_engines) {
  auto fds = stream::connected_fds();
  req.listen(url_of(std::move(fds.first)));
  rep.listen(url_of(std::move(fds.second)));
  talk();
}

BOOST_AUTO_TEST_CASE(each_descriptor_is_a_pipe) {
  engine e;
  pull_socket pull(e);
  std::vector<stream::far_end> far;
  for (int i = 0; i != 3; ++i) {
    auto fds = stream::connected_fds();
    pull.listen(url_of(std::move(fds.first)));
    far.emplace_back(std::move(fds.second)).say(std::string("\0SP\0\0\120\0\0", 8) + stream::framed("x"));
  }
  for (int i = 0; i != 3; ++i) BOOST_TEST(pull.receive(soon()).text() == "x");
  BOOST_TEST(pull.peers() == 3u);
}

BOOST_AUTO_TEST_CASE(who_speaks_something_else_is_rejected) {
  engine e;
  pull_socket pull(e);
  monitor events(pull);
  auto fds = stream::connected_fds();
  stream::far_end const far(std::move(fds.second));
  far.say("GET / HTTP/1.1\r\n");
  pull.listen(url_of(std::move(fds.first)));
  auto const seen = next(events);
  BOOST_TEST((seen.what == monitor_event::rejected));
  BOOST_TEST(seen.why == errc::malformed);
}

BOOST_AUTO_TEST_CASE(who_says_nothing_is_sent_away) {
  engine e;
  pull_socket pull(e);
  monitor events(pull);
  auto fds = stream::connected_fds();
  pull.listen(url_of(std::move(fds.first)), {.handshake_timeout = std::chrono::milliseconds(10)});
  auto const seen = next(events);
  BOOST_TEST(seen.why == errc::timed_out);
}

BOOST_AUTO_TEST_CASE(closed_before_a_word_was_said_it_hangs_up) {
  auto fds = stream::connected_fds();
  stream::far_end const far(std::move(fds.second));
  {
    engine e;
    pull_socket pull(e);
    pull.listen(url_of(std::move(fds.first)));
  }
  (void)far.hear();
  BOOST_TEST(far.hears_the_end());
}

BOOST_AUTO_TEST_CASE(what_is_no_connected_socket_is_refused_and_stays_its_owners) {
  engine e;
  pull_socket pull(e);
  for (std::string const bad : {"socket://x", "socket://-1", "socket://0:1", "socket://0/path", "socket://99999"})
    BOOST_TEST(listen_code(pull, bad) == errc::invalid_url);
  auto const lonely = stream::new_socket(AF_INET);
  BOOST_TEST(listen_code(pull, "socket://" + std::to_string(lonely.get())) == errc::invalid_url);
  BOOST_TEST(::fcntl(lonely.get(), F_GETFD) != -1);
  BOOST_CHECK_THROW(push_socket(e).dial("socket://0"), std::system_error);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
