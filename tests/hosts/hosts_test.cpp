// SPDX-License-Identifier: MIT
// Peers on two hosts, and what the network between them does to them.
#include "hosts/slow_wire.hpp"
#include "hosts/suites.hpp"
#include "hosts/two_hosts.hpp"
#include "process/scene.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::hosts {

namespace {

using process::await;
using process::filled;
using process::is_filled;
using process::number_in;
using namespace std::chrono_literals;

// The kernel gives a peer up that has answered nothing for some 4 s (docs/wire-fabric.md, 1.4).
constexpr auto noticed_within = 10s;
// A pause between two attempts, and what TCP itself waits before it tries a silent address again.
constexpr auto back_within = 30s;

op_options soon() { return {.until = 40s}; }

/// What a fabric's connections have anyway, and tcp:// on request.
tcp_options const watchful{
    .keepalive = true, .keepalive_idle = 1s, .keepalive_interval = 1s, .keepalive_count = 3, .user_timeout = 4s};

void crosses(req_socket& req, std::size_t size) {
  BOOST_TEST_CONTEXT("size " << size) {
    req.send(filled(size), soon());
    BOOST_TEST(is_filled(req.receive(soon()), size));
  }
}

void asks(req_socket& req, int times) {
  for (int i = 0; i != times; ++i) {
    req.send(std::to_string(i), soon());
    BOOST_TEST(req.receive(soon()).text() == std::to_string(i));
  }
  BOOST_TEST(!req.try_receive().has_value());  // no reply comes twice
}

void a_peer_is_reached_over_the_cable_that_leads_to_it(url_at url) {
  for (auto const& address : {two_hosts::far_address(), two_hosts::far_address6()}) {
    BOOST_TEST_INFO_SCOPE(address);
    two_hosts const hosts;
    hosts.pull_out("near");
    auto service = hosts.there.start("echo_rep", {url(address)});
    engine e;
    req_socket req(e);
    req.dial(service.line().value());
    for (std::size_t const size : {0, 100, 16'384, 1 << 20}) crosses(req, size);
  }
}

void a_wildcard_is_reached_at_each_address(url_at at) {
  two_hosts const hosts;
  auto service = hosts.there.start("echo_rep", {at("0.0.0.0")});
  auto listening = url::parse(service.line().value()).value();
  engine e;
  for (auto const& [address, other] :
       {std::pair{two_hosts::near_address(), "far"}, std::pair{two_hosts::far_address(), "near"}}) {
    hosts.pull_out(other);
    req_socket req(e);
    listening.host = address;
    req.dial(listening.to_string());
    crosses(req, 100'000);
    hosts.plug_in(other);
  }
}

void each_of_two_peers_is_reached_over_its_own_cable(url_at url) {
  two_hosts const hosts;
  auto at_near = hosts.there.start("pull_sink", {url(two_hosts::near_address())});
  auto at_far = hosts.there.start("pull_sink", {url(two_hosts::far_address())});
  engine e;
  push_socket push(e);
  monitor events(push);
  for (auto* sink : {&at_near, &at_far}) push.dial(sink->line().value(), {.tcp = watchful});
  push.wait_for_peers(2, soon());
  for (int i = 0; i != 2; ++i) push.send(filled(1000), soon());
  BOOST_TEST((at_near.line() == "receiving"));
  BOOST_TEST((at_far.line() == "receiving"));
  hosts.pull_out("near");
  auto const lost = await(events, monitor_event::lost, noticed_within);
  BOOST_TEST((lost && lost->peer.find(two_hosts::near_address()) != std::string::npos));
  push.send(filled(1000), soon());
}

void loss_of_packets_is_no_loss_of_messages(url_at url) {
  two_hosts const hosts;
  auto service = hosts.there.start("echo_rep", {url(two_hosts::far_address())});
  engine e;
  req_socket req(e);
  req.dial(service.line().value());
  hosts.lose(5);
  asks(req, 100);
  for (std::size_t const size : {1'000, 100'000, 1 << 20}) crosses(req, size);
}

void connections_are_made_though_every_third_packet_is_lost(url_at url) {
  two_hosts const hosts;
  hosts.lose_every_third();
  auto service = hosts.there.start("echo_rep", {url(two_hosts::far_address())});
  engine e;
  req_socket req(e);
  req.dial(service.line().value(), {.retry_max = 500ms});
  asks(req, 5);
}

void a_request_survives_a_cable_that_is_pulled_out(url_at url) {
  two_hosts const hosts;
  auto service = hosts.there.start("echo_rep", {url(two_hosts::far_address())});
  engine e;
  req_socket req(e);
  monitor events(req);
  req.dial(service.line().value(), {.timeout = 1s, .retry_max = 500ms, .tcp = watchful});
  asks(req, 1);
  hosts.pull_out("far");
  req.send("across the gap", soon());
  BOOST_TEST(await(events, monitor_event::lost, noticed_within).has_value());
  hosts.plug_in("far");
  BOOST_TEST(await(events, monitor_event::connected, back_within).has_value());
  BOOST_TEST(req.receive(soon()).text() == "across the gap");
  asks(req, 10);
}

void a_cable_out_for_a_moment_costs_nothing(url_at url) {
  two_hosts const hosts;
  auto service = hosts.there.start("echo_rep", {url(two_hosts::far_address())});
  engine e;
  req_socket req(e);
  req.dial(service.line().value());
  asks(req, 1);
  monitor events(req);
  hosts.pull_out("far");
  req.send("across the gap", soon());
  hosts.plug_in("far");
  BOOST_TEST(req.receive(soon()).text() == "across the gap");
  asks(req, 10);
  for (std::size_t const size : {1'000, 100'000}) crosses(req, size);
  BOOST_TEST(!events.try_next().has_value());  // one connection all the time
}

// It sends nothing that could fail: only the absence of an answer tells.
void a_host_that_falls_silent_is_noticed_by_who_only_listens(url_at url) {
  two_hosts const hosts;
  engine e;
  pull_socket pull(e);
  monitor events(pull);
  auto flood = hosts.there.start("push_flood", {pull.listen(url("10.77.2.1"), {.tcp = watchful}), "1000"});
  for (std::uint64_t n = 0; n != 100; ++n) BOOST_TEST(number_in(pull.receive(soon())) == n);
  hosts.pull_out("far");
  std::error_code none_left;
  while (!none_left) (void)pull.receive({.until = 500ms}, none_left);  // a stream ends behind what it has brought
  BOOST_TEST(await(events, monitor_event::lost, noticed_within).has_value());
}

void a_long_wire_keeps_order_and_sizes(url_at url) {
  two_hosts const hosts;
  slow_wire const wire(hosts, {.delay = 20ms});
  engine e;
  pull_socket pull(e);
  auto sender = hosts.there.start("push_some", {pull.listen(url("10.77.3.1")), "2000"});
  for (std::uint64_t n = 0; n != 2000; ++n) BOOST_TEST(number_in(pull.receive(soon())) == n);
  BOOST_TEST((sender.wait() == 0));

  auto service = hosts.there.start("echo_rep", {url(slow_wire::far_address())});
  req_socket req(e);
  req.dial(service.line().value());
  for (std::size_t const size : {0, 1'000, 100'000, 4 << 20}) crosses(req, size);
}

void a_long_wire_that_loses_packets_keeps_all(url_at url) {
  two_hosts const hosts;
  slow_wire const wire(hosts, {.delay = 10ms, .percent_lost = 2, .seed = 7});
  engine e;
  pull_socket pull(e);
  auto sender = hosts.there.start("push_some", {pull.listen(url("10.77.3.1")), "500"});
  for (std::uint64_t n = 0; n != 500; ++n) BOOST_TEST(number_in(pull.receive(soon())) == n);
  BOOST_TEST((sender.wait() == 0));
}

void packets_that_overtake_others_leave_messages_in_order(url_at url) {
  two_hosts const hosts;
  slow_wire const wire(hosts, {.delay = 5ms, .percent_overtaken = 10});
  engine e;
  pull_socket pull(e);
  auto sender = hosts.there.start("push_some", {pull.listen(url("10.77.3.1")), "2000"});
  for (std::uint64_t n = 0; n != 2000; ++n) BOOST_TEST(number_in(pull.receive(soon())) == n);
  BOOST_TEST((sender.wait() == 0));

  auto service = hosts.there.start("echo_rep", {url(slow_wire::far_address())});
  req_socket req(e);
  req.dial(service.line().value());
  for (std::size_t const size : {1'000, 100'000, 1 << 20}) crosses(req, size);
}

#define WEFT_CASE(name) \
  hosts_case { #name, name }
constexpr hosts_case cases[] = {WEFT_CASE(a_peer_is_reached_over_the_cable_that_leads_to_it),
                                WEFT_CASE(a_wildcard_is_reached_at_each_address),
                                WEFT_CASE(each_of_two_peers_is_reached_over_its_own_cable),
                                WEFT_CASE(loss_of_packets_is_no_loss_of_messages),
                                WEFT_CASE(connections_are_made_though_every_third_packet_is_lost),
                                WEFT_CASE(a_request_survives_a_cable_that_is_pulled_out),
                                WEFT_CASE(a_cable_out_for_a_moment_costs_nothing),
                                WEFT_CASE(a_host_that_falls_silent_is_noticed_by_who_only_listens),
                                WEFT_CASE(a_long_wire_keeps_order_and_sizes),
                                WEFT_CASE(a_long_wire_that_loses_packets_keeps_all),
                                WEFT_CASE(packets_that_overtake_others_leave_messages_in_order)};
#undef WEFT_CASE

constexpr transport transports[] = {{"tcp", "tcp://", ":0"},
                                    {"ofi_tcp", "ofi+tcp://", ":0"},
                                    {"ofi_tcp_msg", "ofi+tcp://", ":0?ep=msg"},
                                    {"ofi_udp", "ofi+udp://", ":0"},
                                    {"ofi_sockets", "ofi+sockets://", ":0"}};

[[maybe_unused]] bool const added = add_suites(transports, cases);

}  // namespace

}  // namespace weft::hosts
