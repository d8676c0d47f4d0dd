// SPDX-License-Identifier: MIT
#include "policy/distributor.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct fixture {
  struct route {
    route(policy::distributor& d, unsigned id, unsigned credit, std::size_t limit = 100)
        : pipe(pipe_id{id}, link, 128) {
      link.limit = limit;
      d.add(pipe);
      pipe.add_credit(credit);
    }
    std::string heard() const {
      std::string all;
      for (auto const& m : link.sent) all.append(m.text()) += ' ';
      return all;
    }
    test::scripted_connection link;
    ext::pipe pipe;
  };

  void send(std::string_view text, pipe_id except = {}) { out.send(message(text), except); }
  bool dropped(drop_reason why, unsigned id, std::string_view text) {
    auto const all = host.dropped();
    return all.size() == 1 && all[0].why == why && all[0].which == direction::outgoing && all[0].from == pipe_id{id} &&
           all[0].what.text() == text;
  }

  test::fake_host host;
  policy::distributor out{host, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(distributor, fixture)

BOOST_AUTO_TEST_CASE(everybody_gets_everything) {
  route a(out, 1, 9), b(out, 2, 9), c(out, 3, 9);
  send("1");
  send("2");
  for (auto* r : {&a, &b, &c}) BOOST_TEST(r->heard() == "1 2 ");
}

BOOST_AUTO_TEST_CASE(all_copies_share_one_body) {
  route a(out, 1, 9), b(out, 2, 9);
  out.send(message::uninitialized(100));
  BOOST_TEST(a.link.sent.at(0).body().data() == b.link.sent.at(0).body().data());
}

BOOST_AUTO_TEST_CASE(the_header_goes_along) {
  route a(out, 1, 9), b(out, 2, 9);
  out.send(test::with_header({7, 8}, "m"));
  for (auto* r : {&a, &b}) BOOST_TEST(r->link.sent.at(0).header().size() == 2u);
}

BOOST_AUTO_TEST_CASE(one_may_be_left_out) {
  route a(out, 1, 9), b(out, 2, 9), c(out, 3, 9);
  for (unsigned id : {1, 2, 3}) send(std::to_string(id), pipe_id{id});
  BOOST_TEST(a.heard() == "2 3 ");
  BOOST_TEST(b.heard() == "1 3 ");
  BOOST_TEST(c.heard() == "1 2 ");
}

BOOST_AUTO_TEST_CASE(what_a_connection_has_no_credit_for_waits_in_order) {
  route a(out, 1, 1);
  for (auto* text : {"1", "2", "3"}) send(text);
  BOOST_TEST(a.heard() == "1 ");
  a.pipe.add_credit(1);
  out.writable(a.pipe);
  BOOST_TEST(a.heard() == "1 2 ");
  send("4");
  a.pipe.add_credit(5);
  out.writable(a.pipe);
  BOOST_TEST(a.heard() == "1 2 3 4 ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(what_finds_the_queue_full_is_dropped_for_this_peer_only) {
  route slow(out, 1, 0), fast(out, 2, 9);
  for (auto* text : {"1", "2"}) send(text);
  BOOST_TEST(host.dropped().empty());
  send("3");
  BOOST_TEST(dropped(drop_reason::full, 1, "3"));
  slow.pipe.add_credit(9);
  out.writable(slow.pipe);
  BOOST_TEST(slow.heard() == "1 2 ");
  BOOST_TEST(fast.heard() == "1 2 3 ");
}

BOOST_AUTO_TEST_CASE(a_message_over_a_peers_limit_is_dropped_for_this_peer_only) {
  route small(out, 1, 9, 3), large(out, 2, 9);
  send("long");
  BOOST_TEST(dropped(drop_reason::too_large, 1, "long"));
  BOOST_TEST(large.heard() == "long ");
}

BOOST_AUTO_TEST_CASE(a_message_over_every_limit_is_known_beforehand) {
  BOOST_TEST(!out.refuses(1000));  // nobody is there who would
  route small(out, 1, 9, 3), large(out, 2, 9, 5);
  BOOST_TEST(!out.refuses(5));
  BOOST_TEST(out.refuses(6));
}

BOOST_AUTO_TEST_CASE(a_message_for_nobody_is_dropped) {
  send("1");
  BOOST_TEST(dropped(drop_reason::no_peer, 0, "1"));
  route a(out, 1, 9);
  send("2", pipe_id{1});
  BOOST_TEST(dropped(drop_reason::no_peer, 0, "2"));
}

BOOST_AUTO_TEST_CASE(what_waits_for_who_goes_is_dropped) {
  route a(out, 1, 0), b(out, 2, 9);
  send("1");
  out.remove(a.pipe);
  BOOST_TEST(dropped(drop_reason::peer_gone, 1, "1"));
  send("2");
  BOOST_TEST(b.heard() == "1 2 ");
}

BOOST_AUTO_TEST_CASE(counts_what_waits) {
  route a(out, 1, 0), b(out, 2, 0), c(out, 3, 9);
  for (auto* text : {"1", "2", "3"}) send(text);
  BOOST_TEST(out.queued() == 4u);
  a.pipe.add_credit(1);
  out.writable(a.pipe);
  BOOST_TEST(out.queued() == 3u);
  out.remove(b.pipe);
  BOOST_TEST(out.queued() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
