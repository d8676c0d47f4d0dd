// SPDX-License-Identifier: MIT
#include "lossy/lossy.hpp"

#include "inproc/inproc.hpp"
#include "transports/inproc/manual_reactor.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

using test::socket_side;

constexpr ext::handshake pusher{0x50, 0x51, 1000};
constexpr ext::handshake puller{0x51, 0x50, 2000};

struct fixture {
  explicit fixture(lossy_options o = {}) : counters(std::make_shared<lossy_counters>()) {
    o.counters = counters;
    transport = make_lossy(loop, make_inproc(loop), o);
  }

  void listen() {
    acceptor = transport->listen(*url::parse("lossy+inproc://x"), puller, {}).value();
    acceptor->start([this](ext::connection_result r) { server.emplace(std::move(r).value()); });
  }
  void dial(ext::handshake h = pusher) {
    connector = transport->dial(*url::parse("lossy+inproc://x"), h, {}).value();
    connect();
  }
  void connect() {
    connector->connect([this](ext::connection_result r) {
      ++answers;
      if (r)
        client.emplace(*std::move(r));
      else
        failed = r.error();
    });
  }

  test::manual_reactor loop;
  std::shared_ptr<lossy_counters> counters;
  std::unique_ptr<ext::transport> transport;
  std::unique_ptr<ext::acceptor> acceptor;
  std::unique_ptr<ext::connector> connector;
  std::optional<socket_side> client;
  std::optional<socket_side> server;
  unsigned answers = 0;
  failure failed;
};

struct refusing : fixture {
  refusing() : fixture({.refuse = 1}) {}
};
struct dropping : fixture {
  dropping() : fixture({.drop = 1}) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lossy_transport)

BOOST_FIXTURE_TEST_CASE(its_schemes_are_those_of_the_other_with_a_prefix, fixture) {
  auto const all = transport->schemes();
  BOOST_TEST_REQUIRE(all.size() == 1u);
  BOOST_TEST(all[0] == "lossy+inproc");
}

BOOST_FIXTURE_TEST_CASE(messages_go_through_it, fixture) {
  listen();
  dial();
  loop.run();
  BOOST_TEST_REQUIRE(client.has_value());
  BOOST_TEST_REQUIRE(server.has_value());
  for (auto* side : {&*client, &*server}) side->start();
  client->look();
  server->grant(1);
  client->send("hello");
  BOOST_TEST(server->rang());
  server->look();
  BOOST_TEST(server->heard == "hello ");
  BOOST_TEST(counters->arrived == 1u);
}

BOOST_FIXTURE_TEST_CASE(it_listens_at_an_address_that_can_be_dialed, fixture) {
  listen();
  BOOST_TEST(acceptor->local().to_string() == "lossy+inproc://x");
}

BOOST_FIXTURE_TEST_CASE(faults_happen_to_both_ends, dropping) {
  listen();
  dial();
  loop.run();
  for (auto* side : {&*client, &*server}) {
    side->start();
    side->look();
    side->grant(1);
  }
  client->send("a");
  server->send("b");
  client->look();
  server->look();
  BOOST_TEST(counters->dropped == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_refused_connect_fails_from_the_loop, refusing) {
  listen();
  dial();
  BOOST_TEST(answers == 0u);
  loop.run();
  BOOST_TEST(answers == 1u);
  BOOST_TEST(failed.code == make_error_code(errc::connection_refused));
  BOOST_TEST(counters->refused == 1u);
  connect();
  loop.run();
  BOOST_TEST(answers == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_refusal_is_answered_once_though_it_is_cancelled, refusing) {
  dial();
  connector->cancel();
  loop.run();
  BOOST_TEST(answers == 1u);
  connector->cancel();
  loop.run();
  BOOST_TEST(answers == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_destroyed_connector_does_not_answer, refusing) {
  dial();
  connector.reset();
  loop.run();
  BOOST_TEST(answers == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_connect_ends_in_canceled, fixture) {
  dial();
  connector->cancel();
  loop.run();
  BOOST_TEST(answers == 1u);
  BOOST_TEST(failed.code == make_error_code(errc::canceled));
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_with_the_other_is_passed_on, fixture) {
  listen();
  auto const second = transport->listen(*url::parse("lossy+inproc://x"), puller, {});
  BOOST_TEST(second.error().code == make_error_code(errc::address_in_use));
  dial({0x30, 0x31, 1000});
  loop.run();
  BOOST_TEST(failed.code == make_error_code(errc::protocol_mismatch));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
