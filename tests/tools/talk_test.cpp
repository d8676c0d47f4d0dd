// SPDX-License-Identifier: MIT
// weftcats among themselves.
#include "interop/tool.hpp"
#include "support/secured.hpp"
#include "tools/run.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <iostream>

namespace weft::tools {

namespace {

/// One that listens at fresh addresses; where.
struct listener {
  listener(words arguments, words const& fresh) : weftcat(add(std::move(arguments), fresh)) {
    for (std::size_t i = 0; i != fresh.size(); ++i) urls.push_back(weftcat.said_after("listening at "));
  }
  static words add(words arguments, words const& fresh) {
    for (auto const& url : fresh) arguments.insert(arguments.end(), {"--listen", url});
    arguments.push_back("-v");
    return arguments;
  }

  run weftcat;
  words urls;
};

outcome asked(std::string const& url, words more = {}) {
  words all{"--req", "--dial", url, "--data", "question", "--ascii", "--recv-timeout", "20"};
  all.insert(all.end(), more.begin(), more.end());
  return ran(all);
}

std::string const fabric = "ofi+tcp://127.0.0.1:0", tcp = "tcp://127.0.0.1:0";

}  // namespace

BOOST_AUTO_TEST_SUITE(talk)

BOOST_AUTO_TEST_CASE(asks_and_answers_over_a_fabric_and_tcp_at_once) {
  listener rep({"--rep", "--data", "answer", "--count", "2", "--quoted"}, {fabric, tcp});
  for (auto const& url : rep.urls) {
    auto const end = asked(url);
    BOOST_TEST(end.status == 0);
    BOOST_TEST(end.out == "answer\n");
  }
  auto const end = rep.weftcat.end();
  BOOST_TEST(end.status == 0);
  BOOST_TEST(end.out == "\"question\"\n\"question\"\n");
}

BOOST_AUTO_TEST_CASE(publishes_over_a_fabric_to_who_was_dialed) {
  listener first({"--sub", "--subscribe", "a", "--count", "1", "--raw"}, {fabric});
  listener second({"--sub", "--count", "2", "--ascii"}, {tcp});
  words const dials{"--pub", "--dial", first.urls[0], "--dial", second.urls[0], "--data"};
  for (auto const* news : {"b", "a"}) {
    auto all = dials;
    all.emplace_back(news);
    BOOST_TEST(ran(all).status == 0);
  }
  BOOST_TEST(first.weftcat.end().out == "a");
  BOOST_TEST(second.weftcat.end().out == "b\na\n");
}

BOOST_AUTO_TEST_CASE(pushes_what_it_reads) {
  std::string const large(5'000'000, 'x');
  listener pull({"--pull", "--count", "1", "--raw", "--recv-maxsz", "0"}, {fabric});
  auto const sent = ran({"--push", "--dial", pull.urls[0], "--file", "-"}, large);
  BOOST_TEST(sent.status == 0);
  BOOST_TEST(sent.err == "");
  auto const end = pull.weftcat.end();
  BOOST_TEST(end.status == 0);
  BOOST_TEST((end.out == large));
}

BOOST_AUTO_TEST_CASE(refuses_messages_over_the_limit) {
  listener pull({"--pull", "--raw"}, {tcp});
  run push({"--push", "--dial", pull.urls[0], "--file", "-"}, std::string((1 << 20) + 1, 'x'));
  BOOST_TEST(pull.weftcat.says("too_large"));
}

BOOST_AUTO_TEST_CASE(asks_several_times) {
  listener rep({"--rep", "--data", "answer"}, {tcp});
  BOOST_TEST(asked(rep.urls[0], {"--count", "3"}).out == "answer\nanswer\nanswer\n");
  // A reply that comes after the next request was sent is not wanted any more; the last one is.
  auto const often = asked(rep.urls[0], {"--count", "2", "--interval", "0.01"});
  BOOST_TEST(often.status == 0);
  BOOST_TEST((often.out == "answer\nanswer\n" || often.out == "answer\n"));
  rep.weftcat.signal(SIGTERM);
  BOOST_TEST(rep.weftcat.end().status == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(ends_in_one_when_what_was_asked_for_does_not_come) {
  constexpr int failed = 1;
  auto const nobody = "tcp://127.0.0.1:" + std::to_string(interop::free_port());
  auto const req = ran({"--req", "--dial", nobody, "--data", "x", "--recv-timeout", "0.1"});
  BOOST_TEST(req.status == failed);
  BOOST_TEST(req.err.ends_with("weftcat: no reply in time\n"));
  BOOST_TEST(req.err.find(nobody + ": cannot connect: connection refused; trying again") != std::string::npos);
  auto const push = ran({"--push", "-q", "--dial", nobody, "--data", "x", "--send-timeout", "0.1"});
  BOOST_TEST(push.status == failed);
  BOOST_TEST(push.err == "weftcat: cannot send: timed out\n");
  auto const pub = ran({"--pub", "-q", "--dial", nobody, "--data", "x", "--send-timeout", "0.1"});
  BOOST_TEST(pub.status == failed);
  BOOST_TEST(ran({"--pub", "-q", "--dial", nobody, "--data", "x", "--async"}).status == 0);
  auto const pull = ran({"--pull", "-L", "0", "--count", "2", "--recv-timeout", "0.1"});
  BOOST_TEST(pull.status == failed);
  BOOST_TEST(pull.err == "weftcat: only 0 of 2 messages came in time\n");
  BOOST_TEST(ran({"--pull", "-L", "0", "--recv-timeout", "0.1"}).status == 0);
}

BOOST_AUTO_TEST_CASE(tells_what_became_of_everything) {
  words const self{"--bus",  "--listen", "inproc://s", "--dial", "inproc://s",
                   "--data", "abc",      "--count",    "1",      "--stats"};
  auto all = self;
  all.push_back("--socket-name=me");
  auto const text = ran(all).err;
  BOOST_TEST(text.starts_with("me\n  protocol: 112\n  sent\n    messages: 2\n    bytes: 6\n"), text);
  all.push_back("--json");
  auto const tree = boost::json::parse(ran(all).err).at("me").as_object();
  BOOST_TEST(tree.at("sent").at("bytes").to_number<int>() == 6);
  BOOST_TEST(tree.at("endpoints").as_object().size() == 2u);
}

BOOST_AUTO_TEST_CASE(sums_up_how_fast_it_went) {
  auto const end = ran({"--bus", "--listen", "inproc://s", "--dial", "inproc://s", "--data", "abc", "-C1", "--rate"});
  BOOST_TEST(end.err.starts_with("weftcat: sent 1 messages, 3 B: "), end.err);
  BOOST_TEST(end.err.find("; received 1 messages, 3 B: ") != std::string::npos);
  BOOST_TEST(end.err.find('\r') == std::string::npos);
}

#ifdef WEFT_TLS

BOOST_AUTO_TEST_CASE(talks_over_tls_to_who_can_show_who_they_are) {
  interop::scratch_folder const folder;
  auto const ca = folder.path("ca"), own = folder.path("own");
  interop::write_file(ca, test::good_dialer().ca);
  interop::write_file(own, test::good_listener().certificate + test::good_listener().key);
  listener rep({"--rep", "--data", "answer", "--cert", own}, {"tls+tcp://localhost:0", "wss://localhost:0/sp"});
  for (auto const& url : rep.urls) {
    BOOST_TEST(asked(url, {"--cacert", ca}).out == "answer\n");
    BOOST_TEST(asked(url, {"--insecure"}).out == "answer\n");
    auto const refused = asked(url, {"--recv-timeout", "0.5"});
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(refused.err.find("untrusted") != std::string::npos, refused.err);
  }
}

#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tools
