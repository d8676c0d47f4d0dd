// SPDX-License-Identifier: MIT
#include "support/face.hpp"

#include <weft/error.hpp>

namespace weft::fabric {

namespace {

std::unique_ptr<two> some() { return two_over({"sockets", endpoint_type::rdm}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(turns_at_a_queue)

BOOST_AUTO_TEST_CASE(end_with_what_was_waited_for_though_another_has_the_turn) {
  auto const t = some();
  if (!t) return;
  bytes in(8), other(8);
  remembered first, second;
  BOOST_REQUIRE(!t->b->post_receive(first, {.bytes = in}, {}));
  BOOST_REQUIRE(!t->b->post_receive(second, {.bytes = other}, {}));
  auto one = std::async(std::launch::async, [&] { return t->b->receives()->run_until(second.done, soon()); });
  auto two = std::async(std::launch::async, [&] { return t->b->receives()->run_until(first.done, soon()); });
  BOOST_TEST(!t->a->send(in, {.to = t->to_b}, soon()));
  BOOST_TEST(!two.get());
  BOOST_TEST(!second.done);
  BOOST_TEST(!t->a->send(in, {.to = t->to_b}, soon()));
  BOOST_TEST(!one.get());
}

BOOST_AUTO_TEST_CASE(pass_on_when_their_owner_gives_up) {
  auto const t = some();
  if (!t) return;
  bytes in(8);
  remembered got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
  std::atomic<bool> const never{false};
  std::stop_source stop;
  auto first =
      std::async(std::launch::async, [&] { return t->b->receives()->run_until(never, {.stop = stop.get_token()}); });
  auto second = std::async(std::launch::async, [&] { return t->b->receives()->run_until(got.done, soon()); });
  stop.request_stop();
  BOOST_TEST((first.get() == errc::canceled));
  BOOST_TEST(!t->a->send(in, {.to = t->to_b}, soon()));
  BOOST_TEST(!second.get());
}

BOOST_AUTO_TEST_CASE(look_once_when_the_deadline_has_passed) {
  auto const t = some();
  if (!t) return;
  bytes in(8);
  remembered got;
  BOOST_REQUIRE(!t->b->post_receive(got, {.bytes = in}, {}));
  BOOST_REQUIRE(!t->b->cancel(got));
  BOOST_TEST(!t->b->receives()->run_until(got.done, {.until = 0s}));
}

BOOST_AUTO_TEST_CASE(are_not_taken_for_what_is_done_or_late_or_stopped) {
  auto const t = some();
  if (!t) return;
  auto& q = *t->b->receives();
  std::atomic<bool> const yes{true}, no{false};
  std::stop_source stopped;
  stopped.request_stop();
  BOOST_TEST(!q.run_until(yes, {.stop = stopped.get_token()}));
  BOOST_TEST((q.run_until(no, {.stop = stopped.get_token(), .until = -1s}) == errc::canceled));
  BOOST_TEST((q.run_until(no, {.until = -1s}) == errc::timed_out));
  BOOST_TEST(q.dispatch() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
