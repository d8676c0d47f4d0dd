// SPDX-License-Identifier: MIT
#include <weft/fabric/counter.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);

// Null, with the reason printed, where there are none.
std::shared_ptr<counter> counter_in(std::shared_ptr<domain const> const& in, kind const& over) {
  auto made = counter::open(in);
  if (made) return *made;
  if (!skipped(over, made.error())) BOOST_ERROR(over << ": " << made.error().detail);
  return nullptr;
}

std::shared_ptr<counter> some_counter(kind const& over) {
  auto const i = offered(over);
  return i ? counter_in(domain::open(*i).value(), over) : nullptr;
}

// Endpoints one of which counts what it sends.
struct counting {
  explicit counting(kind const& over, capability wanted = capability::none) {
    auto const i = offered(over, wanted);
    if (!i) return;
    auto const in = domain::open(*i).value();
    sends = counter_in(in, over);
    if (!sends) return;
    auto bindings = with_unique_name();
    bindings.sends_counted = sends;
    t = std::make_unique<two>();
    t->a = endpoint::open(in, *i, std::move(bindings)).value();
    t->b = endpoint::open(in, *i, with_unique_name()).value();
    t->to_b = t->a->peers()->insert(t->b->address()).value();
    t->to_a = t->b->peers()->insert(t->a->address()).value();
  }
  std::shared_ptr<counter> sends;
  std::unique_ptr<two> t;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_counter)

BOOST_DATA_TEST_CASE(counts_by_hand, everything, over) {
  auto const c = some_counter(over);
  if (!c) return;
  BOOST_TEST(c->value() == 0u);
  BOOST_TEST(!c->add(3));
  BOOST_TEST(c->value() == 3u);
  BOOST_TEST(!c->set(1));
  BOOST_TEST(c->value() == 1u);
  BOOST_TEST(c->errors() == 0u);
}

BOOST_DATA_TEST_CASE(is_waited_for, everything, over) {
  auto const c = some_counter(over);
  if (!c) return;
  BOOST_TEST((c->wait(1, {.until = 3ms}) == errc::timed_out));
  std::stop_source stop;
  auto stopped = std::async(std::launch::async, [&] { return c->wait(1, {.stop = stop.get_token()}); });
  stop.request_stop();
  BOOST_TEST((stopped.get() == errc::canceled));
  auto counted = std::async(std::launch::async, [&] { return c->wait(5, soon()); });
  BOOST_TEST(!c->add(5));
  BOOST_TEST(!counted.get());
}

BOOST_DATA_TEST_CASE(of_sends_counts_those_that_have_ended, boost::unit_test::data::make(connectionless), over) {
  counting const c(over);
  auto const& t = c.t;
  if (!t) return;
  bytes in(64);
  for (std::uint64_t n = 1; n != 4; ++n) {
    remembered sent, got;
    BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
    BOOST_REQUIRE(!post(*t, [&] { return t->a->post_send(sent, {.bytes = in}, {.to = t->to_b}); }));
    BOOST_REQUIRE(drive(*t, got.done));
    BOOST_REQUIRE(drive(*t, sent.done));
    BOOST_TEST(!c.sends->wait(n, soon()));
  }
  // What comes is not counted.
  remembered got;
  BOOST_REQUIRE(!t->a->post_receive(got, {.bytes = in}, {}));
  BOOST_REQUIRE(!post(*t, [&] { return t->b->inject(pattern(5), {.to = t->to_a}); }));
  BOOST_REQUIRE(drive(*t, got.done));
  BOOST_TEST(c.sends->value() == 3u);
  BOOST_TEST(c.sends->errors() == 0u);
}

BOOST_DATA_TEST_CASE(of_sends_counts_reads_and_writes, boost::unit_test::data::make(reliable_datagrams), over) {
  counting const c(over, capability::msg | capability::rma);
  auto const& t = c.t;
  if (!t) return;
  shared_memory const theirs(*t, 64);
  mover const moves(*t->b);
  bytes mine(64);
  BOOST_TEST(!t->a->write(mine, theirs.at, soon()));
  BOOST_TEST(!c.sends->wait(1, soon()));
  BOOST_TEST(!t->a->read(mine, theirs.at, soon()));
  BOOST_TEST(!c.sends->wait(2, soon()));
  BOOST_TEST(c.sends->value() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
