// SPDX-License-Identifier: MIT
#include <weft/fabric/address.hpp>

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <rdma/fabric.h>

#include <cstring>

namespace weft::fabric {

namespace {

raw_address bytes(void const* from, std::size_t size) {
  auto const* first = static_cast<std::byte const*>(from);
  return {first, first + size};
}

raw_address v4(char const* host, std::uint16_t port) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(port);
  inet_pton(AF_INET, host, &a.sin_addr);
  return bytes(&a, sizeof a);
}

raw_address v6(char const* host, std::uint16_t port) {
  sockaddr_in6 a{};
  a.sin6_family = AF_INET6;
  a.sin6_port = htons(port);
  inet_pton(AF_INET6, host, &a.sin6_addr);
  return bytes(&a, sizeof a);
}

raw_address name(std::string const& text) { return bytes(text.c_str(), text.size() + 1); }

raw_address cut(raw_address a, std::size_t by) {
  a.resize(a.size() - by);
  return a;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(an_address_from_outside)

BOOST_AUTO_TEST_CASE(of_ip_has_the_family_and_the_size_of_its_format) {
  auto const four = v4("10.0.0.1", 7000), six = v6("fe80::1", 7000);
  BOOST_TEST(is_plausible(FI_SOCKADDR_IN, four, four));
  BOOST_TEST(is_plausible(FI_SOCKADDR_IN6, six, six));
  BOOST_TEST((is_plausible(FI_SOCKADDR, four, six) && is_plausible(FI_SOCKADDR, six, four)));
  BOOST_TEST(!is_plausible(FI_SOCKADDR_IN, six, four));
  BOOST_TEST(!is_plausible(FI_SOCKADDR_IN6, four, six));
  BOOST_TEST(!is_plausible(FI_SOCKADDR_IN, cut(four, 1), four));
  BOOST_TEST(!is_plausible(FI_SOCKADDR_IN, v4("10.0.0.1", 0), four));
  BOOST_TEST(!is_plausible(FI_SOCKADDR_IN, {}, four));
}

BOOST_AUTO_TEST_CASE(of_ip_has_a_port) {
  BOOST_TEST(port_of(v4("10.0.0.1", 7000)).value_or(0) == 7000);
  BOOST_TEST(port_of(v6("fe80::1", 7001)).value_or(0) == 7001);
  BOOST_TEST(!port_of(name("fi_shm://x")).has_value());
}

BOOST_AUTO_TEST_CASE(of_shared_memory_is_one_name_of_the_same_kind) {
  auto const own = name("fi_shm://me");
  BOOST_TEST(is_plausible(FI_ADDR_STR, name("fi_shm://you"), own));
  BOOST_TEST(!is_plausible(FI_ADDR_STR, cut(name("fi_shm://you"), 1), own));
  BOOST_TEST(!is_plausible(FI_ADDR_STR, name("fi_ns://you"), own));
  BOOST_TEST(!is_plausible(FI_ADDR_STR, name("fi_shm://"), own));
  BOOST_TEST(!is_plausible(FI_ADDR_STR, name("fi_shm://" + std::string(300, 'x')), own));
  BOOST_TEST(!is_plausible(FI_ADDR_STR, name(std::string("fi_shm://a\0b", 12)), own));
}

BOOST_AUTO_TEST_CASE(of_anything_else_is_as_long_as_ones_own) {
  auto const own = raw_address(32);
  BOOST_TEST(is_plausible(FI_ADDR_EFA, raw_address(32), own));
  BOOST_TEST(!is_plausible(FI_ADDR_EFA, raw_address(31), own));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(an_address_for_every_interface)

BOOST_AUTO_TEST_CASE(is_told_from_the_others) {
  BOOST_TEST(is_wildcard(v4("0.0.0.0", 1)));
  BOOST_TEST(is_wildcard(v6("::", 1)));
  BOOST_TEST(!is_wildcard(v4("127.0.0.1", 1)));
  BOOST_TEST(!is_wildcard(v6("::1", 1)));
  BOOST_TEST(!is_wildcard(name("fi_shm://x")));
}

BOOST_AUTO_TEST_CASE(becomes_one_that_a_peer_can_reach) {
  BOOST_TEST((at_host(v4("0.0.0.0", 7000), "10.0.0.1") == v4("10.0.0.1", 7000)));
  BOOST_TEST((at_host(v6("::", 7000), "fd00::1") == v6("fd00::1", 7000)));
  BOOST_TEST(!at_host(v4("0.0.0.0", 7000), "fd00::1").has_value());
  BOOST_TEST(!at_host(v4("0.0.0.0", 7000), "a.name.invalid").has_value());
  BOOST_TEST(!at_host(name("fi_shm://x"), "10.0.0.1").has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
