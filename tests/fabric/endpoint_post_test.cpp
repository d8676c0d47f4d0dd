// SPDX-License-Identifier: MIT
#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_rma.h>

#include <array>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);
auto const unconnected = boost::unit_test::data::make(connectionless);

using some_tag = std::optional<std::uint64_t>;

// 300 bytes from two pieces of a's, into two pieces of b's. \return b's completion
completion carry_in_pieces(two& t, some_tag tag) {
  auto const out = pattern(300);
  bytes first(100), second(300);
  const_buffer const from[] = {{.bytes = std::span(out).first(150)}, {.bytes = std::span(out).subspan(150)}};
  mutable_buffer const into[] = {{.bytes = first}, {.bytes = second}};
  remembered sent, got;
  BOOST_REQUIRE(!t.b->post_receive(got, into, {.tag = tag}));
  BOOST_REQUIRE(!post(t, [&] { return t.a->post_send(sent, from, {.to = t.to_b, .tag = tag}); }));
  BOOST_REQUIRE(drive(t, got.done));
  BOOST_REQUIRE(drive(t, sent.done));
  BOOST_TEST(!sent.last().error);
  BOOST_TEST(std::equal(first.begin(), first.end(), out.begin()));
  BOOST_TEST(std::equal(out.begin() + 100, out.end(), second.begin()));
  return got.last();
}

bool takes_pieces(two const& t) { return t.a->info().iov_limit() >= 2 && t.b->info().receive_iov_limit() >= 2; }

// One injected message. \return b's completion
completion carry_injected(two& t, target to) {
  to.to = t.to_b;
  bytes in(8);
  remembered got;
  BOOST_REQUIRE(!t.b->post_receive(got, {.bytes = in}, {.tag = to.tag}));
  BOOST_REQUIRE(!post(t, [&] { return t.a->inject(pattern(5), to); }));
  BOOST_REQUIRE(drive(t, got.done));
  in.resize(got.last().bytes);
  BOOST_TEST((in == pattern(5)));
  return got.last();
}

// What is first to be received is of a third endpoint, which is not the first to send.
void take_turns_by_peer(two& t, some_tag tag) {
  auto const other = endpoint::open(t.a->domain(), t.a->info(), with_unique_name()).value();
  auto const from_other = t.b->peers()->insert(other->address()).value();
  auto const to_b = other->peers()->insert(t.b->address()).value();
  mover const moves(*other);
  remembered of_a, of_other;
  bytes in(8), in_other(8);
  BOOST_REQUIRE(!t.b->post_receive(of_other, {.bytes = in_other}, {.from = from_other, .tag = tag}));
  BOOST_REQUIRE(!t.b->post_receive(of_a, {.bytes = in}, {.from = t.to_a, .tag = tag}));
  BOOST_REQUIRE(!post(t, [&] { return t.a->inject(pattern(5), {.to = t.to_b, .tag = tag}); }));
  BOOST_REQUIRE(drive(t, of_a.done));
  BOOST_TEST(of_a.last().bytes == 5u);
  BOOST_TEST(!of_other.done);
  BOOST_REQUIRE(!post(t, [&] { return other->inject(pattern(6), {.to = to_b, .tag = tag}); }));
  BOOST_REQUIRE(drive(t, of_other.done));
  BOOST_TEST(of_other.last().bytes == 6u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(posting_calls)

BOOST_DATA_TEST_CASE(send_pieces_as_one_message_and_receive_one_into_pieces, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  if (!takes_pieces(*t)) return skip(over, "takes one piece at a time");
  BOOST_TEST(carry_in_pieces(*t, {}).bytes == 300u);
}

BOOST_DATA_TEST_CASE(send_pieces_with_a_tag_and_receive_them_by_it, everything, over) {
  auto const t = two_over(over, capability::msg | capability::tagged);
  if (!t) return;
  if (!takes_pieces(*t)) return skip(over, "takes one piece at a time");
  remembered other;
  bytes in(8);
  BOOST_REQUIRE(!t->b->post_receive(other, {.bytes = in}, {.tag = 8}));
  auto const got = carry_in_pieces(*t, 7);
  BOOST_TEST(got.bytes == 300u);
  BOOST_TEST(got.tag == 7u);
  BOOST_TEST(has(got.flags, completion_flag::tagged));
  BOOST_TEST(!other.done);
}

BOOST_DATA_TEST_CASE(refuse_more_pieces_than_there_may_be, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  std::vector<const_buffer> const from(t->a->info().iov_limit() + 1);
  std::vector<mutable_buffer> const into(t->a->info().receive_iov_limit() + 1);
  remembered op;
  BOOST_TEST((t->a->post_send(op, from, {.to = t->to_b}) == misuse::too_many_pieces));
  BOOST_TEST((t->a->post_receive(op, into, {}) == std::errc::argument_list_too_long));
}

BOOST_DATA_TEST_CASE(inject_up_to_the_limit_and_free_the_buffer_at_once, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto const limit = std::min<std::size_t>(t->a->inject_limit(), 4096);
  if (limit == 0) return skip(over, "injects nothing");
  auto out = pattern(limit);
  bytes in(limit + 1);
  remembered got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->inject(out, {.to = t->to_b}); }));
  std::ranges::fill(out, std::byte{0});
  BOOST_REQUIRE(drive(*t, got.done));
  in.resize(got.last().bytes);
  BOOST_TEST((in == pattern(limit)));
  BOOST_TEST((t->a->inject(bytes(t->a->inject_limit() + 1), {.to = t->to_b}) == std::errc::message_size));
}

