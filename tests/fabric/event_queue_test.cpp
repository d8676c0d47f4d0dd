// SPDX-License-Identifier: MIT
#include <weft/fabric/event_queue.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <rdma/fi_endpoint.h>

#include <poll.h>

#include <chrono>
#include <ctime>

namespace weft::fabric {

namespace {

auto const msg = boost::unit_test::data::make(connected);

std::chrono::nanoseconds cpu_of_this_thread() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

/// Takes an event, or sleeps for as long as it may, as a program's own loop does.
std::optional<event> turn(event_queue& q) {
  if (auto e = q.try_read()) return e;
  auto const nap = q.may_sleep_for();
  pollfd there{.fd = q.fd().value_or(-1), .events = POLLIN, .revents = 0};
  ::poll(&there, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(nap).count()));
  return {};
}

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

BOOST_DATA_TEST_CASE(tells_a_loop_of_ones_own, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto const door = passive_endpoint::open(net, *i).value();
  auto const caller = endpoint::open(domain::open(net, *i).value(), *i).value();
  auto connecting =
      std::async(std::launch::async, [&] { return caller->connect(door->address(), {}, soon()).error(); });
  std::optional<event> request;
  for (auto const end = clock::now() + 20s; !request && clock::now() < end;) request = turn(*door->events());
  BOOST_REQUIRE(request.has_value());
  BOOST_TEST((request->what == event::kind::connection_request));
  BOOST_TEST(!door->reject(*request, {}));
  BOOST_TEST((connecting.get() == std::errc::connection_refused));
}

BOOST_DATA_TEST_CASE(sleeps_while_a_connection_has_nothing_to_say, msg, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto& q = *t->a->events();
  int turns = 0;
  for (auto const end = clock::now() + 300ms; clock::now() < end; ++turns) BOOST_TEST(!turn(q).has_value());
  BOOST_TEST(turns < 1000);
  auto const before = cpu_of_this_thread();
  BOOST_TEST((q.read({.until = 300ms}).error() == errc::timed_out));
  BOOST_TEST((cpu_of_this_thread() - before < 60ms));
}

// net of 1.17 would crash, in the queue or in the domain.
BOOST_DATA_TEST_CASE(is_read_while_domains_are_opened, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto const q = event_queue::open(net).value();
  std::jthread const reader([&](std::stop_token stop) {
    while (!stop.stop_requested()) (void)q->try_read();
  });
  for (int n = 0; n != 200; ++n) BOOST_TEST(domain::open(net, *i).has_value());
}

// Which nobody reads from a descriptor.
BOOST_DATA_TEST_CASE(does_not_sleep_on_what_was_set_aside, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto const shared = event_queue::open(net).value();
  auto const door = passive_endpoint::open(net, *i, shared).value();
  endpoint_bindings bindings;
  bindings.events = shared;
  auto const other = endpoint::open(domain::open(net, *i).value(), *i).value();
  auto connecting = std::async(std::launch::async, [&] { return other->connect(door->address(), {}, soon()).error(); });
  auto const nobody = endpoint::open(domain::open(net, *i).value(), *i, bindings).value();
  for (auto const end = clock::now() + 20s; shared->may_sleep_for() != clock::duration() && clock::now() < end;)
    BOOST_TEST(!shared->read({.until = 5ms}, &nobody->native_handle()->fid).has_value());
  BOOST_TEST((shared->may_sleep_for() == clock::duration()));
  auto request = shared->try_read();
  BOOST_REQUIRE(request.has_value());
  BOOST_TEST(!door->reject(*request, {}));
  BOOST_TEST((connecting.get() == std::errc::connection_refused));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
