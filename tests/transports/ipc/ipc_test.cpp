// SPDX-License-Identifier: MIT
#include "ipc/ipc.hpp"

#include <weft/weft.hpp>

#include "support/soon.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>

namespace weft::transports {

namespace {

using test::soon;

struct pairs {
  engine e;
  pair_socket a{e}, b{e};
  std::string const path = "/tmp/weft-ipc-test-" + std::to_string(::getpid());

  void talk(std::string const& url) {
    BOOST_TEST(a.listen(url) == url);
    b.dial(url);
    b.send("hello", soon());
    BOOST_TEST(a.receive(soon()).text() == "hello");
    a.send("back", soon());
    BOOST_TEST(b.receive(soon()).text() == "back");
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ipc)

BOOST_FIXTURE_TEST_CASE(ipc_is_a_file_that_goes_with_its_listener, pairs) {
  talk("ipc://" + path);
  BOOST_TEST(std::filesystem::is_socket(path));
  a.close();
  BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_FIXTURE_TEST_CASE(unix_is_the_same_file, pairs) {
  BOOST_TEST(a.listen("unix://" + path) == "unix://" + path);
  b.dial("ipc://" + path);
  b.send("hello", soon());
  BOOST_TEST(a.receive(soon()).text() == "hello");
}

BOOST_FIXTURE_TEST_CASE(abstract_leaves_no_file, pairs) { talk("abstract://weft%00" + std::to_string(::getpid())); }

BOOST_FIXTURE_TEST_CASE(who_wins_the_file_later_keeps_it, pairs) {
  a.listen("ipc://" + path);
  std::filesystem::remove(path);
  b.listen("ipc://" + path);
  a.close();
  BOOST_TEST(std::filesystem::is_socket(path));
}

BOOST_FIXTURE_TEST_CASE(peers_are_named_by_process, pairs) {
  monitor events(a);
  talk("ipc://" + path);
  auto const came = events.next(soon());
  BOOST_TEST_REQUIRE(came.has_value());
  BOOST_TEST(came->peer.starts_with("process " + std::to_string(::getpid())));
}

BOOST_FIXTURE_TEST_CASE(a_pipe_has_its_peers_credentials, pairs) {
  for (auto const& url : {"ipc://" + path, "abstract://weft%00" + std::to_string(::getpid())}) {
    pull_socket pull(e);
    push_socket push(e);
    push.dial(pull.listen(url));
    push.send("hello", soon());
    auto const who = pull.pipe(pull.receive(soon()).source())->credentials;
    BOOST_TEST_REQUIRE(who.has_value());
    BOOST_TEST(who->pid == static_cast<std::uint32_t>(::getpid()));
    BOOST_TEST(who->uid == ::getuid());
    BOOST_TEST(who->gid == ::getgid());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
