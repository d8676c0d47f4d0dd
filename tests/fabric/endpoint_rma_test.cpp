// SPDX-License-Identifier: MIT
#include "support/face.hpp"

#include <weft/error.hpp>
#include <weft/fabric/version.hpp>

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>
#include <rdma/fi_domain.h>

#include <algorithm>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(reliable);

constexpr auto rma = capability::msg | capability::rma;
constexpr auto atomics = capability::msg | capability::atomic;

/// Of several sizes, one behind the other in `all`, and what of it is left over.
template <class Buffer>
std::vector<Buffer> cut(bytes& all, std::size_t count, memory_region const& in = {}) {
  std::vector<Buffer> parts;
  std::size_t at = 0;
  for (std::size_t i = 0; i + 1 != count; ++i) {
    parts.push_back({.bytes = std::span(all).subspan(at, 100 + i), .registered = in.local()});
    at += 100 + i;
  }
  parts.push_back({.bytes = std::span(all).subspan(at), .registered = in.local()});
  return parts;
}

std::error_code ended(two& t, remembered const& op) {
  BOOST_REQUIRE(drive(t, op.done));
  return op.last().error;
}

bool answers_atomics(kind const& over) {
  if (!over.is("udp;ofi_rxd") || !(running_version() < interface_version{2, 0})) return true;
  skip(over, "of 1.17 answers zero, and crashes");
  return false;
}

bool offers(two& t, kind const& over, atomic_op op) {
  if (t.a->atomic_limit(datatype::uint64, op, endpoint::atomic_form::plain) != 0) return true;
  skip(over, "advertises atomics, and has none");  // net of 1.17
  return false;
}

void add_up(two& t) {
  using number = std::uint64_t;
  shared_memory there(t, 64);
  mover const moves(*t.b);
  auto const now = [&] { return t.a->fetch_atomic<number>(atomic_op::read, 0, there.at, soon()).value(); };
  there.at.flags = operation_flag::delivery_complete;
  BOOST_TEST(!t.a->atomic<number>(atomic_op::write, 40, there.at, soon()));
  BOOST_TEST(!t.a->atomic<number>(atomic_op::sum, 2, there.at, soon()));
  BOOST_TEST(now() == 42u);
  there.at.flags = operation_flag::none;
  BOOST_TEST(!t.a->atomic<number>(atomic_op::sum, 1, there.at, soon()));
  auto const end = clock::now() + 20s;  // that it has left is all one knows
  while (now() != 43 && clock::now() < end) std::this_thread::yield();
  BOOST_TEST(now() == 43u);
}

template <class Number>
void overwrite(two& t, Number value) {
  shared_memory there(t, 64);
  std::ranges::fill(there.bytes(), std::byte{0xee});
  there.at.address += 8;
  there.at.flags = operation_flag::delivery_complete;
  BOOST_TEST(!t.a->atomic(atomic_op::write, value, there.at, soon()));
  Number got{};
  std::memcpy(&got, there.bytes().data() + 8, sizeof got);
  BOOST_TEST(got == value);
  BOOST_TEST((there.bytes()[7] == std::byte{0xee}));
  BOOST_TEST((there.bytes()[8 + sizeof value] == std::byte{0xee}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(calls_on_a_peers_memory)

BOOST_DATA_TEST_CASE(write_from_as_many_pieces_as_there_may_be_and_read_into_as_many, everything, over) {
  remembered wrote, read;
  auto out = pattern(8192);
  bytes in(8192);
  auto const t = two_over(over, rma);
  if (!t) return;
  auto const most = std::min<std::size_t>(t->a->info().iov_limit(), 16);
  BOOST_TEST(most > 1u);
  shared_memory there(*t, 8192 + 64);
  there.at.address += 64;
  there.at.flags = operation_flag::delivery_complete;
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_write(wrote, cut<const_buffer>(out, most), there.at); }));
  BOOST_TEST(!ended(*t, wrote));
  BOOST_TEST(std::ranges::equal(there.bytes().subspan(64), out));
  BOOST_TEST((there.bytes()[63] == std::byte{0}));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_read(read, cut<mutable_buffer>(in, most), there.at); }));
  BOOST_TEST(!ended(*t, read));
  BOOST_TEST((in == out));
}

// Without flags, it is another of libfabric's calls.
BOOST_DATA_TEST_CASE(write_from_pieces_without_flags, everything, over) {
  remembered wrote, read;
  auto out = pattern(300);
  bytes in(300);
  auto const t = two_over(over, rma);
  if (!t) return;
  shared_memory const there(*t, 300);
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_write(wrote, cut<const_buffer>(out, 2), there.at); }));
  BOOST_TEST(!ended(*t, wrote));
  auto const end = clock::now() + 20s;  // ended is not seen
  while (!std::ranges::equal(there.bytes(), out) && clock::now() < end) t->b->receives()->dispatch();
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_read(read, cut<mutable_buffer>(in, 1), there.at); }));
  BOOST_TEST(!ended(*t, read));
  BOOST_TEST((in == out));
}

