// SPDX-License-Identifier: MIT
#include "fabric/bootstrap.hpp"

#include <weft/error.hpp>

#include "small_peer.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace weft::ofi {

namespace {

using fabric::bootstrap_kind;

url at(std::string_view text) { return url::parse(text).value(); }

bool contains(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

// What check_place() says; empty when it is content.
std::string complaint(url const& u, bool listening, bootstrap_kind kind = bootstrap_kind::tcp) {
  auto const why = check_place(u, kind, listening);
  if (!why) return {};
  BOOST_TEST(why->code == errc::invalid_url);
  return why->detail;
}

socket_address only(std::string_view text, bool listening = true) {
  auto found = resolve(at(text), bootstrap_kind::tcp, listening).value();
  BOOST_REQUIRE(!found.empty());
  return found.front();
}

std::string name(std::string_view what) {
  return "ofi+shm://boot-" + std::to_string(::getpid()) + "-" + std::string(what);
}

setup<base::unique_fd> listen_on(std::string const& text, bootstrap_kind kind = bootstrap_kind::tcp) {
  return listen_at(resolve(at(text), kind, true).value(), text);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_bootstrap)

BOOST_AUTO_TEST_CASE(a_port_is_needed_on_either_side) {
  for (bool const listening : {false, true})
    BOOST_TEST(complaint(at("ofi+tcp://127.0.0.1"), listening) ==
               "ofi+tcp://127.0.0.1: the port is missing: ofi+tcp://host:port");
}

BOOST_AUTO_TEST_CASE(nothing_may_follow_the_port) {
  auto const why = complaint(at("ofi+tcp://127.0.0.1:5/here"), true);
  BOOST_TEST(contains(why, "found '/here'"), why);
}

BOOST_AUTO_TEST_CASE(a_wildcard_is_for_listening) {
  BOOST_TEST(complaint(at("ofi+tcp://*:5"), true) == "");
  auto const why = complaint(at("ofi+tcp://*:5"), false);
  BOOST_TEST(contains(why, "the host to dial is missing"), why);
}

BOOST_AUTO_TEST_CASE(port_0_is_for_listening) {
  BOOST_TEST(complaint(at("ofi+tcp://127.0.0.1:0"), true) == "");
  auto const why = complaint(at("ofi+tcp://127.0.0.1:0"), false);
  BOOST_TEST(contains(why, "port 0 is for listening"), why);
}

BOOST_AUTO_TEST_CASE(shared_memory_needs_a_name_and_no_port) {
  url nameless;
  nameless.scheme = "ofi+shm";
  auto const why = complaint(nameless, true, bootstrap_kind::unix_domain);
  BOOST_TEST(contains(why, "the name is missing: ofi+shm://name"), why);
  BOOST_TEST(complaint(at("ofi+shm://here"), false, bootstrap_kind::unix_domain) == "");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_too_long_is_told_by_how_much) {
  url longer;
  longer.scheme = "ofi+shm";
  longer.host = std::string(200, 'x');
  auto const found = resolve(longer, bootstrap_kind::unix_domain, true);
  BOOST_REQUIRE(!found);
  BOOST_TEST(found.error().code == errc::invalid_url);
  auto const too_many = ("weft/shm/" + std::to_string(::getuid()) + "/").size() + 200 - 107;
  BOOST_TEST(contains(found.error().detail, "too long by " + std::to_string(too_many) + " characters"));
}

BOOST_AUTO_TEST_CASE(numbers_are_addresses_of_both_families) {
  auto const four = only("ofi+tcp://127.0.0.1:4711");
  BOOST_TEST(four.family() == AF_INET);
  BOOST_TEST(four.host() == "127.0.0.1");
  BOOST_TEST(four.port() == 4711);
  BOOST_TEST(!four.is_any());
  auto const six = only("ofi+tcp://[::1]:4712");
  BOOST_TEST(six.family() == AF_INET6);
  BOOST_TEST(six.host() == "::1");
  BOOST_TEST(six.port() == 4712);
}

BOOST_AUTO_TEST_CASE(ipv4_in_the_clothes_of_ipv6_is_ipv4) {
  BOOST_TEST(only("ofi+tcp://[::ffff:127.0.0.1]:5").host() == "127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_wildcard_is_every_address) {
  BOOST_TEST(only("ofi+tcp://*:5").is_any());
  BOOST_TEST(only("ofi+tcp://[::]:5").is_any());
}

BOOST_AUTO_TEST_CASE(an_interface_stands_for_its_address) {
  auto const a = only("ofi+tcp://*:5?iface=lo");
  BOOST_TEST(a.host() == "127.0.0.1");
  BOOST_TEST(a.port() == 5);
}

BOOST_AUTO_TEST_CASE(an_unknown_interface_is_told_which_there_are) {
  auto const found = resolve(at("ofi+tcp://*:5?iface=nix0"), bootstrap_kind::tcp, true);
  BOOST_REQUIRE(!found);
  BOOST_TEST(found.error().code == errc::invalid_url);
  BOOST_TEST(contains(found.error().detail, "?iface=nix0: no such interface"), found.error().detail);
  BOOST_TEST(contains(found.error().detail, " lo"), found.error().detail);
}

BOOST_AUTO_TEST_CASE(a_dialer_is_bound_only_to_an_interface_that_is_named) {
  BOOST_TEST(!source_address(at("ofi+tcp://127.0.0.1:5"), AF_INET).value().has_value());
  auto const lo = source_address(at("ofi+tcp://127.0.0.1:5?iface=lo"), AF_INET).value();
  BOOST_REQUIRE(lo.has_value());
  BOOST_TEST(lo->host() == "127.0.0.1");
  BOOST_TEST(lo->port() == 0);
  BOOST_TEST(source_address(at("ofi+tcp://127.0.0.1:5?iface=nix0"), AF_INET).error().code == errc::invalid_url);
}

BOOST_AUTO_TEST_CASE(port_0_becomes_a_real_port) {
  auto const fd = listen_on("ofi+tcp://127.0.0.1:0").value();
  auto const bound = local_address(fd.get());
  BOOST_TEST(bound.host() == "127.0.0.1");
  BOOST_TEST(bound.port() != 0);
}

BOOST_AUTO_TEST_CASE(an_address_is_taken_once) {
  auto const fd = listen_on("ofi+tcp://127.0.0.1:0").value();
  auto const text = "ofi+tcp://127.0.0.1:" + std::to_string(local_address(fd.get()).port());
  auto const again = listen_on(text);
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().code == errc::address_in_use);
  BOOST_TEST(contains(again.error().detail, text + ": cannot listen there"), again.error().detail);
}

BOOST_AUTO_TEST_CASE(a_name_is_taken_once_and_free_again_when_its_owner_is_gone) {
  auto fd = listen_on(name("once"), bootstrap_kind::unix_domain).value();
  BOOST_TEST(listen_on(name("once"), bootstrap_kind::unix_domain).error().code == errc::address_in_use);
  fd.reset();
  BOOST_TEST(listen_on(name("once"), bootstrap_kind::unix_domain).has_value());
}

BOOST_AUTO_TEST_CASE(the_second_address_serves_when_the_first_is_taken) {
  auto const taken = listen_on("ofi+tcp://127.0.0.1:0").value();
  auto const fd = listen_at({local_address(taken.get()), only("ofi+tcp://127.0.0.1:0")}, "two");
  BOOST_TEST(fd.has_value());
}

BOOST_AUTO_TEST_CASE(nobody_at_a_name_is_known_at_once) {
  int error = 0;
  auto const to = resolve(at(name("nobody")), bootstrap_kind::unix_domain, false).value().front();
  auto const fd = begin_connect(to, {}, error);
  BOOST_TEST(!fd);
  BOOST_TEST(connect_error(error) == errc::connection_refused);
}

BOOST_AUTO_TEST_CASE(nobody_at_a_port_is_known_soon) {
  auto listening = listen_on("ofi+tcp://127.0.0.1:0").value();
  auto const to = local_address(listening.get());
  listening.reset();
  int error = 0;
  auto const fd = begin_connect(to, {}, error);
  if (error == EINPROGRESS) {
    pollfd p{fd.get(), POLLOUT, 0};
    BOOST_REQUIRE(::poll(&p, 1, 5000) == 1);
    socklen_t size = sizeof error;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  }
  BOOST_TEST(error == ECONNREFUSED);
}

BOOST_AUTO_TEST_CASE(failures_to_connect_have_names) {
  BOOST_TEST(connect_error(ECONNREFUSED) == errc::connection_refused);
  BOOST_TEST(connect_error(ENOENT) == errc::connection_refused);
  BOOST_TEST(connect_error(ETIMEDOUT) == errc::timed_out);
  BOOST_TEST((connect_error(EHOSTUNREACH) == std::errc::host_unreachable));
}

BOOST_AUTO_TEST_CASE(a_peer_is_named_by_its_address) {
  auto const [near, far] = stream_pair();
  BOOST_REQUIRE(far);
  BOOST_TEST(peer_text(near.get()) == "127.0.0.1:" + std::to_string(local_address(far.get()).port()));
  BOOST_TEST(peer_text(-1) == "(gone)");
}

BOOST_AUTO_TEST_CASE(a_peer_over_ipv6_is_named_in_brackets) {
  auto const listening = listen_on("ofi+tcp://[::1]:0").value();
  int error = 0;
  auto const near = begin_connect(local_address(listening.get()), {}, error);
  BOOST_REQUIRE(near);
  pollfd p{near.get(), POLLOUT, 0};
  BOOST_REQUIRE(::poll(&p, 1, 5000) == 1);
  BOOST_TEST(peer_text(near.get()) == "[::1]:" + std::to_string(local_address(listening.get()).port()));
}

BOOST_AUTO_TEST_CASE(a_peer_on_this_machine_is_named_by_its_process) {
  int ends[2];
  BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  base::unique_fd const near(ends[0]), far(ends[1]);
  BOOST_TEST(peer_text(near.get()) == "process " + std::to_string(::getpid()));
  BOOST_TEST(local_address(near.get()).host() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
