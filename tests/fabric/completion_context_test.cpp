// SPDX-License-Identifier: MIT
#include <weft/fabric/completion_context.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>

namespace weft::fabric {

namespace {

auto const rdm = boost::unit_test::data::make(reliable_datagrams);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_completion_context)

BOOST_DATA_TEST_CASE(is_for_one_operation_at_a_time_and_then_for_another, rdm, over) {
  auto const t = two_over(over);
  if (!t) return;
  mover const moves(*t->b);
  completion_context c;
  BOOST_TEST(!t->b->start_receive(c, 64, {}));
  BOOST_TEST(c.is_busy());
  BOOST_TEST((t->b->start_receive(c, 64, {}) == misuse::context_busy));
  for (int n = 0; n != 3; ++n) {
    BOOST_TEST(!t->a->send(pattern(20), {.to = t->to_b}, soon()));
    BOOST_REQUIRE(!c.wait(*t->b->receives(), soon()));
    BOOST_TEST((bytes(c.bytes().begin(), c.bytes().end()) == pattern(20)));
    BOOST_TEST(!t->b->start_receive(c, 64, {}));
  }
}

BOOST_DATA_TEST_CASE(keeps_what_is_sent_so_that_its_caller_may_change_it, rdm, over) {
  auto const t = two_over(over);
  if (!t) return;
  completion_context sent, got;
  BOOST_REQUIRE(!t->b->start_receive(got, 9000, {}));
  auto out = pattern(8000);
  BOOST_REQUIRE(!post(*t, [&] { return t->a->start_send(sent, out, {.to = t->to_b}); }));
  std::ranges::fill(out, std::byte{0});
  auto has_left = std::async(std::launch::async, [&] { return sent.wait(*t->a->sends(), soon()); });
  BOOST_REQUIRE(!got.wait(*t->b->receives(), soon()));
  BOOST_TEST(!has_left.get());
  BOOST_TEST((bytes(got.bytes().begin(), got.bytes().end()) == pattern(8000)));
}

BOOST_DATA_TEST_CASE(serves_endpoints_of_several_domains, rdm, over) {
  auto i = offered(over);
  if (!i) return;
  auto const plain = two::of(*i);
  (*i)->domain_attr->mr_mode |= FI_MR_LOCAL;  // this one, and those after it, want every buffer registered
  auto const first = two::of(*i), second = two::of(*i);
  completion_context c;
  for (auto const* t : {plain.get(), first.get(), second.get(), plain.get()}) {
    auto const why = t->b->start_receive(c, 64, {});
    BOOST_TEST_REQUIRE(!why, why.message());
    mover const moves(*t->b);
    BOOST_TEST(!t->a->send(pattern(20), {.to = t->to_b}, soon()));
    BOOST_REQUIRE(!c.wait(*t->b->receives(), soon()));
    BOOST_TEST((bytes(c.bytes().begin(), c.bytes().end()) == pattern(20)));
  }
}

BOOST_DATA_TEST_CASE(tells_once_for_each_operation, rdm, over) {
  auto const t = two_over(over);
  if (!t) return;
  completion_context c;
  std::atomic<int> told{0};
  c.on_complete([&](completion const& how) {
    BOOST_TEST((how.error == std::errc::operation_canceled));
    ++told;
  });
  for (int n = 1; n != 3; ++n) {
    BOOST_REQUIRE(!t->b->start_receive(c, 64, {}));
    BOOST_REQUIRE(!t->b->cancel(c));
    BOOST_REQUIRE(!c.wait(*t->b->receives(), soon()));
    while (told != n) std::this_thread::yield();
  }
}

BOOST_DATA_TEST_CASE(that_is_released_is_told_of_nothing_and_used_no_more, rdm, over) {
  auto const t = two_over(over);
  if (!t) return;
  int told = 0, cleaned = 0;
  {
    completion_context c;
    c.value() = std::string("mine");
    c.on_complete([&](completion const&) { ++told; });
    c.add_cleanup([&] { ++cleaned; });
    BOOST_REQUIRE(!t->b->start_receive(c, 64, {}));
    BOOST_TEST(std::any_cast<std::string>(c.value()) == "mine");
    c.release();
    c.release();
    BOOST_TEST(c.is_released());
    BOOST_TEST((t->b->start_receive(c, 64, {}) == misuse::context_released));
    BOOST_REQUIRE(!t->b->cancel(c));
    BOOST_REQUIRE(!c.wait(*t->b->receives(), soon()));
  }
  while (cleaned == 0) t->b->receives()->dispatch();
  BOOST_TEST(told == 0);
  BOOST_TEST(cleaned == 1);
}

BOOST_DATA_TEST_CASE(may_go_away_while_it_is_busy, rdm, over) {
  auto const t = two_over(over);
  if (!t) return;
  int cleaned = 0;
  {
    completion_context c;
    c.add_cleanup([&] { ++cleaned; });
    BOOST_REQUIRE(!t->b->start_receive(c, 64, {}));
  }
  BOOST_TEST(cleaned == 0);
  t->b.reset();
  BOOST_TEST(cleaned == 1);
}

BOOST_DATA_TEST_CASE(ends_as_closed_with_its_endpoint, rdm, over) {
  auto const t = two_over(over);
  if (!t) return;
  completion_context c;
  std::error_code how;
  c.on_complete([&](completion const& end) { how = end.error; });
  BOOST_REQUIRE(!t->b->start_receive(c, 64, {}));
  t->b.reset();
  BOOST_TEST(!c.is_busy());
  BOOST_TEST((how == errc::closed));
  BOOST_TEST((c.last().error == errc::closed));
}

BOOST_AUTO_TEST_CASE(is_found_again_from_what_a_queue_gives) {
  auto const t = two_over({"sockets", endpoint_type::rdm});
  if (!t) return;
  completion_context c;
  c.value() = 7;
  remembered plain;
  BOOST_REQUIRE(!t->b->start_receive(c, 64, {}));
  BOOST_REQUIRE(!t->b->cancel(c));
  std::array<entry, 4> some;
  std::size_t n = 0;
  for (auto const end = clock::now() + 20s; n == 0 && clock::now() < end;) n = t->b->receives()->read(some);
  BOOST_REQUIRE(n == 1u);
  auto again = completion_context::of(*some[0].op);
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST(std::any_cast<int>(again->value()) == 7);
  again->release();
  BOOST_TEST(!completion_context::of(*some[0].op).has_value());
  BOOST_TEST(!completion_context::of(plain).has_value());
  some[0].complete();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
