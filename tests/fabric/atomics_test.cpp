// SPDX-License-Identifier: MIT
// Atomic operations on a peer's memory, posted and waited for.
#include "support/face.hpp"

#include <weft/error.hpp>
#include <weft/fabric/version.hpp>

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);

using form = endpoint::atomic_form;

// Null, with the reason printed, where there are none.
std::unique_ptr<two> with_atomics(kind const& k) {
  auto t = two_over(k, capability::msg | capability::atomic);
  if (!t) return nullptr;
  if (k.is("udp;ofi_rxd") && running_version() < interface_version{2, 0})
    return skip(k, "of 1.17 answers zero, and crashes"), nullptr;
  if (t->a->atomic_limit(datatype::uint64, atomic_op::sum, form::fetch) == 0)
    return skip(k, "advertises atomics, and has none"), nullptr;
  return t;
}

// One operation at a time on all the elements, posted from registered memory of a's.
template <class Number, std::size_t Count>
struct elements {
  using values = std::array<Number, Count>;

  elements(two& over, values const& first) : t(over), theirs(over, sizeof first) {
    std::memcpy(theirs.bytes().data(), first.data(), sizeof first);
  }
  // \return what was there before, of those that fetch; else what the operand was
  values apply(form f, atomic_op op, values const& operand, values const& compare = {}) {
    place(0, operand);
    place(1, compare);
    atomic_request const r{.type = datatype_of<Number>,
                           .op = op,
                           .count = Count,
                           .operand = {part(0), local.local()},
                           .result = {part(2), local.local()},
                           .compare = {part(1), local.local()},
                           .at = theirs.at};
    remembered ended;
    BOOST_REQUIRE(!post(t, [&] {
      return f == form::plain   ? t.a->post_atomic(ended, r)
             : f == form::fetch ? t.a->post_fetch_atomic(ended, r)
                                : t.a->post_compare_atomic(ended, r);
    }));
    BOOST_REQUIRE(drive(t, ended.done));
    BOOST_TEST(!ended.last().error, ended.last().error.message());
    values got;
    std::memcpy(got.data(), part(f == form::plain ? 0 : 2).data(), sizeof got);
    return got;
  }
  // Nothing tells when a plain one is done there, but that a later one finds it.
  values now() { return apply(form::fetch, atomic_op::read, {}); }

  std::span<std::byte> part(std::size_t n) { return local.bytes().subspan(n * sizeof(values), sizeof(values)); }
  void place(std::size_t n, values const& v) { std::memcpy(part(n).data(), v.data(), sizeof v); }

  two& t;
  shared_memory theirs;
  memory_region local =
      memory_region::allocate(t.a->domain(), 3 * sizeof(values), memory_access::read | memory_access::write).value();
};

