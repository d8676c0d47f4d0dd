// SPDX-License-Identifier: MIT
// Once warm, no protocol allocates on the path of a message.
#include <weft/bus.hpp>
#include <weft/pair.hpp>
#include <weft/pair1.hpp>
#include <weft/pub.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>
#include <weft/respondent.hpp>
#include <weft/sub.hpp>
#include <weft/surveyor.hpp>

#include "support/count_allocations.hpp"
#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <utility>

namespace weft::protocols {

namespace {

/// A socket with one peer, who is the other side.
struct side {
  explicit side(std::unique_ptr<ext::protocol> p) : protocol(std::move(p)) { peer.join(); }

  void send(std::size_t size) {
    message m = message::uninitialized(size);
    if (context->send(m)) BOOST_FAIL("not sent");
  }
  void receive() {
    if (!context->receive()) BOOST_FAIL("not received");
  }
  /// What it sent arrives at the other side; which makes room for more.
  void carry_to(side& other) {
    for (auto& m : peer.link.sent) other.peer.say(std::move(m));
    peer.make_room(static_cast<unsigned>(peer.link.sent.size()));
    peer.link.sent.clear();
  }

  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer peer{*protocol};
};

struct fixture {
  /// How often `exchange` allocates in 500 times, when it has been done before.
  template <class F>
  std::size_t allocations_of(F exchange) {
    std::size_t before = 0;
    for (int i = 0; i < 1000; ++i) {
      if (i == 500) before = test::allocations();
      exchange();
      host.forget_wakes();
    }
    return test::allocations() - before;
  }

  test::fake_host host;
};

constexpr std::array sizes{std::size_t{64}, std::size_t{1000}};  // in the message, and in a block

}  // namespace

BOOST_FIXTURE_TEST_SUITE(steady_state, fixture)

BOOST_AUTO_TEST_CASE(req_and_rep_allocate_nothing) {
  for (auto const size : sizes) {
    side ask(weft::req::make(host, {})), reply(weft::rep::make(host, {}));
    auto const exchange = [&] {
      ask.send(size);
      ask.carry_to(reply);
      reply.receive();
      reply.send(size);
      reply.carry_to(ask);
      ask.receive();
    };
    BOOST_TEST(allocations_of(exchange) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(push_and_pull_allocate_nothing) {
  for (auto const size : sizes) {
    side from(weft::push::make(host, {})), to(weft::pull::make(host, {}));
    auto const four_messages = [&] {
      for (int i = 0; i < 4; ++i) from.send(size);
      from.carry_to(to);
      for (int i = 0; i < 4; ++i) to.receive();
    };
    BOOST_TEST(allocations_of(four_messages) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(pairs_allocate_nothing) {
  for (auto const size : sizes) {
    side one(weft::pair::make(host, {})), other(weft::pair::make(host, {}));
    auto const exchange = [&] {
      one.send(size);
      one.carry_to(other);
      other.receive();
      other.send(size);
      other.carry_to(one);
      one.receive();
    };
    BOOST_TEST(allocations_of(exchange) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(queues_and_conflation_allocate_nothing) {
  for (auto const size : sizes) {
    side from(weft::push::make(host, {.send_queue = 8})), to(weft::pull::make(host, {.conflate = true}));
    auto const eight_messages = [&] {
      for (int i = 0; i < 8; ++i) from.send(size);
      from.carry_to(to);
      to.receive();
      host.forget_drops();
    };
    BOOST_TEST(allocations_of(eight_messages) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(requests_that_are_sent_again_allocate_nothing) {
  for (auto const size : sizes) {
    side ask(weft::req::make(host, {.resend = {.every = std::chrono::seconds(1), .backoff = 2}}));
    auto const exchange = [&] {
      ask.send(size);
      host.advance(std::chrono::seconds(1));
      ask.peer.link.sent.clear();
      ask.peer.make_room(2);
    };
    BOOST_TEST(allocations_of(exchange) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(surveyor_and_respondent_allocate_nothing) {
  for (auto const size : sizes) {
    side ask(weft::surveyor::make(host, {})), reply(weft::respondent::make(host, {}));
    auto const exchange = [&] {
      ask.send(size);
      ask.carry_to(reply);
      reply.receive();
      reply.send(size);
      reply.carry_to(ask);
      ask.receive();
    };
    BOOST_TEST(allocations_of(exchange) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_bus_allocates_nothing_also_when_it_is_slow) {
  for (auto const size : sizes) {
    side from(weft::bus::make(host, {})), to(weft::bus::make(host, {}));
    test::scripted_peer slow{*from.protocol, 2};
    slow.join(0);
    auto const four_messages = [&] {
      for (int i = 0; i < 4; ++i) from.send(size);
      from.carry_to(to);
      for (int i = 0; i < 4; ++i) to.receive();
      slow.make_room(4);
      slow.link.sent.clear();
    };
    BOOST_TEST(allocations_of(four_messages) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(pairs_with_hops_allocate_nothing) {
  for (auto const size : sizes) {
    side one(weft::pair1::make(host, {})), other(weft::pair_hub::make(host, {}));
    auto const exchange = [&] {
      one.send(size);
      one.carry_to(other);
      other.receive();
      other.send(size);
      other.carry_to(one);
      one.receive();
    };
    BOOST_TEST(allocations_of(exchange) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(pub_and_sub_allocate_nothing) {
  for (auto const size : sizes) {
    side from(weft::pub::make(host, {})), to(weft::sub::make(host, {}));
    dynamic_cast<ext::topic_filter&>(*to.context).subscribe({});
    auto const four_messages = [&] {
      for (int i = 0; i < 4; ++i) from.send(size);
      from.carry_to(to);
      for (int i = 0; i < 4; ++i) to.receive();
    };
    BOOST_TEST(allocations_of(four_messages) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(an_allocation_is_noticed) {
  std::unique_ptr<int> kept;
  BOOST_TEST(allocations_of([&] { kept = std::make_unique<int>(); }) == 500u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