BOOST_DATA_TEST_CASE(inject_data_beside_the_bytes, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  if (t->a->info().data_bytes() == 0) return skip(over, "has no remote completion queue data");
  BOOST_TEST(!has(carry_injected(*t, {}).flags, completion_flag::remote_cq_data));
  auto const got = carry_injected(*t, {.data = 0x1234});
  BOOST_TEST(has(got.flags, completion_flag::remote_cq_data));
  BOOST_TEST(got.data == 0x1234u);
}

BOOST_DATA_TEST_CASE(inject_with_a_tag, everything, over) {
  auto const t = two_over(over, capability::msg | capability::tagged);
  if (!t) return;
  auto const plain = carry_injected(*t, {.tag = 5});
  BOOST_TEST(plain.tag == 5u);
  BOOST_TEST(!has(plain.flags, completion_flag::remote_cq_data));
  auto const both = carry_injected(*t, {.tag = 6, .data = 7});
  BOOST_TEST(both.tag == 6u);
  BOOST_TEST(both.data == 7u);
}

BOOST_DATA_TEST_CASE(pass_flags_and_data_on, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  if (t->a->info().data_bytes() == 0) return skip(over, "has no remote completion queue data");
  auto const out = pattern(64);
  bytes in(64);
  for (bool const tagged : {false, true}) {
    if (tagged && !t->a->supports(capability::tagged)) continue;
    remembered sent, got;
    target to{.to = t->to_b, .data = 9, .flags = operation_flag::transmit_complete};
    origin from;
    if (tagged) to.tag = from.tag = 3;
    BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, from));
    BOOST_REQUIRE(!post(*t, [&] { return t->a->post_send(sent, {.bytes = out}, to); }));
    BOOST_REQUIRE(drive(*t, got.done));
    BOOST_REQUIRE(drive(*t, sent.done));
    BOOST_TEST(has(got.last().flags, completion_flag::remote_cq_data));
    BOOST_TEST(got.last().data == 9u);
    if (tagged) BOOST_TEST(got.last().tag == 3u);
  }
}

BOOST_DATA_TEST_CASE(want_registered_memory_where_the_provider_does, everything, over) {
  auto i = offered(over);
  if (!i) return;
  (*i)->domain_attr->mr_mode |= FI_MR_LOCAL;  // none here insists, so it is told to: what efa and verbs are like
  auto const t = two::of(*i);
  auto out = pattern(64);
  bytes in(64);
  remembered sent, got;
  BOOST_TEST((t->a->post_send(sent, {.bytes = out}, {.to = t->to_b}) == misuse::not_registered));
  // sockets does not pass it on to whom it accepts.
  if (t->b->info().registers_locally())
    BOOST_TEST((t->b->post_receive(got, {.bytes = in}, {}) == misuse::not_registered));
  auto const from = memory_region::make(t->a->domain(), out, memory_access::send).value();
  auto const into = memory_region::make(t->b->domain(), in, memory_access::recv).value();
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in, .registered = into.local()}, {}));
  BOOST_REQUIRE(
      !post(*t, [&] { return t->a->post_send(sent, {.bytes = out, .registered = from.local()}, {.to = t->to_b}); }));
  BOOST_REQUIRE(drive(*t, got.done));
  BOOST_REQUIRE(drive(*t, sent.done));
  BOOST_TEST((in == out));
  // The waiting forms see to it themselves.
  auto received = std::async(std::launch::async, [&] { return t->b->receive(in, {}, soon()); });
  BOOST_TEST(!t->a->send(out, {.to = t->to_b}, soon()));
  BOOST_TEST(received.get().has_value());
}

