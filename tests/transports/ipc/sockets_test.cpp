// SPDX-License-Identifier: MIT
#include "ipc/sockets.hpp"

#include <weft/error.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace weft::ipc {

namespace {

setup<stream::address> read_text(std::string const& text) { return read(url::parse(text).value()); }

/// A folder of the test's own, and a path in it.
struct folder {
  folder() {
    char name[] = "/tmp/weft-ipc-XXXXXX";
    where = ::mkdtemp(name);
    path = where / "socket";
    at = read_text("ipc://" + path.string()).value();
  }
  ~folder() { std::filesystem::remove_all(where); }

  setup<base::unique_fd> listen(unsigned permissions = 0600) { return listen_at(at, permissions, "here"); }
  unsigned permissions() const {
    struct stat s {};
    ::stat(path.c_str(), &s);
    return s.st_mode & 07777;
  }

  std::filesystem::path where, path;
  stream::address at;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ipc_sockets)

BOOST_AUTO_TEST_CASE(a_path_is_taken_as_it_is) {
  BOOST_TEST(path_of(read_text("ipc:///tmp/a%41b").value()) == "/tmp/a%41b");
  BOOST_TEST(path_of(read_text("unix://relative/path").value()) == "relative/path");
}

BOOST_AUTO_TEST_CASE(an_abstract_name_may_hold_any_byte) {
  auto const a = read_text("abstract://a%00%41%2f").value();
  BOOST_TEST(path_of(a).empty());
  auto const& un = reinterpret_cast<sockaddr_un const&>(a.storage);
  BOOST_TEST(std::string(un.sun_path, a.size - offsetof(sockaddr_un, sun_path)) == std::string("\0a\0A/", 5));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_url_is_said_at_once) {
  for (auto const& text :
       {std::string("abstract://a%4"), std::string("abstract://a%4x"), std::string("ipc:///tmp/x?a=b"),
        "ipc:///tmp/" + std::string(200, 'x'), "abstract://" + std::string(108, 'x')})
    BOOST_TEST(read_text(text).error().code == errc::invalid_url);
}

BOOST_FIXTURE_TEST_CASE(the_file_is_its_users_alone_unless_asked_otherwise, folder) {
  auto const before = ::umask(0);
  auto const fd = listen();
  BOOST_TEST(permissions() == 0600u);
  ::unlink(path.c_str());
  ::umask(077);
  auto const open = listen(0666);
  BOOST_TEST(permissions() == 0666u);
  ::umask(before);
}

BOOST_FIXTURE_TEST_CASE(what_a_dead_listener_left_is_replaced, folder) {
  (void)listen();  // closed at once; its file stays
  BOOST_TEST(std::filesystem::is_socket(path));
  BOOST_TEST(listen().has_value());
}

BOOST_FIXTURE_TEST_CASE(a_listener_that_lives_is_left_alone, folder) {
  auto const first = listen();
  auto const second = listen();
  BOOST_TEST(second.error().code == errc::address_in_use);
  auto const fd = stream::new_socket(AF_UNIX);
  BOOST_TEST(stream::begin_connect(fd.get(), at) == 0);
}

BOOST_FIXTURE_TEST_CASE(nothing_but_a_dead_socket_is_ever_replaced, folder) {
  std::ofstream(path) << "precious";
  BOOST_TEST(listen().error().code == errc::address_in_use);
  BOOST_TEST(std::filesystem::file_size(path) == 8u);
  auto const link = where / "link";
  std::filesystem::create_symlink(path, link);
  BOOST_TEST(listen_at(read_text("ipc://" + link.string()).value(), 0600, "here").error().code == errc::address_in_use);
  BOOST_TEST(std::filesystem::is_symlink(link));
  // Not even by way of a link to one.
  std::filesystem::remove(path);
  (void)listen();
  BOOST_TEST(listen_at(read_text("ipc://" + link.string()).value(), 0600, "here").error().code == errc::address_in_use);
  BOOST_TEST(std::filesystem::is_symlink(link));
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  BOOST_TEST(!listen().has_value());
  BOOST_TEST(std::filesystem::is_directory(path));
}

BOOST_FIXTURE_TEST_CASE(only_ones_own_file_is_removed, folder) {
  auto const fd = listen();
  auto const mine = file_identity::of(path);
  std::filesystem::rename(path, where / "moved");
  auto const other = listen();
  remove_file(path, mine);
  BOOST_TEST(std::filesystem::exists(path));
  remove_file(path, file_identity::of(path));
  BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_peer_is_a_process_and_a_user) {
  int fds[2];
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  base::unique_fd const one(fds[0]), two(fds[1]);
  BOOST_TEST(peer_text(one.get()) == "process " + std::to_string(::getpid()) + ", user " + std::to_string(::getuid()));
}

BOOST_AUTO_TEST_CASE(more_may_be_on_its_way_than_usual) {
  auto const fd = stream::new_socket(AF_UNIX);
  auto const room = [&] {
    int bytes = 0;
    socklen_t size = sizeof bytes;
    BOOST_TEST(::getsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &bytes, &size) == 0);
    return bytes;
  };
  int const before = room();
  widen(fd.get());
  auto const after = room();
  BOOST_TEST(after > before);
  widen(fd.get());
  BOOST_TEST(room() == after);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ipc
