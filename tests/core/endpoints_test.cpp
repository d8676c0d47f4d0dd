// SPDX-License-Identifier: MIT
#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/pull.hpp>

#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

namespace weft::core {

namespace {

using namespace std::chrono_literals;
using test::soon;

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  pair_socket s{home};
};

/// A failure with this code, whose words name the part.
auto names(errc code, std::string_view part) {
  return [=](std::system_error const& e) {
    BOOST_TEST_CONTEXT(e.what()) BOOST_TEST(std::string_view(e.what()).find(part) != std::string_view::npos);
    return e.code() == code;
  };
}

bool shows(int fd) {
  pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0;
}

/// What a forked child found, each a bit; it leaves without a word to anybody else.
template <class F>
int in_child(F checks) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(checks());
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST_REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

bool throws_forked(std::function<void()> const& f) {
  try {
    f();
  } catch (std::system_error const& e) {
    return e.code() == errc::forked;
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(endpoints)

BOOST_FIXTURE_TEST_CASE(an_unknown_scheme_is_named_with_those_there_are, stage) {
  BOOST_CHECK_EXCEPTION(s.dial("nosuch://peer"), std::system_error, names(errc::unknown_scheme, "'nosuch'"));
  BOOST_CHECK_EXCEPTION(s.listen("nosuch://peer"), std::system_error, names(errc::unknown_scheme, "script"));
}

BOOST_FIXTURE_TEST_CASE(a_bad_url_is_refused_with_the_part_at_fault, stage) {
  BOOST_CHECK_EXCEPTION(s.dial("no scheme"), std::system_error, names(errc::invalid_url, "no scheme"));
  BOOST_CHECK_EXCEPTION(s.dial("script://peer:port"), std::system_error, names(errc::invalid_url, "'port'"));
  BOOST_CHECK_EXCEPTION(s.listen("script://peer:70000"), std::system_error, names(errc::invalid_url, "'70000'"));
  BOOST_CHECK_EXCEPTION(s.dial("script://peer?tint=red"), std::system_error, names(errc::invalid_url, "'tint'"));
  BOOST_CHECK_EXCEPTION(s.listen("script://peer?tint=red"), std::system_error, names(errc::invalid_url, "'tint'"));
}

BOOST_FIXTURE_TEST_CASE(bad_options_are_refused_by_name, stage) {
  auto const dial = [&](dial_options const& o) { s.dial("script://peer", o); };
  BOOST_CHECK_EXCEPTION(dial({.timeout = 0s}), std::system_error, names(errc::invalid_option, "timeout"));
  BOOST_CHECK_EXCEPTION(dial({.retry_min = -1s}), std::system_error, names(errc::invalid_option, "retry_min"));
  BOOST_CHECK_EXCEPTION(dial({.retry_min = 2s, .retry_max = 1s}), std::system_error,
                        names(errc::invalid_option, "retry_max"));
  auto const listen = [&](listen_options const& o) { s.listen("script://here", o); };
  BOOST_CHECK_EXCEPTION(listen({.handshake_timeout = 0s}), std::system_error,
                        names(errc::invalid_option, "handshake_timeout"));
  BOOST_CHECK_EXCEPTION(listen({.max_half_open = 0}), std::system_error, names(errc::invalid_option, "max_half_open"));
  BOOST_TEST(net.connectors() == 0u);
  BOOST_TEST(net.acceptors() == 0u);
}

BOOST_AUTO_TEST_CASE(a_bad_window_is_refused_by_name) {
  weft::engine home({.helper = false});
  for (unsigned const window : {0u, 65537u})
    BOOST_CHECK_EXCEPTION(pair_socket(home, {}, {.receive_window = window}), std::system_error,
                          names(errc::invalid_option, "receive_window"));
}

BOOST_FIXTURE_TEST_CASE(a_closed_socket_neither_dials_nor_listens, stage) {
  s.close();
  auto const closed = [](std::system_error const& e) { return e.code() == errc::closed; };
  BOOST_CHECK_EXCEPTION(s.dial("script://peer"), std::system_error, closed);
  BOOST_CHECK_EXCEPTION(s.listen("script://here"), std::system_error, closed);
}

BOOST_FIXTURE_TEST_CASE(a_close_without_linger_closes_at_once, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  end->unconfirmed = 3;
  s.dial("script://peer");
  net.answer(end);
  auto const report = s.close();
  BOOST_TEST((end->closed() == make_error_code(errc::closed)));
  BOOST_TEST(!end->finished());
  BOOST_TEST(end->destroyed());
  BOOST_TEST(!end->broken_promises());
  BOOST_TEST(report.unconfirmed == 3u);
  BOOST_TEST(!report.clean());
}

BOOST_FIXTURE_TEST_CASE(a_close_with_linger_lets_it_finish, stage) {
  s.dial("script://peer");
  auto const end = net.answer();
  BOOST_TEST(s.close(10s).clean());
  BOOST_TEST(end->finished());
  BOOST_TEST(!end->closed().has_value());
  BOOST_TEST(end->destroyed());
}

BOOST_FIXTURE_TEST_CASE(a_close_cuts_short_what_takes_longer_than_its_linger, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  end->lingers = true;
  s.dial("script://peer");
  net.answer(end);
  auto const before = clock::now();
  s.close(3ms);
  BOOST_TEST((clock::now() - before >= 3ms));
  BOOST_TEST(end->finished());
  BOOST_TEST((end->closed() == make_error_code(errc::closed)));
  BOOST_TEST(end->destroyed());
}

BOOST_AUTO_TEST_CASE(a_close_with_linger_hands_over_what_the_protocol_has_queued_first) {
  weft::engine home({.helper = false});
  test::script net(home);
  pair_socket s(home, {.send_queue = 2});
  s.dial("script://peer");
  auto const end = net.answer(1);
  for (auto const* text : {"1", "2", "3"}) s.send(text, soon());
  BOOST_TEST(end->heard() == "1 ");
  auto closing = std::async(std::launch::async, [&] { return s.close(10s); });
  end->make_room();
  end->make_room();
  BOOST_TEST(closing.get().clean());
  BOOST_TEST(end->heard() == "1 2 3 ");
  BOOST_TEST(end->finished());
}

BOOST_AUTO_TEST_CASE(a_close_reports_what_the_protocol_has_queued_still) {
  weft::engine home({.helper = false});
  test::script net(home);
  for (auto const linger : {0ms, 3ms}) {
    pair_socket s(home, {.send_queue = 2});
    s.dial("script://peer");
    auto const end = net.answer(1);
    for (auto const* text : {"1", "2", "3"}) s.send(text, soon());
    BOOST_TEST(s.close(linger).unconfirmed == 2u);
    BOOST_TEST(end->heard() == "1 ");
    BOOST_TEST(end->destroyed());
  }
}

BOOST_FIXTURE_TEST_CASE(a_close_counts_what_nobody_asked_for, stage) {
  s.dial("script://peer");
  auto const end = net.answer();
  for (auto const* text : {"1", "2", "3"}) end->say(text);
  BOOST_TEST(s.receive(soon()).text() == "1");
  BOOST_TEST(s.close().discarded == 2u);
  BOOST_TEST(s.close().clean());  // once
}

BOOST_AUTO_TEST_CASE(what_comes_during_a_close_is_counted) {
  weft::engine home({.helper = false});
  test::script net(home);
  pair_socket s(home, {}, {.receive_window = 1});
  s.dial("script://peer");
  auto const end = std::make_shared<test::scripted_end>();
  end->lingers = true;
  net.answer(end);
  auto closing = std::async(std::launch::async, [&] { return s.close(10s); });
  while (!end->finished()) std::this_thread::yield();
  for (auto const* text : {"1", "2", "3"}) end->say(text);
  while (end->untold() > 0) std::this_thread::yield();
  end->hang_up();
  BOOST_TEST(closing.get().discarded == 3u);
  BOOST_TEST(s.statistics().received.messages == 3u);
  BOOST_TEST(s.statistics().dropped.at(drop_reason::unread, direction::incoming) == 3u);
}

BOOST_AUTO_TEST_CASE(waits_for_as_many_peers_as_asked) {
  weft::engine home({.helper = false});
  test::script net(home);
  pull_socket s(home);
  std::error_code why;
  s.wait_for_peers(0, soon(), why);
  BOOST_TEST(!why);
  s.wait_for_peers(1, {.until = 1ms}, why);
  BOOST_TEST(why == make_error_code(errc::timed_out));
  s.listen("script://here");
  net.come_in();
  s.wait_for_peers(1, soon(), why);
  BOOST_TEST(!why);
  auto waiting = std::async(std::launch::async, [&] { s.wait_for_peers(3, soon()); });
  net.come_in();
  auto const third = net.come_in();
  waiting.get();
  third->hang_up();
  BOOST_TEST(s.peers() == 2u);
  std::stop_source stop;
  stop.request_stop();
  s.wait_for_peers(3, {.stop = stop.get_token()}, why);
  BOOST_TEST(why == make_error_code(errc::canceled));
}

BOOST_FIXTURE_TEST_CASE(a_receive_descriptor_shows_while_there_is_a_message, stage) {
  s.dial("script://peer");
  auto const end = net.answer();
  int const fd = s.receive_fd();
  BOOST_TEST(s.receive_fd() == fd);
  BOOST_TEST(!shows(fd));
  end->say("1");
  end->say("2");
  net.turn();
  BOOST_TEST(shows(fd));
  BOOST_TEST(s.receive(soon()).text() == "1");
  BOOST_TEST(shows(fd));
  BOOST_TEST(s.receive(soon()).text() == "2");
  BOOST_TEST(!shows(fd));
}

BOOST_FIXTURE_TEST_CASE(a_send_descriptor_shows_while_there_is_room, stage) {
  s.dial("script://peer");
  int const fd = s.send_fd();
  BOOST_TEST(!shows(fd));
  auto const end = net.answer(1);
  BOOST_TEST(shows(fd));
  s.send("1", soon());
  BOOST_TEST(!shows(fd));
  end->make_room();
  net.turn();
  BOOST_TEST(shows(fd));
  end->hang_up();
  net.turn();
  BOOST_TEST(!shows(fd));
}

BOOST_FIXTURE_TEST_CASE(the_descriptors_of_a_closed_socket_show, stage) {
  int const receive = s.receive_fd(), send = s.send_fd();
  BOOST_TEST(!shows(receive));
  BOOST_TEST(!shows(send));
  s.close();
  BOOST_TEST(shows(receive));
  BOOST_TEST(shows(send));
}

BOOST_FIXTURE_TEST_CASE(a_fork_says_so, stage) {
  s.dial("script://peer");
  auto const end = net.answer(1);
  end->say("mine");
  int const good = in_child([&] {
    std::error_code send, receive;
    message m("x");
    s.send(m, {}, send);
    (void)s.receive({}, receive);
    return (send == errc::forked ? 1 : 0) | (receive == errc::forked && m.text() == "x" ? 2 : 0) |
           (s.try_send(m) == errc::forked ? 4 : 0) | (s.try_receive().error() == errc::forked ? 8 : 0) |
           (throws_forked([&] { s.dial("script://peer"); }) ? 16 : 0) |
           (throws_forked([&] { s.listen("script://here"); }) ? 32 : 0) |
           (throws_forked([&] { pair_socket another(home); }) ? 64 : 0) | (s.close().clean() ? 128 : 0);
  });
  BOOST_TEST(good == 255);
  BOOST_TEST(s.receive(soon()).text() == "mine");
  s.send("still here", soon());
  BOOST_TEST(end->heard() == "still here ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
