// SPDX-License-Identifier: MIT
// weft talks with the tools of nng and nanomsg: every pattern, both ways round, over every stream.
#include "interop/meeting_place.hpp"
#include "support/secured.hpp"

#include <iostream>
#include <string>
#include <string_view>

namespace weft::interop {

namespace {

namespace boost_test = boost::unit_test;

/// One meeting with a tool.
struct scene : meeting_place {
  std::string program;

  /// Large enough for anybody; nanocat receives one MiB at most and has no option for it.
  std::size_t large(bool tool_receives) const {
    return tool_receives && of_nanomsg ? 1'000'000 : std::size_t{10} << 20;
  }

  /// What a tool that speaks TLS must be told.
  arguments tls_arguments() const {
    write_file(folder.path("ca"), test::good_dialer().ca);
    write_file(folder.path("own"), test::good_listener().certificate + test::good_listener().key);
    if (weft_listens) return {"--cacert", folder.path("ca")};
    return {"--cert", folder.path("own"), "--key", folder.path("own")};
  }

  /// Connects the socket and the tool, which says `text` if its pattern lets it speak.
  tool meet(auto& socket, std::string const& pattern, std::string const& text, arguments more = {}) {
    auto url = fresh_url();
    if (weft_listens) url = secure() ? socket.listen(url, {.tls = test::good_listener()}) : socket.listen(url);
    arguments words{"--" + pattern, weft_listens ? "--connect" : "--bind", url};
    if (pattern != "pull" && pattern != "sub") {
      write_file(folder.path("said"), text);
      // nanocat fails an assertion on an empty file.
      if (text.empty())
        words.insert(words.end(), {"--data", ""});
      else
        words.insert(words.end(), {"--file", folder.path("said")});
    }
    if (program == "nngcat") words.insert(words.end(), {"--recv-maxsz", "0"});
    if (secure()) more = with(more, tls_arguments());
    words.insert(words.end(), more.begin(), more.end());
    auto const output = folder.path("printed" + std::to_string(++count));
    if (!weft_listens) {
      auto options = eagerly();
      options.tls = test::good_dialer();
      socket.dial(url, options);
    }
    return tool(program, words, output);
  }
};

// What the tools print of a message: its bytes, or, for one that has none, what a quoted one looks like.
arguments format_for(std::string const& text) { return {text.empty() ? "--quoted" : "--raw"}; }
std::string shown(std::string const& text) { return text.empty() ? "\"\"\n" : text; }

void tool_pushes(scene& s, std::string const& text) {
  engine e;
  pull_socket pull(e);
  auto const peer = s.meet(pull, "push", text, {"--interval", "1"});
  BOOST_TEST((pull.receive(soon()).text() == text));
}

void tool_pulls(scene& s, std::string const& text) {
  engine e;
  push_socket push(e);
  auto const peer = s.meet(push, "pull", "", format_for(text));
  push.send(std::string_view(text), soon());
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_requests(scene& s, std::string const& text) {
  engine e;
  rep_socket rep(e);
  auto const peer = s.meet(rep, "req", text, format_for(text));
  BOOST_TEST((rep.receive(soon()).text() == text));
  rep.send(std::string_view(text), soon());
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_replies(scene& s, std::string const& text) {
  engine e;
  req_socket req(e);
  auto const peer = s.meet(req, "rep", text, format_for(text));
  for (int i = 0; i != 3; ++i) {
    req.send(std::string_view(text), soon());
    BOOST_TEST((req.receive(soon()).text() == text));
  }
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_pairs(scene& s, std::string const& text) {
  engine e;
  pair_socket pair(e);
  auto const peer =
      s.meet(pair, s.program == "nngcat" ? "pair0" : "pair", text, with(format_for(text), {"--interval", "1"}));
  BOOST_TEST((pair.receive(soon()).text() == text));
  pair.send(std::string_view(text), soon());
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_publishes(scene& s, std::string const& text) {
  engine e;
  sub_socket sub(e);
  sub.subscribe("");
  auto const peer = s.meet(sub, "pub", text, {"--interval", "1"});
  BOOST_TEST((sub.receive(soon()).text() == text));
}

void tool_subscribes(scene& s, std::string const& text) {
  engine e;
  pub_socket pub(e);
  auto const peer = s.meet(pub, "sub", "", with(format_for(text), {"--subscribe", ""}));
  pub.wait_for_peers(1, soon());
  pub.send(std::string_view(text), soon());
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_surveys(scene& s, std::string const& text) {
  engine e;
  respondent_socket respondent(e);
  // Not before we are there: a tool whose survey ends unanswered may find its next receive refused, and give up.
  auto const peer = s.meet(respondent, "surveyor", text, with(format_for(text), {"--delay", "1", "--interval", "1"}));
  BOOST_TEST((respondent.receive(soon()).text() == text));
  respondent.send(std::string_view(text), soon());
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_responds(scene& s, std::string const& text) {
  engine e;
  surveyor_socket surveyor(e, {.survey_time = 20s});
  auto const peer = s.meet(surveyor, "respondent", text, format_for(text));
  surveyor.wait_for_peers(1, soon());
  surveyor.send(std::string_view(text), soon());
  BOOST_TEST((surveyor.receive(soon()).text() == text));
  BOOST_TEST(peer.prints(shown(text)));
}

void tool_joins_the_bus(scene& s, std::string const& text) {
  engine e;
  bus_socket bus(e);
  auto const peer = s.meet(bus, "bus", text, with(format_for(text), {"--interval", "1"}));
  BOOST_TEST((bus.receive(soon()).text() == text));
  bus.send(std::string_view(text), soon());
  BOOST_TEST(peer.prints(shown(text)));
}

struct pattern {
  std::string_view name;
  void (*play)(scene&, std::string const& text);
  bool tool_receives;
};
constexpr pattern patterns[] = {{"push", tool_pushes, false},        {"pull", tool_pulls, true},
                                {"req", tool_requests, true},        {"rep", tool_replies, true},
                                {"pair", tool_pairs, true},          {"pub", tool_publishes, false},
                                {"sub", tool_subscribes, true},      {"surveyor", tool_surveys, true},
                                {"respondent", tool_responds, true}, {"bus", tool_joins_the_bus, true}};

void play(scene&& s, pattern const& p) try {
  if (!is_installed(s.program)) {
    std::cout << "SKIPPED: " << s.program << " is not installed" << std::endl;
    return;
  }
  for (auto const& text :
       {std::string("hello"), std::string(), binary(300), binary(70'000), binary(s.large(p.tool_receives))})
    BOOST_TEST_CONTEXT(text.size() << " bytes") { p.play(s, text); }
} catch (std::system_error const& why) {
  if (why.code() != errc::unknown_scheme) throw;
  std::cout << "SKIPPED: " << why.what() << std::endl;
}

/// nngcat_tcp_weft_listens/push and so on.
struct suites {
  suites() {
    add("nngcat", {"tcp", "ipc", "ws", "tls+tcp"});
    add("nanocat", {"tcp", "ipc", "ws"});  // it has no TLS
  }
  static void add(std::string const& program, arguments const& schemes) {
    add_suites(program, schemes, [&](boost_test::test_suite& suite, std::string const& scheme, bool weft_listens) {
      for (auto const& p : patterns)
        suite.add(new boost_test::test_case(
            boost_test::const_string(p.name.data(), p.name.size()), __FILE__, __LINE__, [=, &p] {
              play({{.scheme = scheme, .weft_listens = weft_listens, .of_nanomsg = program == "nanocat"}, program}, p);
            }));
    });
  }
} const all;

}  // namespace

}  // namespace weft::interop