BOOST_DATA_TEST_CASE(receive_many_messages_into_one_buffer, unconnected, over) {
  auto const i = offered(over, capability::msg | capability::multi_recv);
  if (!i) return;
  auto const in_domain = domain::open(*i).value();
  auto bindings = with_unique_name();
  bindings.multi_recv_least = 64;
  auto t = std::make_unique<two>();
  t->a = endpoint::open(in_domain, *i, with_unique_name()).value();
  t->b = endpoint::open(in_domain, *i, std::move(bindings)).value();
  t->to_b = t->a->peers()->insert(t->b->address()).value();
  t->to_a = t->b->peers()->insert(t->a->address()).value();
  bytes room(4096);
  remembered got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = room}, {.flags = operation_flag::multi_recv}));
  for (int n = 0; n != 3; ++n) {
    auto const out = pattern(20 + static_cast<std::size_t>(n));
    BOOST_REQUIRE(!post(*t, [&] { return t->a->inject(out, {.to = t->to_b}); }));
    got.done = false;
    BOOST_REQUIRE(drive(*t, got.done));
    BOOST_TEST(got.last().bytes == out.size());
    BOOST_REQUIRE(got.last().at);
    BOOST_TEST(std::equal(out.begin(), out.end(), got.last().at));
    BOOST_TEST((got.last().at >= room.data() && got.last().at < room.data() + room.size()));
  }
}

BOOST_DATA_TEST_CASE(cancel_a_receive, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  bytes in(8);
  remembered got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
  if (auto const why = t->b->cancel(got)) {
    if (!skipped(over, {why, "fi_cancel"})) BOOST_ERROR(why.message());
    return;
  }
  BOOST_REQUIRE(drive(*t, got.done));
  BOOST_TEST((got.last().error == std::errc::operation_canceled));
}

BOOST_DATA_TEST_CASE(name_the_sender_where_the_provider_knows_it, unconnected, over) {
  auto const t = two_over(over, capability::msg | capability::source);
  if (!t) return;
  BOOST_TEST(t->b->receives()->sources() == !over.is("udp;ofi_rxd"));
  bytes in(8);
  remembered got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->inject(pattern(5), {.to = t->to_b}); }));
  BOOST_REQUIRE(drive(*t, got.done));
  BOOST_TEST((got.last().source == (t->b->receives()->sources() ? t->to_a : peer::any)));
}

BOOST_DATA_TEST_CASE(receive_from_one_peer_only, unconnected, over) {
  auto const t = two_over(over, capability::msg | capability::directed_recv);
  if (!t) return;
  if (!over.is("net") && !over.is("tcp")) return take_turns_by_peer(*t, {});
  bytes in(8);
  remembered got;
  mutable_buffer const whole{.bytes = in}, pieces[] = {whole, whole};
  BOOST_TEST(t->b->post_receive(got, whole, {.from = t->to_a}) == misuse::not_offered);  // it would take anybody's
  BOOST_TEST(t->b->post_receive(got, pieces, {.from = t->to_a}) == misuse::not_offered);
}

BOOST_DATA_TEST_CASE(receive_with_a_tag_from_one_peer_only, unconnected, over) {
  auto const t = two_over(over, capability::msg | capability::tagged | capability::directed_recv);
  if (t) take_turns_by_peer(*t, 4);
}

BOOST_DATA_TEST_CASE(end_in_the_order_of_the_messages, boost::unit_test::data::make(reliable), over) {
  constexpr std::size_t count = 8;
  auto const t = two_over(over);
  if (!t) return;
  std::array<remembered, count> got;
  std::array<bytes, count> in;
  for (std::size_t n = 0; n != count; ++n) {
    in[n].resize(64);
    BOOST_REQUIRE(!t->b->post_receive(got[n], {.bytes = in[n]}, {}));
  }
  for (std::size_t n = 0; n != count; ++n)
    BOOST_REQUIRE(!post(*t, [&] { return t->a->inject(pattern(n + 1), {.to = t->to_b}); }));
  BOOST_REQUIRE(drive(*t, got.back().done));
  for (std::size_t n = 0; n != count; ++n) {
    BOOST_REQUIRE(got[n].done);
    BOOST_TEST(got[n].last().bytes == n + 1);
    in[n].resize(n + 1);
    BOOST_TEST((in[n] == pattern(n + 1)));
  }
}

