// SPDX-License-Identifier: MIT
#include <weft/fabric/memory.hpp>

#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>

namespace weft::fabric {

namespace {

auto const rma_kinds = boost::unit_test::data::make(reliable);

auto const local_uses = memory_access::send | memory_access::recv | memory_access::read | memory_access::write;

std::shared_ptr<domain const> domain_over(kind const& k) {
  auto const i = offered(k, capability::msg | capability::rma);
  return i ? domain::open(*i).value() : nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_memory_region)

BOOST_DATA_TEST_CASE(has_the_key_that_was_asked_for_unless_the_provider_makes_them, rma_kinds, over) {
  auto const in = domain_over(over);
  if (!in) return;
  bytes memory(4096);
  region_options options;
  options.key = 0x4711;
  auto const r = memory_region::make(in, memory, memory_access::remote_read, options).value();
  if (!in->info().requires_memory(memory_mode::prov_key)) BOOST_TEST(r.key() == 0x4711u);
  BOOST_TEST(r.size() == 4096u);
  BOOST_TEST(r.bytes().data() == memory.data());
  bool const by_address = in->info().requires_memory(memory_mode::virt_addr);
  BOOST_TEST(r.address() == (by_address ? reinterpret_cast<std::uintptr_t>(memory.data()) : 0));
}

BOOST_DATA_TEST_CASE(describes_itself, rma_kinds, over) {
  auto const in = domain_over(over);
  if (!in) return;
  bytes memory(4096);
  region_options options;
  options.key = 0x4711;
  std::span<std::byte> const one[] = {memory};
  auto const r = memory_region::make(in, one, memory_access::send | memory_access::remote_read, options).value();
  auto const text = r.describe();
  BOOST_TEST(text.starts_with(over.provider + std::string(": 4096 bytes in 1 piece, for send, ")), text);
  BOOST_TEST(text.find("remote_read; key ") != text.npos, text);
  if (!in->info().requires_memory(memory_mode::prov_key)) BOOST_TEST(text.find("key 0x4711, ") != text.npos, text);
  BOOST_TEST(text.find("recv") == text.npos, text);
  BOOST_TEST(memory_region().describe() == "no memory");
}

BOOST_DATA_TEST_CASE(gets_a_key_of_its_own, rma_kinds, over) {
  auto const in = domain_over(over);
  if (!in) return;
  bytes memory(4096);
  auto const a = memory_region::make(in, memory, memory_access::remote_read).value();
  auto const b = memory_region::make(in, memory, memory_access::remote_read).value();
  BOOST_TEST(a.key() != b.key());
}

BOOST_DATA_TEST_CASE(is_not_empty_and_has_no_more_segments_than_the_provider_takes, rma_kinds, over) {
  auto const in = domain_over(over);
  if (!in) return;
  BOOST_TEST((memory_region::make(in, std::span<std::byte>(), memory_access::send).error().code ==
              std::errc::invalid_argument));
  bytes memory(4096);
  std::vector<std::span<std::byte>> const many(in->info().mr_iov_limit() + 1, std::span(memory).first(16));
  auto const refused = memory_region::make(in, many, memory_access::send);
  BOOST_TEST((refused.error().code == misuse::too_many_pieces));
  BOOST_TEST(refused.error().detail.find(over.provider) != std::string::npos);
  std::span<std::byte> const one[] = {memory};
  BOOST_TEST(memory_region::make(in, one, memory_access::send).value().size() == 4096u);
}

BOOST_AUTO_TEST_CASE(allows_what_it_was_registered_for_and_what_a_local_provider_needs) {
  auto i = offered({"sockets", endpoint_type::rdm}, capability::msg | capability::rma);
  if (!i) return;
  auto const plain = memory_region::allocate(domain::open(*i).value(), 64, memory_access::remote_read).value();
  BOOST_TEST(plain.allows(memory_access::remote_read));
  BOOST_TEST(!plain.allows(memory_access::remote_write));
  BOOST_TEST(!plain.allows(memory_access::send));
  (*i)->domain_attr->mr_mode |= FI_MR_LOCAL;
  auto const local = memory_region::allocate(domain::open(*i).value(), 64, memory_access::remote_read).value();
  BOOST_TEST(local.allows(memory_access::send | memory_access::recv | memory_access::read | memory_access::write));
  BOOST_TEST(!local.allows(memory_access::remote_write));
}

BOOST_AUTO_TEST_CASE(ends_with_the_last_that_has_it) {
  auto const i = offered({"sockets", endpoint_type::rdm});
  if (!i) return;
  auto in = domain::open(*i).value();
  std::weak_ptr<domain const> const watched = in;
  slice held;
  {
    auto const r = memory_region::allocate(std::move(in), 64, memory_access::send).value();
    held = {r, 0, 64};
  }
  BOOST_TEST(!watched.expired());
  BOOST_TEST(held.is_inside());
  held.offset = 1;
  BOOST_TEST(!held.is_inside());
  held = {};
  BOOST_TEST(watched.expired());
}

BOOST_DATA_TEST_CASE(of_several_pieces_has_slices_of_the_first_only, rma_kinds, over) {
  auto const t = two_over(over, capability::msg | capability::rma);
  if (!t) return;
  if (t->a->info().mr_iov_limit() < 2) return skip(over, "registers one piece at a time");
  bytes first(100), second(300);
  std::span<std::byte> const both[] = {first, second};
  auto const r = memory_region::make(t->a->domain(), both, local_uses).value();
  BOOST_TEST(r.size() == 400u);
  BOOST_TEST(r.bytes().size() == 100u);
  slice const last{r, 60, 40}, across{r, 60, 41}, behind{r, 200, 10};
  BOOST_TEST(last.is_inside());
  BOOST_TEST((t->a->send(across, {.to = t->to_b}, soon()) == misuse::outside_region));
  BOOST_TEST((t->a->receive(behind, {}, soon()).error() == misuse::outside_region));
}

BOOST_DATA_TEST_CASE(of_several_pieces_is_sent_from_and_received_into_by_each, rma_kinds, over) {
  auto const t = two_over(over, capability::msg | capability::rma);
  if (!t) return;
  if (t->a->info().mr_iov_limit() < 2) return skip(over, "registers one piece at a time");
  bytes first(100), second = pattern(300), in_first(100), in_second(300);
  std::span<std::byte> const from[] = {first, second}, into[] = {in_first, in_second};
  auto const out = memory_region::make(t->a->domain(), from, local_uses).value();
  auto const in = memory_region::make(t->b->domain(), into, local_uses).value();
  remembered sent, got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in_second, .registered = in.local()}, {}));
  BOOST_REQUIRE(
      !post(*t, [&] { return t->a->post_send(sent, {.bytes = second, .registered = out.local()}, {.to = t->to_b}); }));
  BOOST_REQUIRE(drive(*t, got.done));
  BOOST_REQUIRE(drive(*t, sent.done));
  BOOST_TEST((in_second == pattern(300)));
  BOOST_TEST((in_first == bytes(100)));
}

