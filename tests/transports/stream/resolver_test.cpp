// SPDX-License-Identifier: MIT
#include "stream/resolver.hpp"

#include <weft/error.hpp>

#include "transports/fabric/small_reactor.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <optional>

namespace weft::stream {

namespace {

struct asking {
  std::function<void(addresses)> note() {
    return [this](addresses found) { answer = std::move(found); };
  }
  ofi::small_reactor loop;
  std::optional<addresses> answer;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_resolver)

BOOST_FIXTURE_TEST_CASE(a_number_is_answered_at_once, asking) {
  resolver r(loop, [](place const&) -> addresses { return failure{errc::busy, "was asked"}; });
  auto const p = r.resolve({.host = "127.0.0.1", .port = 7}, note());
  BOOST_TEST_REQUIRE(answer.has_value());
  BOOST_TEST((**answer)[0].text() == "127.0.0.1:7");
}

BOOST_FIXTURE_TEST_CASE(a_name_is_asked_for_elsewhere, asking) {
  std::promise<void> slow;
  auto const gate = slow.get_future().share();
  resolver r(loop, [gate](place const& p) -> addresses {
    gate.wait();
    return failure{errc::connection_refused, p.host};
  });
  auto const p = r.resolve({.host = "a.name", .port = 7}, note());
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(!answer.has_value());
  slow.set_value();
  BOOST_TEST_REQUIRE(loop.until([this] { return answer.has_value(); }));
  BOOST_TEST(answer->error().detail == "a.name");
}

BOOST_FIXTURE_TEST_CASE(nobody_is_answered_who_no_longer_asks, asking) {
  std::promise<void> slow, asked;
  auto const gate = slow.get_future().share();
  resolver r(loop, [gate, &asked](place const& p) -> addresses {
    gate.wait();
    failure const none{errc::connection_refused, p.host};
    asked.set_value();
    return none;
  });
  auto p = r.resolve({.host = "a.name", .port = 7}, note());
  p.reset();
  slow.set_value();
  asked.get_future().wait();
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(!answer.has_value());
}

BOOST_FIXTURE_TEST_CASE(an_answer_may_come_when_the_resolver_has_gone, asking) {
  auto slow = std::make_shared<std::promise<void>>();
  std::unique_ptr<pending> p;
  {
    resolver r(loop, [gate = slow->get_future().share()](place const&) -> addresses {
      gate.wait();
      return std::vector<address>();
    });
    p = r.resolve({.host = "a.name", .port = 7}, note());
  }
  slow->set_value();
  for (int i = 0; i != 10; ++i) loop.turn();
  BOOST_TEST(!answer.has_value());
}

BOOST_AUTO_TEST_CASE(only_the_wanted_kind_of_address) {
  BOOST_TEST(!read_number({.host = "::1", .port = 1, .family = AF_INET}).has_value());
  BOOST_TEST((*look_up({.host = "", .port = 0, .family = AF_INET, .passive = true}))[0].host() == "0.0.0.0");
  BOOST_TEST(read_number({.host = "no.number", .port = 1})->empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
