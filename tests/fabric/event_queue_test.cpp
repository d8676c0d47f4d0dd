// SPDX-License-Identifier: MIT
#include <weft/fabric/event_queue.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const msg = boost::unit_test::data::make(connected);

}  // namespace

BOOST_AUTO_TEST_SUITE(an_event_queue)

BOOST_DATA_TEST_CASE(that_is_empty_has_nothing_and_waits_no_longer_than_it_is_told, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const q = event_queue::open(network::open(*i).value()).value();
  BOOST_TEST(!q->try_read().has_value());
  BOOST_TEST((q->read({.until = 3ms}).error() == errc::timed_out));
  std::stop_source stop;
  auto waits = std::async(std::launch::async, [&] { return q->read({.stop = stop.get_token()}).error(); });
  stop.request_stop();
  BOOST_TEST((waits.get() == errc::canceled));
}

// Both ends of a connection, and the listener, report to one queue: each call finds what is about its own endpoint.
BOOST_DATA_TEST_CASE(shared_by_endpoints_gives_each_its_own_events, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto const in = domain::open(net, *i).value();
  auto const shared = event_queue::open(net).value();
  auto const door = passive_endpoint::open(net, *i, shared).value();
  endpoint_bindings bindings;
  bindings.events = shared;
  auto const caller = endpoint::open(in, *i, bindings).value();
  std::unique_ptr<endpoint> taken;
  auto accepted = std::async(std::launch::async, [&] {
    auto request = door->next_request(soon()).value();
    taken = endpoint::open(in, *request.request, bindings).value();
    return taken->accept({}, soon());
  });
  auto const got = caller->connect(door->address(), {}, soon());
  BOOST_TEST(got.has_value());
  BOOST_TEST(!accepted.get());
}

BOOST_DATA_TEST_CASE(has_errors_as_events_with_the_providers_words, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto door = passive_endpoint::open(net, *i).value();
  auto const nobody = door->address();
  door.reset();
  auto const e = endpoint::open(domain::open(net, *i).value(), *i).value();
  BOOST_TEST(!e->connect(nobody, {}, soon()).has_value());
  event failed;
  failed.provider_error = ECONNREFUSED;
  BOOST_TEST(!e->events()->text(failed).empty());
  BOOST_TEST(!e->events()->try_read().has_value());  // an error does not stick
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
