// SPDX-License-Identifier: MIT
// weftcat talks with nngcat and nanocat: every pattern, both ways round, over tcp, ipc and ws at once.
#include "interop/tool.hpp"
#include "tools/run.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <iostream>
#include <list>
#include <memory>
#include <string>

namespace weft::tools {

namespace {

namespace boost_test = boost::unit_test;
using interop::tool;

constexpr int interrupted = 128 + SIGINT;

words with(words first, words const& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// One weftcat, and three of theirs: one at each of its addresses, each called by its scheme.
struct scene {
  std::string program;
  bool weft_listens;
  interop::scratch_folder folder{};
  std::list<tool> peers{};

  /// Where weftcat listens, or theirs.
  std::string url(std::string const& scheme) {
    if (scheme == "ipc") return "ipc://" + folder.path("socket");
    // nanomsg takes no path to listen at; nng wants one.
    auto const* const path = scheme == "ws" && (weft_listens || is_nngcat()) ? "/sp" : "";
    return scheme + "://127.0.0.1:" + std::to_string(interop::free_port()) + path;
  }
  bool is_nngcat() const { return program == "nngcat"; }

  void start_theirs(words const& speak, std::string const& url, std::string const& scheme) {
    auto words = with(speak, {weft_listens ? "--connect" : "--bind", url});
    if (speak[0] != "--push" && speak[0] != "--pub") words.push_back("--quoted");
    if (speak[0] != "--pull" && speak[0] != "--sub") words = with(words, {"--data", scheme});
    peers.emplace_back(program, words, folder.path("printed-" + scheme));
  }

  /// ours: what weftcat is told; theirs: what each of them is.
  std::unique_ptr<run> meet(words ours, words const& theirs, words const& schemes = {"tcp", "ipc", "ws"}) {
    words urls;
    for (auto const& s : schemes) {
      urls.push_back(url(s));
      ours = with(ours, {weft_listens ? "--listen" : "--dial", urls.back()});
    }
    ours.push_back("-v");
    if (!weft_listens)
      for (std::size_t i = 0; i != urls.size(); ++i) start_theirs(theirs, urls[i], schemes[i]);
    auto weftcat = std::make_unique<run>(ours);
    if (weft_listens)
      for (std::size_t i = 0; i != urls.size(); ++i) {
        BOOST_TEST(!weftcat->said_after("listening at ").empty());
        start_theirs(theirs, urls[i], schemes[i]);
      }
    return weftcat;
  }
  void theirs_print(std::string const& text) {
    for (auto const& p : peers) BOOST_TEST(p.prints("\"" + text + "\"\n"));
  }
};

void ours_prints_all(run& weftcat) {
  for (auto const* scheme : {"tcp", "ipc", "ws"}) BOOST_TEST(weftcat.prints(std::string(scheme) + "\n"));
}

void interrupt(run& weftcat) {
  weftcat.signal(SIGINT);
  BOOST_TEST(weftcat.end().status == interrupted);
}

void push(scene& s) {
  auto ours = s.meet({"--push", "--data", "hello", "--interval", "0.02"}, {"--pull"});
  s.theirs_print("hello");
  interrupt(*ours);
}

void pull(scene& s) {
  auto ours = s.meet({"--pull", "--count", "3", "--ascii"}, {"--push", "--interval", "30"});
  ours_prints_all(*ours);
  BOOST_TEST(ours->end().status == 0);
}

void req(scene& s) {
  auto ours = s.meet({"--req", "--data", "hello", "--interval", "0.05", "--ascii"}, {"--rep"});
  ours_prints_all(*ours);
  s.theirs_print("hello");
  interrupt(*ours);
}

void rep(scene& s) {
  auto ours = s.meet({"--rep", "--data", "hello", "--count", "3", "--ascii"}, {"--req"});
  s.theirs_print("hello");
  auto const end = ours->end();
  BOOST_TEST(end.status == 0);
  BOOST_TEST(end.out.size() == std::string("tcp\nipc\nws\n").size());
}

void pub(scene& s) {
  auto ours = s.meet({"--pub", "--data", "hello", "--interval", "0.05"}, {"--sub", "--subscribe", "he"});
  s.theirs_print("hello");
  interrupt(*ours);
}

void sub(scene& s) {
  auto ours = s.meet({"--sub", "--ascii", "--subscribe", "tc", "--subscribe", "ipc", "--subscribe", "w"},
                     {"--pub", "--interval", "1"});
  ours_prints_all(*ours);
  interrupt(*ours);
}

void surveyor(scene& s) {
  auto ours = s.meet({"--surveyor", "--data", "hello", "--interval", "0.3", "--ascii"}, {"--respondent"});
  ours_prints_all(*ours);
  s.theirs_print("hello");
  interrupt(*ours);
}

void respondent(scene& s) {
  auto ours = s.meet({"--respondent", "--data", "hello", "--ascii"}, {"--surveyor", "--delay", "1", "--interval", "1"});
  ours_prints_all(*ours);
  s.theirs_print("hello");
  interrupt(*ours);
}

void bus(scene& s) {
  auto ours = s.meet({"--bus", "--data", "hello", "--interval", "0.05", "--ascii"}, {"--bus", "--interval", "1"});
  ours_prints_all(*ours);
  s.theirs_print("hello");
  interrupt(*ours);
}

void pair(scene& s, std::string const& ours, std::string const& theirs) {
  for (std::string const scheme : {"tcp", "ipc", "ws"}) {
    auto weftcat =
        s.meet({ours, "--data", "hello", "--interval", "0.05", "--ascii"}, {theirs, "--interval", "1"}, {scheme});
    BOOST_TEST(weftcat->prints(scheme + "\n"));
    s.theirs_print("hello");
    interrupt(*weftcat);
    s.peers.clear();
  }
}

void pair0(scene& s) { pair(s, "--pair", s.is_nngcat() ? "--pair0" : "--pair"); }
void pair1(scene& s) { pair(s, "--pair1", "--pair1"); }

struct pattern {
  std::string_view name;
  void (*play)(scene&);
};
constexpr pattern patterns[] = {{"push", push},  {"pull", pull},         {"req", req},
                                {"rep", rep},    {"pub", pub},           {"sub", sub},
                                {"bus", bus},    {"surveyor", surveyor}, {"respondent", respondent},
                                {"pair", pair0}, {"pair1", pair1}};

void play(scene&& s, pattern const& p) {
  if (!interop::is_installed(s.program))
    std::cout << "SKIPPED: " << s.program << " is not installed" << std::endl;
  else
    p.play(s);
}

/// nngcat_weft_listens/push and so on.
struct suites {
  suites() {
    for (std::string const program : {"nngcat", "nanocat"})
      for (bool const weft_listens : {true, false}) {
        auto const name = program + (weft_listens ? "_weft_listens" : "_weft_dials");
        auto* const suite = new boost_test::test_suite(name, __FILE__, __LINE__);  // the framework keeps it
        boost_test::framework::master_test_suite().add(suite);
        for (auto const& p : patterns) {
          if (p.play == pair1 && program == "nanocat") continue;
          suite->add(new boost_test::test_case(boost_test::const_string(p.name.data(), p.name.size()), __FILE__,
                                               __LINE__, [=, &p] {
                                                 play({program, weft_listens}, p);
                                               }));
        }
      }
  }
} const all;

}  // namespace

}  // namespace weft::tools
