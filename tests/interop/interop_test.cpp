// SPDX-License-Identifier: MIT
// weft talks with the tools of nng and nanomsg: every pattern, both ways round, over every stream.
#include <weft/weft.hpp>

#include "interop/tool.hpp"
#include "support/secured.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

namespace weft::interop {

namespace {

using namespace std::chrono_literals;
namespace boost_test = boost::unit_test;

op_options soon() { return {.until = 20s}; }

std::string binary(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>(i * 31 + (i >> 8) * 17 + (i >> 16));
  return text;
}

std::vector<std::string> with(std::vector<std::string> a, std::vector<std::string> const& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// One meeting: which tool, over what, and who listens.
struct scene {
  std::string program;
  std::string scheme;
  bool weft_listens;
  scratch_folder folder{};
  int count = 0;

  /// Large enough for anybody; nanocat receives one MiB at most and has no option for it.
  std::size_t large(bool tool_receives) const {
    return tool_receives && program == "nanocat" ? 1'000'000 : std::size_t{10} << 20;
  }
  std::string fresh_url() {
    if (scheme == "ipc") return "ipc://" + folder.path("s" + std::to_string(++count));
    // nanomsg takes no path to listen at, and nng's TLS verifies names, but no addresses.
    auto const* const path = scheme != "ws" ? "" : program == "nanocat" && !weft_listens ? "" : "/sp";
    return scheme + (secure() ? "://localhost:" : "://127.0.0.1:") + std::to_string(weft_listens ? 0 : free_port()) +
           path;
  }
  bool secure() const { return scheme == "tls+tcp"; }

  /// What a tool that speaks TLS must be told.
  std::vector<std::string> tls_arguments() const {
    write_file(folder.path("ca"), test::good_dialer().ca);
    write_file(folder.path("own"), test::good_listener().certificate + test::good_listener().key);
    if (weft_listens) return {"--cacert", folder.path("ca")};
    return {"--cert", folder.path("own"), "--key", folder.path("own")};
  }

  /// Connects the socket and the tool, which says `text` if its pattern lets it speak.
  tool meet(auto& socket, std::string const& pattern, std::string const& text, std::vector<std::string> more = {}) {
    auto url = fresh_url();
    if (weft_listens) url = secure() ? socket.listen(url, {.tls = test::good_listener()}) : socket.listen(url);
    std::vector<std::string> arguments{"--" + pattern, weft_listens ? "--connect" : "--bind", url};
    if (pattern != "pull" && pattern != "sub") {
      write_file(folder.path("said"), text);
      // nanocat fails an assertion on an empty file.
      if (text.empty())
        arguments.insert(arguments.end(), {"--data", ""});
      else
        arguments.insert(arguments.end(), {"--file", folder.path("said")});
    }
    if (program == "nngcat") arguments.insert(arguments.end(), {"--recv-maxsz", "0"});
    if (secure()) more = with(more, tls_arguments());
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto const output = folder.path("printed" + std::to_string(++count));
    if (!weft_listens) socket.dial(url, {.retry_min = 1ms, .retry_max = 20ms, .tls = test::good_dialer()});
    return tool(program, arguments, output);
  }
};

// What the tools print of a message: its bytes, or, for one that has none, what a quoted one looks like.
std::vector<std::string> format_for(std::string const& text) { return {text.empty() ? "--quoted" : "--raw"}; }
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

struct pattern {
  std::string_view name;
  void (*play)(scene&, std::string const& text);
  bool tool_receives;
};
constexpr pattern patterns[] = {{"push", tool_pushes, false},
                                {"pull", tool_pulls, true},
                                {"req", tool_requests, true},
                                {"rep", tool_replies, true},
                                {"pair", tool_pairs, true}};

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

/// nngcat.tcp_weft_listens/push and so on.
struct suites {
  suites() {
    for (auto const* program : {"nngcat", "nanocat"})
      for (std::string const scheme : {"tcp", "ipc", "ws", "tls+tcp"})
        for (bool const weft_listens : {true, false}) {
          if (scheme == "tls+tcp" && program == std::string("nanocat")) continue;  // it has no TLS
          auto const name = std::string(program) + "_" + (scheme == "tls+tcp" ? "tls" : scheme) +
                            (weft_listens ? "_weft_listens" : "_weft_dials");
          auto* const suite = new boost_test::test_suite(name, __FILE__, __LINE__);  // the framework keeps it
          boost_test::framework::master_test_suite().add(suite);
          for (auto const& p : patterns)
            suite->add(new boost_test::test_case(
                boost_test::const_string(p.name.data(), p.name.size()), __FILE__, __LINE__,
                [=, &p] { play({.program = program, .scheme = scheme, .weft_listens = weft_listens}, p); }));
        }
  }
} const all;

}  // namespace

}  // namespace weft::interop
