// SPDX-License-Identifier: MIT
#include "protocols/req_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::protocols {

namespace {

using namespace std::chrono_literals;

auto const wrong_state = make_error_code(errc::wrong_state);
auto const connection_reset = make_error_code(errc::connection_reset);
auto const message_too_large = make_error_code(errc::message_too_large);

struct each_second : req_fixture {
  each_second() : req_fixture({.resend = {.every = 1s}}) {}
};
struct never : req_fixture {
  never() : req_fixture({.resend = resend_policy::never}) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(req_resend)

BOOST_FIXTURE_TEST_CASE(a_lost_peers_request_goes_to_the_next_one_at_once, each_second) {
  for (auto* p : {&a, &b, &c}) p->join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  BOOST_TEST(b.heard() == "q ");
  BOOST_TEST(id(b) == id(a));
  BOOST_TEST(c.count() == 0u);
  answer(b, "a");
  BOOST_TEST(receive(*x) == "a");
}

BOOST_FIXTURE_TEST_CASE(a_lost_peers_request_waits_for_the_next_one_to_have_room, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  BOOST_TEST(!x->can_receive());
  b.join(0);
  BOOST_TEST(b.count() == 0u);
  b.make_room();
  BOOST_TEST(b.heard() == "q ");
}

BOOST_FIXTURE_TEST_CASE(another_peers_loss_changes_nothing, each_second) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  b.leave();
  BOOST_TEST(a.count() == 1u);
  answer(a, "a");
  BOOST_TEST(receive(*x) == "a");
}

BOOST_FIXTURE_TEST_CASE(requests_are_sent_again_oldest_first_and_before_new_ones, each_second) {
  a.join();
  BOOST_TEST(!send(*y, "first"));
  BOOST_TEST(!send(*x, "second"));
  a.leave();
  host.woke_senders();
  b.join(1);
  BOOST_TEST(b.heard() == "first ");
  BOOST_TEST(!host.woke_senders());
  b.make_room(2);
  BOOST_TEST(b.heard() == "first second ");
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(x->can_send());
}

BOOST_FIXTURE_TEST_CASE(an_answered_request_is_not_sent_again, each_second) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  answer(a, "a");
  BOOST_TEST(host.alarms() == 0u);
  a.leave();
  host.advance(1min);
  BOOST_TEST(b.count() == 0u);
  BOOST_TEST(receive(*x) == "a");
}

BOOST_FIXTURE_TEST_CASE(an_unanswered_request_is_sent_again_in_time, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  host.advance(999ms);
  BOOST_TEST(a.count() == 1u);
  host.advance(1ms);
  BOOST_TEST(a.count() == 2u);
  BOOST_TEST(id(a, 1) == id(a, 0));
}

// T1: nng's REQ is overdue for ever after its first timer, and repeats itself at each tick.
BOOST_FIXTURE_TEST_CASE(the_time_starts_anew_with_each_transmission, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  for (std::size_t sent = 1; sent < 5; ++sent) {
    BOOST_TEST(a.count() == sent);
    host.advance(999ms);
    BOOST_TEST(a.count() == sent);
    host.advance(1ms);
  }
}

BOOST_FIXTURE_TEST_CASE(the_time_starts_anew_when_a_lost_peers_request_is_sent_again, each_second) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  host.advance(900ms);
  a.leave();
  BOOST_TEST(b.count() == 1u);
  host.advance(999ms);
  BOOST_TEST(b.count() == 1u);
  host.advance(1ms);
  BOOST_TEST(b.count() == 2u);
}

BOOST_FIXTURE_TEST_CASE(the_time_starts_anew_with_each_request, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "1"));
  host.advance(900ms);
  BOOST_TEST(!send(*x, "2"));
  host.advance(999ms);
  BOOST_TEST(a.heard() == "1 2 ");
  host.advance(1ms);
  BOOST_TEST(a.heard() == "1 2 2 ");
}

BOOST_FIXTURE_TEST_CASE(each_request_has_a_time_of_its_own, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "x"));
  host.advance(500ms);
  BOOST_TEST(!send(*y, "y"));
  host.advance(1s);
  BOOST_TEST(a.heard() == "x y x y ");
}

BOOST_FIXTURE_TEST_CASE(an_overdue_request_goes_to_the_next_peer_in_turn, each_second) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  host.advance(1s);
  BOOST_TEST(b.heard() == "q ");
  a.leave();  // no longer the one it went to last
  BOOST_TEST(b.count() == 1u);
  b.leave();
  c.join();
  BOOST_TEST(c.heard() == "q ");
}