BOOST_DATA_TEST_CASE(tell_the_peer_of_a_write_of_pieces_with_data, everything, over) {
  remembered wrote;
  auto out = pattern(300);
  auto const t = two_over(over, rma);
  if (!t) return;
  shared_memory there(*t, 300);
  there.at.data = 5;
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_write(wrote, cut<const_buffer>(out, 2), there.at); }));
  BOOST_TEST(!ended(*t, wrote));
  auto const end = clock::now() + 20s;
  while (t->b->receives()->unclaimed() == 0 && clock::now() < end) t->b->receives()->dispatch();
  BOOST_TEST(t->b->receives()->unclaimed() == 1u);
  BOOST_TEST(std::ranges::equal(there.bytes(), out));
}

BOOST_DATA_TEST_CASE(refuse_more_pieces_than_there_may_be, everything, over) {
  remembered op;
  auto const t = two_over(over, rma);
  if (!t) return;
  std::vector<const_buffer> const from(t->a->info().iov_limit() + 1);
  std::vector<mutable_buffer> const into(t->a->info().iov_limit() + 1);
  remote_memory const at{.at = t->to_b};
  BOOST_TEST((t->a->post_write(op, from, at) == misuse::too_many_pieces));
  BOOST_TEST((t->a->post_read(op, into, at) == std::errc::argument_list_too_long));
}

BOOST_DATA_TEST_CASE(want_every_piece_registered_where_the_provider_does, everything, over) {
  remembered wrote, read;
  auto out = pattern(300);
  bytes in(300);
  auto i = offered(over, rma);
  if (!i) return;
  (*i)->domain_attr->mr_mode |= FI_MR_LOCAL;  // none here insists, so it is told to: what efa and verbs are like
  auto const t = two::of(*i);
  shared_memory const there(*t, 300);
  auto const own = t->a->domain();
  auto const from = memory_region::make(own, out, memory_access::write).value();
  auto const into = memory_region::make(own, in, memory_access::read).value();
  auto sent = cut<const_buffer>(out, 2, from);
  auto taken = cut<mutable_buffer>(in, 2, into);
  auto half_sent = sent;
  auto half_taken = taken;
  half_sent[1].registered = half_taken[0].registered = descriptor::none;
  BOOST_TEST((t->a->post_write(wrote, half_sent, there.at) == misuse::not_registered));
  BOOST_TEST((t->a->post_read(read, half_taken, there.at) == misuse::not_registered));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_read(read, taken, there.at); }));
  BOOST_TEST(!ended(*t, read));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_write(wrote, sent, there.at); }));
  BOOST_TEST(!ended(*t, wrote));
}

BOOST_AUTO_TEST_CASE(refuse_what_was_not_asked_for_and_whom_nobody_named) {
  remembered op;
  auto out = pattern(300);
  bytes in(300);
  auto const plain = two_over({"sockets", endpoint_type::rdm}, capability::msg);
  if (!plain) return;
  remote_memory const at{.at = plain->to_b};
  BOOST_TEST((plain->a->post_write(op, cut<const_buffer>(out, 2), at) == misuse::not_offered));
  BOOST_TEST((plain->a->post_read(op, cut<mutable_buffer>(in, 2), at) == misuse::not_offered));
  BOOST_TEST((plain->a->atomic<int>(atomic_op::sum, 1, at, soon()) == misuse::not_offered));
  auto const t = two_over({"sockets", endpoint_type::rdm}, rma | capability::atomic);
  auto const nowhere = std::errc::destination_address_required;
  BOOST_TEST((t->a->post_write(op, cut<const_buffer>(out, 2), {}) == nowhere));
  BOOST_TEST((t->a->post_read(op, cut<mutable_buffer>(in, 2), {}) == nowhere));
  BOOST_TEST((t->a->atomic<int>(atomic_op::sum, 1, {}, soon()) == nowhere));
  BOOST_TEST((t->a->atomic<int>(atomic_op::compare_swap, 1, {.at = t->to_b}, soon()) == misuse::not_offered));
}

BOOST_DATA_TEST_CASE(change_it_atomically_and_fetch_nothing, everything, over) {
  auto const t = two_over(over, atomics);
  if (t && answers_atomics(over) && offers(*t, over, atomic_op::sum)) add_up(*t);
}

BOOST_DATA_TEST_CASE(change_numbers_of_every_width_and_leave_their_neighbours_alone, everything, over) {
  auto const t = two_over(over, atomics);
  if (!t || !answers_atomics(over) || !offers(*t, over, atomic_op::write)) return;
  mover const moves(*t->b);
  overwrite<std::uint8_t>(*t, 7);
  overwrite<std::int16_t>(*t, -700);
  overwrite<std::uint32_t>(*t, 70'000);
  overwrite<std::int64_t>(*t, -7'000'000'000);
  overwrite<float>(*t, 0.5f);
  overwrite<double>(*t, -0.25);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