BOOST_DATA_TEST_CASE(end_in_queues_of_every_format, unconnected, over) {
  auto const i = offered(over);
  if (!i) return;
  for (auto const format : {queue_format::context, queue_format::msg, queue_format::data, queue_format::tagged,
                            queue_format::unspecified}) {
    std::array<remembered, 4> got;
    std::array<bytes, 4> in;
    auto const d = domain::open(*i).value();
    auto bindings = with_unique_name();
    bindings.sends = completion_queue::open(d, {.format = format}).value();
    auto const e = endpoint::open(d, *i, std::move(bindings)).value();
    auto const self = e->peers()->insert(e->address()).value();
    for (std::size_t n = 0; n != in.size(); ++n) {
      in[n].resize(8);
      BOOST_REQUIRE(!e->post_receive(got[n], {.bytes = in[n]}, {}));
    }
    for (std::size_t n = 0; n != in.size(); ++n) BOOST_TEST(!e->send(pattern(5), {.to = self}, soon()));
    for (auto& g : got) {
      BOOST_REQUIRE(!e->receives()->run_until(g.done, soon()));
      BOOST_TEST(g.all.size() == 1u);
      if (format != queue_format::context) BOOST_TEST(g.last().bytes == 5u);
    }
    BOOST_TEST(e->receives()->unclaimed() == 0u);
  }
}

BOOST_DATA_TEST_CASE(tell_tag_zero_from_no_tag, everything, over) {
  remembered plain, tagged, sent;
  bytes a(8), b(8);
  auto const out = pattern(8);
  auto const t = two_over(over, capability::msg | capability::tagged);
  if (!t) return;
  BOOST_REQUIRE(!t->b->post_receive(plain, {.bytes = a}, {}));
  BOOST_REQUIRE(!t->b->post_receive(tagged, {.bytes = b}, {.tag = 0}));
  BOOST_REQUIRE(!post(*t, [&] { return t->a->post_send(sent, {.bytes = out}, {.to = t->to_b, .tag = 0}); }));
  BOOST_REQUIRE(drive(*t, tagged.done));
  BOOST_REQUIRE(drive(*t, sent.done));
  BOOST_TEST(!plain.done);
}

BOOST_DATA_TEST_CASE(name_a_peer_where_there_is_no_connection, unconnected, over) {
  remembered op;
  auto out = pattern(5);
  auto const t = two_over(over);
  if (!t) return;
  auto const nowhere = std::errc::destination_address_required;
  BOOST_TEST((t->a->post_send(op, {.bytes = out}, {}) == nowhere));
  BOOST_TEST((t->a->inject(out, {}) == nowhere));
  BOOST_TEST((t->a->send(out, {}, soon()) == nowhere));
}

BOOST_AUTO_TEST_CASE(reach_libfabric_as_they_were_asked_for) {
  static std::uint64_t flags;
  remembered op;
  auto const out = pattern(1200);
  auto const t = two_over({"sockets", endpoint_type::rdm}, capability::msg | capability::rma);
  if (!t) return;
  auto* const ep = t->a->native_handle();
  auto* const real_msg = ep->msg;
  auto* const real_rma = ep->rma;
  auto msg = *real_msg;
  auto rma = *real_rma;
  msg.sendmsg = [](fid_ep*, fi_msg const*, std::uint64_t f) -> ssize_t { return flags = f, 0; };
  rma.writemsg = [](fid_ep*, fi_msg_rma const*, std::uint64_t f) -> ssize_t { return flags = f, 0; };
  msg.send = [](fid_ep*, void const*, std::size_t, void*, fi_addr_t, void*) -> ssize_t { return -FI_EAGAIN; };
  ep->msg = &msg;
  ep->rma = &rma;
  BOOST_TEST(!t->a->post_send(op, {.bytes = out}, {.to = t->to_b, .flags = operation_flag::transmit_complete}));
  BOOST_TEST(flags == (FI_TRANSMIT_COMPLETE | FI_COMPLETION));
  BOOST_TEST(!t->a->post_write(op, {.bytes = out}, {.at = t->to_b, .flags = operation_flag::delivery_complete}));
  BOOST_TEST(flags == (FI_DELIVERY_COMPLETE | FI_COMPLETION));
  // A queue that stays full ends at the deadline.
  BOOST_TEST((t->a->send(out, {.to = t->to_b}, {.until = 20ms}) == errc::timed_out));
  ep->msg = real_msg;
  ep->rma = real_rma;
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
