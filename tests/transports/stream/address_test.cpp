// SPDX-License-Identifier: MIT
#include "stream/address.hpp"

#include <weft/error.hpp>

#include "stream/resolver.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <cerrno>

namespace weft::stream {

BOOST_AUTO_TEST_SUITE(stream_address)

BOOST_AUTO_TEST_CASE(says_host_and_port) {
  auto v4 = *read_number({.host = "127.0.0.1", .port = 80});
  BOOST_TEST(v4[0].host() == "127.0.0.1");
  BOOST_TEST(v4[0].port() == 80u);
  BOOST_TEST(v4[0].text() == "127.0.0.1:80");
  auto v6 = *read_number({.host = "::1", .port = 81});
  BOOST_TEST(v6[0].text() == "[::1]:81");
  v6[0].set_port(82);
  BOOST_TEST(v6[0].port() == 82u);
  BOOST_TEST((*read_number({.host = "::ffff:1.2.3.4", .port = 1}))[0].text() == "1.2.3.4:1");
}

BOOST_AUTO_TEST_CASE(sockets_do_not_block_and_do_not_survive_an_exec) {
  auto const fd = new_socket(AF_INET);
  BOOST_TEST((::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0);
  BOOST_TEST((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(errors_are_wefts_where_it_has_words) {
  BOOST_TEST(connect_error(ECONNREFUSED) == errc::connection_refused);
  BOOST_TEST(connect_error(ENOENT) == errc::connection_refused);
  BOOST_TEST(connect_error(ETIMEDOUT) == errc::timed_out);
  BOOST_TEST((connect_error(EACCES) == std::errc::permission_denied));
  BOOST_TEST(bind_error(EADDRINUSE) == errc::address_in_use);
  BOOST_TEST((bind_error(EACCES) == std::errc::permission_denied));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
