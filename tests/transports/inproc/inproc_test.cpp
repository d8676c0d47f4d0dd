// SPDX-License-Identifier: MIT
#include "inproc/inproc.hpp"

#include "transports/inproc/manual_reactor.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

constexpr ext::handshake pusher{0x50, 0x51, 1000};
constexpr ext::handshake puller{0x51, 0x50, 2000};

/// Keeps what a connector or an acceptor yields.
struct basket {
  ext::connection_handler handler() {
    return [this](ext::connection_result r) {
      if (r)
        connections.push_back(*std::move(r));
      else
        failures.push_back(r.error().code);
    };
  }
  bool empty() const { return connections.empty() && failures.empty(); }
  bool failed_with(errc why) const { return failures == std::vector{make_error_code(why)} && connections.empty(); }

  std::vector<std::unique_ptr<ext::connection>> connections;
  std::vector<std::error_code> failures;
};

struct fixture {
  std::unique_ptr<ext::connector> dial(std::string const& name, ext::handshake h = pusher) {
    return transport->dial(*url::parse("inproc://" + name), h, {}).value();
  }
  setup<std::unique_ptr<ext::acceptor>> try_listen(std::string const& name, ext::handshake h = puller) {
    return transport->listen(*url::parse("inproc://" + name), h, {});
  }
  std::unique_ptr<ext::acceptor> listen(std::string const& name) {
    auto a = try_listen(name).value();
    a->start(accepted.handler());
    return a;
  }

  test::manual_reactor loop;
  std::unique_ptr<ext::transport> transport = make_inproc(loop);
  basket dialed;
  basket accepted;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(inproc)

BOOST_FIXTURE_TEST_CASE(a_dial_meets_its_listener, fixture) {
  auto const a = listen("x");
  auto const c = dial("x");
  c->connect(dialed.handler());
  loop.run();
  BOOST_TEST_REQUIRE(dialed.connections.size() == 1u);
  BOOST_TEST_REQUIRE(accepted.connections.size() == 1u);
  BOOST_TEST(dialed.connections[0]->max_message() == 2000u);
  BOOST_TEST(accepted.connections[0]->max_message() == 1000u);
}

BOOST_FIXTURE_TEST_CASE(a_dial_waits_for_its_listener, fixture) {
  auto const c = dial("x");
  c->connect(dialed.handler());
  loop.run();
  BOOST_TEST(dialed.empty());
  auto const other = listen("y");
  loop.run();
  BOOST_TEST(dialed.empty());
  auto const a = listen("x");
  loop.run();
  BOOST_TEST(dialed.connections.size() == 1u);
  BOOST_TEST(accepted.connections.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(nobody_is_called_back_from_inside_a_call, fixture) {
  auto const a = listen("x");
  auto const c = dial("x");
  c->connect(dialed.handler());
  BOOST_TEST(dialed.empty());
  BOOST_TEST(accepted.empty());
}

BOOST_FIXTURE_TEST_CASE(many_dials_meet_one_listener, fixture) {
  auto const a = listen("x");
  std::vector<std::unique_ptr<ext::connector>> all;
  for (int i = 0; i != 3; ++i) {
    all.push_back(dial("x"));
    all.back()->connect(dialed.handler());
  }
  loop.run();
  BOOST_TEST(dialed.connections.size() == 3u);
  BOOST_TEST(accepted.connections.size() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_connector_connects_again, fixture) {
  auto const a = listen("x");
  auto const c = dial("x");
  for (int i = 0; i != 2; ++i) {
    c->connect(dialed.handler());
    loop.run();
  }
  BOOST_TEST(dialed.connections.size() == 2u);
}

BOOST_FIXTURE_TEST_CASE(a_second_listener_is_told_that_the_name_is_in_use, fixture) {
  auto a = listen("x");
  auto const second = try_listen("x");
  BOOST_TEST_REQUIRE(!second.has_value());
  BOOST_TEST(second.error().code == make_error_code(errc::address_in_use));
  BOOST_TEST(second.error().detail.find("inproc://x") != std::string::npos);
  a.reset();
  BOOST_TEST(try_listen("x").has_value());
}

BOOST_FIXTURE_TEST_CASE(a_failed_listen_leaves_the_first_one_bound, fixture) {
  auto const a = listen("x");
  BOOST_TEST(!try_listen("x").has_value());
  auto const c = dial("x");
  c->connect(dialed.handler());
  loop.run();
  BOOST_TEST(dialed.connections.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(another_protocol_is_a_mismatch, fixture) {
  auto const a = listen("x");
  auto const c = dial("x", ext::handshake{0x30, 0x31, 1000});
  c->connect(dialed.handler());
  loop.run();
  BOOST_TEST(dialed.failed_with(errc::protocol_mismatch));
  BOOST_TEST(accepted.connections.empty());
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_dial_ends_in_canceled, fixture) {
  auto const c = dial("x");
  c->connect(dialed.handler());
  c->cancel();
  BOOST_TEST(dialed.empty());
  loop.run();
  BOOST_TEST(dialed.failed_with(errc::canceled));
  auto const a = listen("x");
  loop.run();
  BOOST_TEST(dialed.connections.empty());
}

BOOST_FIXTURE_TEST_CASE(a_destroyed_connector_calls_nobody_back, fixture) {
  auto c = dial("x");
  c->connect(dialed.handler());
  c.reset();
  auto const a = listen("x");
  auto met = dial("x");
  met->connect(dialed.handler());
  met.reset();
  loop.run();
  BOOST_TEST(dialed.empty());
}

BOOST_FIXTURE_TEST_CASE(transports_of_two_engines_do_not_meet, fixture) {
  auto const other = make_inproc(loop);
  auto const a = listen("x");
  auto const c = other->dial(*url::parse("inproc://x"), pusher, {}).value();
  c->connect(dialed.handler());
  loop.run();
  BOOST_TEST(dialed.empty());
}

BOOST_FIXTURE_TEST_CASE(the_local_address_is_the_one_listened_at, fixture) {
  BOOST_TEST(listen("a/b/c")->local().to_string() == "inproc://a/b/c");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
