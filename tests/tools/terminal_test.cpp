// SPDX-License-Identifier: MIT
// weftcat on terminals, in pipes that break, and under signals.
#include "tools/run.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>

namespace weft::tools {

namespace {

words talking(words const& more) {
  words all{"--bus", "--listen", "inproc://self", "--dial", "inproc://self", "--data", "hello", "--interval", "0.01"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

bool has_control(std::string const& text) {
  return std::ranges::any_of(text, [](char c) { return c < ' ' && c != '\n'; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal)

BOOST_AUTO_TEST_CASE(a_terminal_is_told_how_far_it_is) {
  run weftcat(talking({"--rate", "--ascii"}), "", run::error_on_terminal);
  BOOST_TEST(weftcat.says("\rsent "));
  BOOST_TEST(weftcat.prints("hello\nhello\n"));
  weftcat.signal(SIGINT);
  auto const end = weftcat.end();
  BOOST_TEST(end.status == 128 + SIGINT);
  BOOST_TEST(!has_control(end.out));
  // The line is gone, and the summary stands by itself.
  BOOST_TEST(end.err.find(" \rweftcat: sent ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_terminal_that_shows_messages_shows_them_whole) {
  run weftcat(talking({"--rate", "--quoted"}), "", run::all_on_terminal);
  BOOST_TEST(weftcat.says("\rsent "));
  BOOST_TEST(weftcat.says(" \r\"hello\"\r\n"));
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_anything_but_text) {
  run weftcat(talking({"--rate", "--ascii", "-v"}));
  BOOST_TEST(weftcat.prints("hello\nhello\n"));
  weftcat.signal(SIGTERM);
  auto const end = weftcat.end();
  BOOST_TEST(end.status == 128 + SIGTERM);
  BOOST_TEST(!has_control(end.err));
}

BOOST_AUTO_TEST_CASE(names_do_not_steer_a_terminal) {
  auto const end = ran({"--pull", "--listen", "inproc://a\x1b[2Jb"});
  BOOST_TEST(end.err.starts_with("weftcat: --listen: inproc://a?[2Jb: "), end.err);
  BOOST_TEST(!has_control(end.err));
}

BOOST_AUTO_TEST_CASE(what_is_typed_is_sent) {
  run weftcat({"--bus", "--listen", "inproc://self", "--dial", "inproc://self", "--file", "-", "--count", "1", "-Q"},
              "", run::all_on_terminal);
  weftcat.type("typed\n\x04");
  BOOST_TEST(weftcat.says("\"typed\\n\"\r\n"));
  BOOST_TEST(weftcat.end().status == 0);
}

BOOST_AUTO_TEST_CASE(statistics_come_although_it_is_interrupted) {
  run weftcat({"--pull", "-L", "0", "-v", "--stats"});
  BOOST_TEST(weftcat.says("listening at "));
  weftcat.signal(SIGINT);
  auto const end = weftcat.end();
  BOOST_TEST(end.status == 128 + SIGINT);
  BOOST_TEST(end.err.find("\nsocket\n  protocol: 81\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_reader_that_goes_away_ends_it_quietly) {
  run weftcat(talking({"--ascii"}));
  BOOST_TEST(weftcat.prints("hello\n"));
  weftcat.stop_reading();
  auto const end = weftcat.end();
  BOOST_TEST(end.status == 128 + SIGPIPE);
  BOOST_TEST(end.err == "");
}

BOOST_AUTO_TEST_CASE(a_reader_that_sleeps_does_not_keep_it) {
  run weftcat(
      {"--bus", "--listen", "inproc://self", "--dial", "inproc://self", "--file", "-", "--count", "100", "--raw"},
      std::string(1 << 20, 'x'));
  BOOST_TEST(weftcat.prints("xx"));
  // What it writes now nobody reads.
  weftcat.signal(SIGINT);
  BOOST_TEST(weftcat.end().status == 128 + SIGINT);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tools
