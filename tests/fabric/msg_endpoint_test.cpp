// SPDX-License-Identifier: MIT
#include "fabric/msg_endpoint.hpp"

#include <weft/error.hpp>

#include "support/fabric_pair.hpp"

#include <weft/fabric/passive_endpoint.hpp>

#include <vector>

namespace weft::fabric {

namespace {

struct fixture {
  explicit fixture(std::string scheme = "ofi+tcp") {
    auto wanted = local_request(std::move(scheme));
    wanted.endpoint = "msg";
    domain = domain_for(wanted);
    if (!domain) return;
    queue = completion_queue::open(domain, {.format = queue_format::data}).value();
    events = event_queue::open(domain->parent()).value();
    door = passive_endpoint::open(domain->parent(), domain->info(), events).value();
  }
  std::unique_ptr<msg_endpoint> open(info const& like) {
    return msg_endpoint::open(domain, like, queue, events).value();
  }
  event next() { return events->read({.until = std::chrono::seconds(10)}).value(); }
  bool drive_until(noted const& n) {
    std::array<entry, 8> some;
    for (auto const end = clock::now() + std::chrono::seconds(10); n.times == 0 && clock::now() < end;)
      for (auto k = queue->read(some); k > 0;) some[--k].complete();
    return n.times == 1 && !n.last.error;
  }

  std::shared_ptr<fabric::domain const> domain;
  std::shared_ptr<completion_queue> queue;
  std::shared_ptr<event_queue> events;
  std::unique_ptr<passive_endpoint> door;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_connected_endpoint)

BOOST_AUTO_TEST_CASE(takes_messages_without_tags_in_the_order_of_the_receives_posted_before_it_was_connected) {
  for (std::string const scheme : {"ofi+tcp", "ofi+sockets"}) {
    fixture f(scheme);
    if (!f.domain) continue;
    auto a = f.open(f.domain->info());
    std::array<std::byte, 8> in[2];
    noted received[2], sent[2];
    BOOST_REQUIRE(!a->begin_connect(f.door->address(), std::as_bytes(std::span("data"))));
    auto const request = f.next();
    BOOST_REQUIRE(request.request.has_value());
    BOOST_TEST(request.data.size() >= 5u);
    auto b = f.open(*request.request);
    for (int i = 0; i != 2; ++i) BOOST_REQUIRE(b->trecv(received[i], in[i].data(), 8, nullptr, 7, 0) == 0);
    BOOST_REQUIRE(!b->begin_accept());
    for (int i = 0; i != 2; ++i) BOOST_TEST((f.next().what == event::kind::connected));
    for (int i = 0; i != 2; ++i) BOOST_REQUIRE(a->tsend(sent[i], i == 0 ? "one" : "two", 3, nullptr, 0, 99) == 0);
    for (int i = 0; i != 2; ++i) BOOST_TEST((f.drive_until(received[i]) && f.drive_until(sent[i])));
    BOOST_TEST(std::memcmp(in[0].data(), "one", 3) == 0);
    BOOST_TEST(std::memcmp(in[1].data(), "two", 3) == 0);
    BOOST_TEST(received[1].last.bytes == 3u);
  }
}

BOOST_FIXTURE_TEST_CASE(connects_to_nothing_that_is_no_address_and_carries_no_more_than_fits, fixture) {
  auto a = open(domain->info());
  BOOST_TEST((a->begin_connect({}, {})));
  BOOST_TEST((a->begin_connect(raw_address(3), {})));
  BOOST_TEST((a->begin_connect(raw_address(16, std::byte{0xff}), {})));
  BOOST_TEST((a->begin_connect(door->address(), std::vector<std::byte>(100'000)) == errc::message_too_large));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
