// SPDX-License-Identifier: MIT
// nanomsg's own nanocat, as Debian ships it, with weft's library in place of nanomsg's.
#include "interop/tool.hpp"
#include "nanomsg/calls.hpp"
#include "support/sanitizer.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace weft::nanomsg_tests {

namespace {

using interop::scratch_folder;
using interop::tool;
using words = std::vector<std::string>;

/// Two of them that talk at one address.
struct scene {
  explicit scene(std::string scheme) : scheme_(std::move(scheme)) {
    auto const port = std::to_string(interop::free_port());
    if (scheme_ == "ipc")
      url = "ipc://" + folder.path("socket");
    else if (scheme_ == "ofi+shm")
      url = "ofi+shm://nanocat-" + std::to_string(::getpid());
    else
      url = scheme_ + "://127.0.0.1:" + port;
    bound = scheme_ == "ws" ? "ws://*:" + port : url;
  }
  tool start(words arguments, std::string const& name) {
    words all{"LD_PRELOAD=" + std::string(WEFT_BIN_DIR) + "/../lib/libnanomsg.so.5", "nanocat"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    if (arguments[0] != "--push" && arguments[0] != "--pub") all.push_back("--ascii");
    return tool("env", all, folder.path(name));
  }
  tool binds(words arguments) { return start(with(arguments, {"--bind", bound}), "bound"); }
  tool connects(words arguments) { return start(with(arguments, {"--connect", url}), "connected"); }
  static words with(words a, words const& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  scratch_folder folder;
  std::string url, bound;

 private:
  std::string scheme_;
};

bool missing() {
  if (test::skipped_under_sanitizer("it must be in the program, not only in its library")) return true;
  if (interop::is_installed("nanocat")) return false;
  std::cout << "SKIPPED: nanocat is not installed\n";
  return true;
}

void all_patterns(std::string const& scheme) {
  if (missing()) return;
  words const often{"--interval", "0.05"};
  {
    scene s(scheme);
    auto const rep = s.binds({"--rep", "--data", "answer"});
    auto const req = s.connects({"--req", "--data", "question"});
    BOOST_TEST(rep.prints("question\n"));
    BOOST_TEST(req.prints("answer\n"));
  }
  {
    scene s(scheme);
    auto const respondent = s.binds({"--respondent", "--data", "me"});
    auto const surveyor = s.connects({"--surveyor", "--data", "who", "--interval", "1"});
    BOOST_TEST(respondent.prints("who\n"));
    BOOST_TEST(surveyor.prints("me\n"));
  }
  for (auto const& [says, hears] :
       {std::pair{"--push", "--pull"}, {"--pub", "--sub"}, {"--pair", "--pair"}, {"--bus", "--bus"}}) {
    scene s(scheme);
    auto const hearing = s.binds({hears});
    auto const saying = s.connects(scene::with({says, "--data", "hello"}, often));
    BOOST_TEST_CONTEXT(says) BOOST_TEST(hearing.prints("hello\n"));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nanocat)

BOOST_AUTO_TEST_CASE(speaks_all_patterns_over_tcp) { all_patterns("tcp"); }
BOOST_AUTO_TEST_CASE(speaks_all_patterns_over_ipc) { all_patterns("ipc"); }
BOOST_AUTO_TEST_CASE(speaks_all_patterns_over_ws) { all_patterns("ws"); }
BOOST_AUTO_TEST_CASE(speaks_all_patterns_over_ofi_tcp) { all_patterns("ofi+tcp"); }
BOOST_AUTO_TEST_CASE(speaks_all_patterns_over_ofi_shm) { all_patterns("ofi+shm"); }

// Within one process: it talks to itself.
BOOST_AUTO_TEST_CASE(speaks_over_inproc) {
  if (missing()) return;
  scene s("tcp");
  std::string const url = "inproc://nanocat";
  auto const bus = s.start({"--bus", "--bind", url, "--connect", url, "--data", "self", "--interval", "0.1"}, "self");
  BOOST_TEST(bus.prints("self\n"));
}

// One of them with weft's library, one with nanomsg's.
BOOST_AUTO_TEST_CASE(talks_to_one_with_nanomsgs_library) {
  if (missing()) return;
  for (auto const* scheme : {"tcp", "ipc", "ws"}) {
    scene s(scheme);
    auto const rep = s.binds({"--rep", "--data", "answer"});
    tool const req("nanocat", {"--req", "--connect", s.url, "--data", "question", "--ascii"}, s.folder.path("theirs"));
    BOOST_TEST(rep.prints("question\n"));
    BOOST_TEST(req.prints("answer\n"));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
