// SPDX-License-Identifier: MIT
// What endpoints do to a peer's memory: RMA, posted and waited for.
#include "support/count_allocations.hpp"
#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <array>

namespace weft::fabric {

namespace {

auto const rma_kinds = boost::unit_test::data::make(reliable);

std::unique_ptr<two> with_rma(kind const& k) { return two_over(k, capability::msg | capability::rma); }

// What tells b of a write: a completion that is no operation's.
std::optional<completion> told(two& t) {
  std::array<entry, 4> some;
  auto const end = clock::now() + 20s;
  while (clock::now() < end) {
    t.a->sends()->dispatch();
    if (t.b->receives()->read(some) != 0) {
      BOOST_TEST(some[0].op == nullptr);
      return some[0].what;
    }
    std::this_thread::yield();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_peers_memory)

BOOST_DATA_TEST_CASE(is_read_and_written, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 8192);
  auto at = theirs.at;
  at.flags = operation_flag::delivery_complete;
  mover const moves(*t->b);
  auto const out = pattern(8192);
  auto const wrote = t->a->write(out, at, soon());
  BOOST_TEST(!wrote, wrote.message());
  BOOST_TEST(std::equal(out.begin(), out.end(), theirs.bytes().begin()));
  bytes in(100);
  at.address += 50;
  BOOST_TEST(!t->a->read(in, at, soon()));
  BOOST_TEST(std::equal(in.begin(), in.end(), out.begin() + 50));
  auto const local = memory_region::allocate(t->a->domain(), 256, memory_access::read | memory_access::write).value();
  BOOST_TEST(!t->a->read(slice{local, 6, 250}, at, soon()));
  BOOST_TEST(std::equal(out.begin() + 50, out.begin() + 300, local.bytes().begin() + 6));
  BOOST_TEST((t->a->read(slice{local, 7, 250}, at, soon()) == misuse::outside_region));
  BOOST_TEST((t->a->send(slice{local, 0, 1}, {.to = t->to_b}, soon()) ==
              (t->a->info().registers_locally() ? std::error_code() : misuse::insufficient_access)));
}

BOOST_DATA_TEST_CASE(is_read_and_written_by_what_is_posted, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 300);
  auto out = pattern(200);
  bytes in(200);
  auto const from = memory_region::make(t->a->domain(), out, memory_access::write).value();
  auto const into = memory_region::make(t->a->domain(), in, memory_access::read).value();
  auto at = theirs.at;
  at.address += 100;
  at.flags = operation_flag::delivery_complete;
  remembered wrote, read;
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_write(wrote, {.bytes = out, .registered = from.local()}, at); }));
  BOOST_REQUIRE(drive(*t, wrote.done));
  BOOST_TEST(!wrote.last().error, wrote.last().error.message());
  BOOST_TEST(has(wrote.last().flags, completion_flag::write));
  BOOST_TEST(std::equal(out.begin(), out.end(), theirs.bytes().begin() + 100));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_read(read, {.bytes = in, .registered = into.local()}, at); }));
  BOOST_REQUIRE(drive(*t, read.done));
  BOOST_TEST(!read.last().error, read.last().error.message());
  BOOST_TEST(has(read.last().flags, completion_flag::read));
  BOOST_TEST((in == out));
  BOOST_TEST(wrote.all.size() == 1u);
  BOOST_TEST(read.all.size() == 1u);
}

BOOST_DATA_TEST_CASE(tells_its_owner_of_a_write_with_data, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 64);
  auto const out = pattern(64);
  auto at = theirs.at;
  at.data = 0x4711;
  remembered wrote;
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_write(wrote, {.bytes = out}, at); }));
  auto const what = told(*t);
  BOOST_REQUIRE(what.has_value());
  BOOST_TEST(!what->error, what->error.message());
  BOOST_TEST(has(what->flags, completion_flag::remote_cq_data));
  BOOST_TEST(what->data == 0x4711u);
  BOOST_TEST(std::ranges::equal(theirs.bytes(), out));
  BOOST_REQUIRE(drive(*t, wrote.done));
  BOOST_TEST(!wrote.last().error);
}