// A peer names the first byte of the second piece as the pieces follow each other, or by where it is.
BOOST_DATA_TEST_CASE(of_several_pieces_is_read_by_a_peer, rma_kinds, over) {
  auto const t = two_over(over, capability::msg | capability::rma);
  if (!t) return;
  auto const& i = t->b->info();
  if (i.mr_iov_limit() < 2) return skip(over, "registers one piece at a time");
  bytes first(100), second = pattern(300);
  std::span<std::byte> const both[] = {first, second};
  auto const theirs = memory_region::make(t->b->domain(), both, memory_access::remote_read).value();
  bool const by_address = i.requires_memory(memory_mode::virt_addr);
  auto const at = by_address ? reinterpret_cast<std::uintptr_t>(second.data()) : theirs.address() + first.size();
  mover const moves(*t->b);
  bytes in(300);
  auto const why = t->a->read(in, {.at = t->to_b, .address = at, .key = theirs.key()}, soon());
  if (over.is("sockets")) {  // goes by the distance in memory, and refuses what is behind the first piece
    BOOST_TEST((why == std::errc::permission_denied), why.message());
    return;
  }
  BOOST_TEST(!why, why.message());
  BOOST_TEST((in == pattern(300)));
}

BOOST_AUTO_TEST_CASE(that_is_none_has_nothing) {
  memory_region const none;
  BOOST_TEST(!none);
  BOOST_TEST(none.size() == 0u);
  BOOST_TEST((none.local() == descriptor::none));
  BOOST_TEST(!none.allows(memory_access::none | memory_access::send));
  BOOST_TEST(none.native_handle() == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
