// SPDX-License-Identifier: MIT
#include "policy/outbox.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct sink {
  explicit sink(unsigned id) : pipe(pipe_id{id}, link, 128) {}
  std::string heard() const {
    std::string all;
    for (auto const& m : link.sent) all.append(m.text()) += ' ';
    return all;
  }
  test::scripted_connection link;
  ext::pipe pipe;
};

struct fixture {
  void make_room(policy::outbox& of, sink& to, unsigned sends) {
    to.pipe.add_credit(sends);
    of.writable(to.pipe);
  }
  std::error_code send(policy::outbox& through, std::string_view text) {
    BOOST_TEST_REQUIRE(through.can_send());
    message m(text);
    return through.send(m);
  }

  test::fake_host host;
  sink a{1}, b{2};
  policy::outbox direct{host, 0, policy::headers::cleared}, buffered{host, 3, policy::headers::cleared};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbox, fixture)

BOOST_AUTO_TEST_CASE(without_a_queue_it_takes_what_a_peer_takes) {
  BOOST_TEST(!direct.can_send());
  BOOST_TEST(direct.why_not() == make_error_code(errc::no_peers));
  direct.attach(a.pipe);
  BOOST_TEST(direct.why_not() == make_error_code(errc::peers_full));
  make_room(direct, a, 1);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(!send(direct, "1"));
  BOOST_TEST(!direct.can_send());
  BOOST_TEST(a.heard() == "1 ");
  BOOST_TEST(direct.queued() == 0u);
  direct.detach(a.pipe);
  BOOST_TEST(direct.why_not() == make_error_code(errc::no_peers));
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_room_from_the_start_is_used) {
  a.pipe.add_credit(1);
  direct.attach(a.pipe);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(direct.can_send());
}

BOOST_AUTO_TEST_CASE(the_queue_takes_its_number_and_goes_out_in_order) {
  for (auto* text : {"1", "2", "3"}) BOOST_TEST(!send(buffered, text));
  BOOST_TEST(buffered.queued() == 3u);
  BOOST_TEST(!buffered.can_send());
  buffered.attach(a.pipe);
  make_room(buffered, a, 2);
  BOOST_TEST(host.woke_senders());
  BOOST_TEST(a.heard() == "1 2 ");
  BOOST_TEST(!send(buffered, "4"));
  make_room(buffered, a, 5);
  BOOST_TEST(!send(buffered, "5"));
  BOOST_TEST(a.heard() == "1 2 3 4 5 ");
  BOOST_TEST(buffered.queued() == 0u);
}

BOOST_AUTO_TEST_CASE(the_queue_goes_to_whoever_comes) {
  buffered.attach(a.pipe);
  for (auto* text : {"1", "2"}) BOOST_TEST(!send(buffered, text));
  buffered.detach(a.pipe);
  b.pipe.add_credit(10);
  buffered.attach(b.pipe);
  BOOST_TEST(b.heard() == "1 2 ");
}

BOOST_AUTO_TEST_CASE(who_is_refused_has_its_message_as_it_was) {
  a.link.limit = 3;
  a.pipe.add_credit(2);
  buffered.attach(a.pipe);
  message m = test::with_header({7}, "long");
  BOOST_TEST(buffered.send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "long");
  BOOST_TEST(m.header().top() == 7u);
  BOOST_TEST(buffered.queued() == 0u);
}

BOOST_AUTO_TEST_CASE(what_was_queued_and_is_too_large_for_who_comes_holds_up_nobody) {
  for (auto* text : {"long", "sho"}) BOOST_TEST(!send(buffered, text));
  a.link.limit = 3;
  a.pipe.add_credit(10);
  buffered.attach(a.pipe);
  BOOST_TEST(a.heard() == "sho ");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::too_large && gone[0].which == direction::outgoing));
  BOOST_TEST(gone[0].what.text() == "long");
}

BOOST_AUTO_TEST_CASE(an_old_header_is_left_behind_or_taken_along) {
  policy::outbox raw{host, 1, policy::headers::kept};
  for (auto* box : {&buffered, &raw}) {
    sink to{3};
    to.pipe.add_credit(1);
    message m = test::with_header({1, 2}, "body");
    BOOST_TEST(!box->send(m));
    box->attach(to.pipe);
    BOOST_TEST(to.link.sent.at(0).header().size() == (box == &raw ? 2u : 0u));
    box->detach(to.pipe);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