BOOST_FIXTURE_TEST_CASE(an_overdue_request_waits_for_room_and_is_on_time_from_then, each_second) {
  a.join(1);
  BOOST_TEST(!send(*x, "q"));
  host.advance(10s);
  BOOST_TEST(a.count() == 1u);
  BOOST_TEST(host.alarms() == 0u);
  a.make_room(2);
  BOOST_TEST(a.count() == 2u);
  host.advance(1s);
  BOOST_TEST(a.count() == 3u);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_sent_again_to_peers_that_are_going, each_second) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  a.pipe.end_credit();
  b.pipe.end_credit();
  host.advance(1s);
  a.leave();
  BOOST_TEST(a.count() == 1u);
  BOOST_TEST(b.count() == 0u);
  BOOST_TEST(!x->can_send());
  BOOST_TEST(!x->can_receive());
  b.leave();
  c.join();
  BOOST_TEST(c.heard() == "q ");
}

BOOST_FIXTURE_TEST_CASE(a_late_reply_takes_an_overdue_request_out_of_the_line, each_second) {
  a.join(1);
  BOOST_TEST(!send(*x, "q"));
  host.advance(1s);
  answer(a, "late");
  BOOST_TEST(receive(*x) == "late");
  a.make_room();
  BOOST_TEST(a.count() == 1u);
}

BOOST_FIXTURE_TEST_CASE(the_first_reply_to_a_request_sent_twice_counts, each_second) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  host.advance(1s);
  answer(a, "slow");
  answer(b, "slower");
  BOOST_TEST(receive(*x) == "slow");
  BOOST_TEST(!send(*x, "q2"));
  BOOST_TEST(!x->can_receive());
}

BOOST_FIXTURE_TEST_CASE(giving_up_takes_a_request_out_of_the_line, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  x->abandon_receive();
  b.join();
  BOOST_TEST(b.count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_closed_context_takes_its_request_out_of_the_line, each_second) {
  a.join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  x.reset();
  b.join();
  BOOST_TEST(b.count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_request_too_large_for_the_peers_that_are_left_ends_in_that, each_second) {
  a.join();
  b.link.limit = 3;
  BOOST_TEST(!send(*x, "long"));
  BOOST_TEST(!send(*y, "sho"));
  a.leave();
  b.join();
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(fails(*x) == message_too_large);
  BOOST_TEST(fails(*x) == wrong_state);
  BOOST_TEST(b.heard() == "sho ");
  BOOST_TEST(host.alarms() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_large_body_is_kept_and_sent_again_without_a_copy, each_second) {
  a.join();
  message m = message::uninitialized(1000);
  auto const* const bytes = m.body().data();
  BOOST_TEST(!x->send(m));
  host.advance(1s);
  BOOST_TEST(a.link.sent[0].body().data() == bytes);
  BOOST_TEST(a.link.sent[1].body().data() == bytes);
}

BOOST_FIXTURE_TEST_CASE(the_body_is_let_go_with_the_reply, each_second) {
  a.join();
  message m = message::uninitialized(1000);
  BOOST_TEST(!x->send(m));
  BOOST_TEST(!a.link.sent[0].unique());
  answer(a, "a");
  BOOST_TEST(a.link.sent[0].unique());
}

BOOST_FIXTURE_TEST_CASE(without_resending_a_lost_peer_ends_the_request_once, never) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "q"));
  a.leave();
  BOOST_TEST(host.woke(*x));
  BOOST_TEST(b.count() == 0u);
  BOOST_TEST(fails(*x) == connection_reset);
  BOOST_TEST(fails(*x) == wrong_state);
}

BOOST_FIXTURE_TEST_CASE(without_resending_a_new_request_makes_the_loss_forgotten, never) {
  a.join();
  b.join();
  BOOST_TEST(!send(*x, "1"));
  a.leave();
  BOOST_TEST(!send(*x, "2"));
  answer(b, "to 2");
  BOOST_TEST(receive(*x) == "to 2");
  BOOST_TEST(fails(*x) == wrong_state);
}

BOOST_FIXTURE_TEST_CASE(without_resending_there_is_no_alarm_and_no_second_reference, never) {
  a.join();
  message m = message::uninitialized(1000);
  BOOST_TEST(!x->send(m));
  BOOST_TEST(host.alarms() == 0u);
  BOOST_TEST(a.link.sent[0].unique());
}

BOOST_AUTO_TEST_CASE(a_time_that_never_comes_sets_no_alarm) {
  req_fixture f({.resend = {.every = clock::duration::max()}});
  f.host.set_now(clock::time_point(1h));
  f.a.join();
  f.b.join();
  BOOST_TEST(!f.send(*f.x, "q"));
  BOOST_TEST(f.host.alarms() == 0u);
  f.a.leave();  // but a lost peer is another matter
  BOOST_TEST(f.b.heard() == "q ");
}

BOOST_FIXTURE_TEST_CASE(the_time_is_not_negative, req_fixture) {
  BOOST_CHECK_EXCEPTION(weft::req::make(host, {.resend = {.every = -1s}}), std::system_error,
                        [](std::system_error const& e) { return e.code() == make_error_code(errc::invalid_option); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