BOOST_DATA_TEST_CASE(is_somebodys_where_there_is_no_connection, boost::unit_test::data::make(reliable_datagrams),
                     over) {
  auto const t = with_rma(over);
  if (!t) return;
  remembered op;
  auto const nowhere = std::errc::destination_address_required;
  auto const local = memory_region::allocate(t->a->domain(), 8, memory_access::read | memory_access::write).value();
  BOOST_TEST((t->a->post_write(op, {local.bytes(), local.local()}, {}) == nowhere));
  BOOST_TEST((t->a->post_read(op, {local.bytes(), local.local()}, {}) == nowhere));
  BOOST_TEST((t->a->write(local.bytes(), {}, soon()) == nowhere));
  BOOST_TEST((t->a->read(local.bytes(), {}, soon()) == nowhere));
}

BOOST_DATA_TEST_CASE(costs_no_allocation_on_a_slice_the_second_time, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 64);
  auto const own = memory_region::allocate(t->a->domain(), 64, memory_access::read | memory_access::write).value();
  slice const local{own, 0, 64};
  mover const moves(*t->b);
  auto const both = [&] { return !t->a->write(local, theirs.at, soon()) && !t->a->read(local, theirs.at, soon()); };
  BOOST_REQUIRE(both());
  auto const before = weft::test::allocations();
  bool const again = both();
  auto const after = weft::test::allocations();
  BOOST_TEST(again);
  BOOST_TEST(after == before);
}

BOOST_DATA_TEST_CASE(is_left_alone_when_a_stop_was_requested_before, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 64);
  std::stop_source stop;
  stop.request_stop();
  bytes mine(64, std::byte{7});
  BOOST_TEST((t->a->read(mine, theirs.at, {.stop = stop.get_token()}) == errc::canceled));
  BOOST_TEST((t->a->write(mine, theirs.at, {.stop = stop.get_token()}) == errc::canceled));
  mover const moves(*t->b);
  bytes now(64);
  BOOST_TEST(!t->a->read(now, theirs.at, soon()));
  BOOST_TEST((now == bytes(64)));
  BOOST_TEST((mine == bytes(64, std::byte{7})));
}

// With nobody who moves the peer, what has to be done there is not.
BOOST_DATA_TEST_CASE(is_given_up_at_a_deadline_and_by_a_stop, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 8192);
  std::ranges::fill(theirs.bytes(), std::byte{1});
  bytes in(8192, std::byte{7});
  auto const why = t->a->read(in, theirs.at, {.until = 5ms});
  if (!why) return skip(over, "needs nobody to move the peer");
  BOOST_TEST((why == errc::timed_out), why.message());
  std::stop_source stop;
  auto stopped = std::async(std::launch::async, [&] { return t->a->read(in, theirs.at, {.stop = stop.get_token()}); });
  stop.request_stop();
  BOOST_TEST((stopped.get() == errc::canceled));
  // The answers come later, and find nothing of the caller's.
  mover const moves(*t->b);
  bytes other(8192);
  BOOST_TEST(!t->a->read(other, theirs.at, soon()));
  BOOST_TEST((other == bytes(8192, std::byte{1})));
  BOOST_TEST((in == bytes(8192, std::byte{7})));
}

BOOST_DATA_TEST_CASE(is_written_with_what_it_was_when_the_write_was_given_up, rma_kinds, over) {
  auto const t = with_rma(over);
  if (!t) return;
  shared_memory const theirs(*t, 8192);
  auto at = theirs.at;
  at.flags = operation_flag::delivery_complete;
  bytes out(8192, std::byte{2});
  auto const why = t->a->write(out, at, {.until = 5ms});
  if (!why) return skip(over, "needs nobody to move the peer");
  BOOST_TEST((why == errc::timed_out), why.message());
  std::ranges::fill(out, std::byte{3});
  mover const moves(*t->b);
  bytes in(16);
  BOOST_TEST(!t->a->read(in, theirs.at, soon()));
  for (auto const b : theirs.bytes()) BOOST_REQUIRE((b == std::byte{0} || b == std::byte{2}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