void add_and_swap(two& t) {
  mover const moves(*t.b);
  shared_memory const theirs(t, 64);
  std::uint64_t const value = 40;
  std::memcpy(theirs.bytes().data(), &value, sizeof value);
  BOOST_TEST(t.a->fetch_atomic<std::uint64_t>(atomic_op::sum, 2, theirs.at, soon()).value() == 40u);
  BOOST_TEST(t.a->compare_swap<std::uint64_t>(42, 7, theirs.at, soon()).value() == 42u);
  BOOST_TEST(t.a->compare_swap<std::uint64_t>(42, 8, theirs.at, soon()).value() == 7u);
  auto const refused = t.a->fetch_atomic<double>(atomic_op::bit_xor, 1, theirs.at, soon());
  BOOST_TEST((refused.error() == misuse::not_offered));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(atomics)

BOOST_DATA_TEST_CASE(are_waited_for, everything, over) {
  if (auto const t = with_atomics(over)) add_and_swap(*t);
}

BOOST_DATA_TEST_CASE(work_on_many_elements_at_once, everything, over) {
  auto const t = with_atomics(over);
  if (!t) return;
  elements<std::uint64_t, 4> e(*t, {1, 2, 3, 4});
  using values = decltype(e)::values;
  e.apply(form::plain, atomic_op::sum, {10, 20, 30, 40});
  BOOST_TEST(e.now() == (values{11, 22, 33, 44}), boost::test_tools::per_element());
  BOOST_TEST(e.apply(form::fetch, atomic_op::max, {100, 0, 100, 0}) == (values{11, 22, 33, 44}),
             boost::test_tools::per_element());
  BOOST_TEST(e.now() == (values{100, 22, 100, 44}), boost::test_tools::per_element());
  BOOST_TEST(
      e.apply(form::compare, atomic_op::compare_swap, {1, 1, 1, 1}, {100, 100, 0, 44}) == (values{100, 22, 100, 44}),
      boost::test_tools::per_element());
  BOOST_TEST(e.now() == (values{1, 22, 100, 1}), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(work_on_other_types, everything, over) {
  auto const t = with_atomics(over);
  if (!t) return;
  elements<std::int32_t, 3> ints(*t, {-1, 5, 0});
  ints.apply(form::plain, atomic_op::min, {-7, 7, -7});
  BOOST_TEST(ints.now() == (std::array{-7, 5, -7}), boost::test_tools::per_element());
  ints.apply(form::plain, atomic_op::write, {1, 2, 3});
  BOOST_TEST(ints.apply(form::fetch, atomic_op::bit_xor, {1, 1, 1}) == (std::array{1, 2, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(ints.now() == (std::array{0, 3, 2}), boost::test_tools::per_element());
  elements<double, 2> doubles(*t, {0.5, 2});
  BOOST_TEST(doubles.apply(form::fetch, atomic_op::product, {4, 0.25}) == (std::array{0.5, 2.}),
             boost::test_tools::per_element());
  BOOST_TEST(doubles.now() == (std::array{2., 0.5}), boost::test_tools::per_element());
  elements<std::uint8_t, 2> small(*t, {250, 1});
  small.apply(form::plain, atomic_op::sum, {10, 1});
  BOOST_TEST(small.now() == (std::array<std::uint8_t, 2>{4, 2}), boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE(have_a_limit_where_they_are_offered_and_none_elsewhere, everything, over) {
  auto const t = with_atomics(over);
  if (!t) return;
  auto const& a = *t->a;
  BOOST_TEST(a.atomic_limit(datatype::uint64, atomic_op::sum, form::plain) > 0u);
  BOOST_TEST(a.atomic_limit(datatype::uint64, atomic_op::read, form::fetch) > 0u);
  BOOST_TEST(a.atomic_limit(datatype::uint64, atomic_op::compare_swap, form::compare) > 0u);
  BOOST_TEST(a.atomic_limit(datatype::uint8, atomic_op::sum, form::fetch) >=
             a.atomic_limit(datatype::uint64, atomic_op::sum, form::fetch));
  BOOST_TEST(a.atomic_limit(datatype::float64, atomic_op::bit_xor, form::fetch) == 0u);
  BOOST_TEST(a.atomic_limit(datatype::uint64, atomic_op::read, form::plain) == 0u);
  BOOST_TEST(a.atomic_limit(datatype::uint64, atomic_op::compare_swap, form::plain) == 0u);
  BOOST_TEST(a.atomic_limit(datatype::uint64, atomic_op::sum, form::compare) == 0u);
}

BOOST_DATA_TEST_CASE(are_refused_above_their_limit, everything, over) {
  auto const t = with_atomics(over);
  if (!t) return;
  auto const limit = t->a->atomic_limit(datatype::uint64, atomic_op::sum, form::plain);
  auto const size = (limit + 1) * sizeof(std::uint64_t);
  shared_memory const theirs(*t, size);
  auto const local = memory_region::allocate(t->a->domain(), size, memory_access::write).value();
  remembered ended;
  atomic_request const r{.count = limit + 1, .operand = {local.bytes(), local.local()}, .at = theirs.at};
  BOOST_TEST((t->a->post_atomic(ended, r) == std::errc::message_size));
}

BOOST_DATA_TEST_CASE(of_an_endpoint_without_them_are_none, everything, over) {
  auto const t = two_over(over, capability::msg);
  if (!t) return;
  remembered op;
  for (auto const f : {form::plain, form::fetch, form::compare})
    BOOST_TEST(t->a->atomic_limit(datatype::uint64, atomic_op::sum, f) == 0u);
  BOOST_TEST((t->a->post_atomic(op, {}) == misuse::not_offered));
  BOOST_TEST((t->a->post_fetch_atomic(op, {}) == misuse::not_offered));
  BOOST_TEST((t->a->post_compare_atomic(op, {}) == misuse::not_offered));
}

BOOST_DATA_TEST_CASE(name_a_peer_where_there_is_no_connection, boost::unit_test::data::make(connectionless), over) {
  auto const t = two_over(over, capability::msg | capability::atomic);
  if (!t) return;
  remembered op;
  auto const nowhere = std::errc::destination_address_required;
  BOOST_TEST((t->a->post_atomic(op, {}) == nowhere));
  BOOST_TEST((t->a->post_fetch_atomic(op, {}) == nowhere));
  BOOST_TEST((t->a->post_compare_atomic(op, {}) == nowhere));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
