// SPDX-License-Identifier: MIT
// When a request is sent again, and when it is given up.
#include "protocols/req_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

namespace weft::protocols {

namespace {

using namespace std::chrono_literals;

auto const wrong_state = make_error_code(errc::wrong_state);
auto const connection_reset = make_error_code(errc::connection_reset);
auto const gave_up = make_error_code(errc::gave_up);

struct three_tries : req_fixture {
  three_tries() : req_fixture({.resend = {.every = 1s, .tries = 3}}) {}
};
struct doubling : req_fixture {
  doubling() : req_fixture({.resend = {.every = 1s, .backoff = 2, .longest = 5s}}) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(req_policy)

BOOST_FIXTURE_TEST_CASE(a_request_is_given_up_when_its_last_try_has_had_its_time, three_tries) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  host.advance(2999ms);
  BOOST_TEST(a.count() == 3u);
  BOOST_TEST(!x->can_receive());
  host.advance(1ms);
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(a.count() == 3u);
  BOOST_TEST(fails(*x) == gave_up);
  BOOST_TEST(fails(*x) == wrong_state);
  BOOST_TEST(host.alarms() == 0u);
  answer(a, "too late", 2);
  BOOST_TEST((host.dropped().at(0).why == drop_reason::unasked));
}

BOOST_FIXTURE_TEST_CASE(a_reply_to_any_try_counts, three_tries) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  host.advance(2500ms);
  answer(a, "slow");
  BOOST_TEST(receive(*x) == "slow");
  host.advance(1min);
  BOOST_TEST(a.count() + b.count() == 3u);
}

BOOST_FIXTURE_TEST_CASE(a_lost_peer_costs_a_try_and_the_last_one_the_request, three_tries) {
  for (auto* p : {&a, &b, &c}) p->join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  b.leave();
  BOOST_TEST(c.heard() == "q ");
  BOOST_TEST(!x->can_receive());
  c.leave();
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(fails(*x) == gave_up);
}

BOOST_FIXTURE_TEST_CASE(each_request_has_all_its_tries, three_tries) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  host.advance(2500ms);
  BOOST_TEST(!send(*x, "2"));
  host.advance(2500ms);
  BOOST_TEST(a.heard() == "1 1 1 2 2 2 ");
}

BOOST_FIXTURE_TEST_CASE(a_request_in_line_is_not_given_up_while_it_has_tries, three_tries) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  BOOST_TEST(host.alarms() == 0u);
  host.advance(1min);
  BOOST_TEST(!x->can_receive());
  b.join();
  BOOST_TEST(b.heard() == "q ");
}

BOOST_FIXTURE_TEST_CASE(pauses_grow_up_to_the_longest, doubling) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  std::size_t sent = 1;
  for (auto const pause : {1s, 2s, 4s, 5s, 5s, 5s}) {
    host.advance(pause - 1ms);
    BOOST_TEST(a.count() == sent);
    host.advance(1ms);
    BOOST_TEST(a.count() == ++sent);
  }
  BOOST_TEST(!send(*x, "2"));  // starts anew
  host.advance(1s);
  BOOST_TEST(a.count() == sent + 2);
}

BOOST_AUTO_TEST_CASE(a_pause_that_outgrows_all_time_is_for_ever) {
  req_fixture f({.resend = {.every = 1h, .backoff = 1e300}});
  f.a.join();
  BOOST_TEST(!f.send(*f.x, "q"));
  f.host.advance(1h);
  BOOST_TEST(f.a.count() == 2u);
  BOOST_TEST(f.host.alarms() == 0u);
}

BOOST_AUTO_TEST_CASE(never_is_one_try_that_ends_with_its_peer) {
  req_fixture f({.resend = resend_policy::never});
  f.a.join();
  f.b.join();
  BOOST_TEST(!f.send(*f.x, "q"));
  f.host.advance(24h);
  BOOST_TEST(!f.x->can_receive());
  f.a.leave();
  BOOST_TEST(f.fails(*f.x) == connection_reset);
  BOOST_TEST(f.b.count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_context_may_have_a_policy_of_its_own, doubling) {
  auto z = weft::req::open(*protocol, {.resend = resend_policy::never});
  a.join();
  BOOST_TEST(!send(*x, "x"));
  BOOST_TEST(!send(*z, "z"));
  host.advance(1s);
  BOOST_TEST(a.heard() == "x z x ");
  a.leave();
  BOOST_TEST(fails(*z) == connection_reset);
  BOOST_TEST(!x->can_receive());
}

BOOST_FIXTURE_TEST_CASE(policies_have_ranges, req_fixture) {
  auto const is_invalid = [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); };
  for (resend_policy const& bad :
       {resend_policy{.every = -1ns}, {.backoff = 0.5}, {.backoff = std::nan("")}, {.every = 2s, .longest = 1s}}) {
    BOOST_CHECK_EXCEPTION(weft::req::make(host, {.resend = bad}), std::system_error, is_invalid);
    BOOST_CHECK_EXCEPTION(weft::req::open(*protocol, {.resend = bad}), std::system_error, is_invalid);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
