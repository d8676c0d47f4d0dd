// SPDX-License-Identifier: MIT
#include "policy/checked_queue.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

/// What begins with ! is malformed, and with > too long.
struct first_letter {
  policy::backtrace operator()(message& m) const {
    if (m.text().starts_with('!')) return policy::backtrace::malformed;
    return m.text().starts_with('>') ? policy::backtrace::too_long : policy::backtrace::complete;
  }
};

struct fixture {
  struct source {
    explicit source(unsigned id) : pipe(pipe_id{id}, link, 128) {}
    bool was_closed() const { return link.closed == make_error_code(errc::malformed); }
    test::scripted_connection link;
    ext::pipe pipe;
  };

  void say(source& from, std::initializer_list<std::string_view> texts) {
    for (auto const text : texts) {
      from.pipe.deliver(message(text));
      queue.add(from.pipe);
    }
  }
  std::string drain() {
    std::string all;
    while (!queue.empty()) all.append(test::received(queue).text()) += ' ';
    return all;
  }
  /// What was dropped: by whom, how, and the text.
  std::string dropped() {
    std::string all;
    for (auto const& d : host.dropped()) {
      BOOST_TEST((d.which == direction::incoming));
      all += std::to_string(static_cast<unsigned>(d.from)) + ':';
      all += d.why == drop_reason::malformed       ? "malformed:"
             : d.why == drop_reason::too_many_hops ? "too_many_hops:"
                                                   : "?:";
      all.append(d.what.text()) += ' ';
    }
    return all;
  }

  test::fake_host host;
  policy::checked_queue<first_letter> queue{host, {}};
  source a{1}, b{2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(checked_queue, fixture)

BOOST_AUTO_TEST_CASE(pipes_take_turns) {
  say(a, {"a1", "a2", "a3"});
  say(b, {"b1", "b2"});
  BOOST_TEST(drain() == "a1 b1 a2 b2 a3 ");
}

BOOST_AUTO_TEST_CASE(who_joins_or_leaves_moves_nobodys_turn) {
  source c{3};
  say(a, {"a1", "a2"});
  say(b, {"b1", "b2"});
  BOOST_TEST(test::received(queue).text() == "a1");
  say(c, {"c1"});
  queue.remove(b.pipe);
  BOOST_TEST(drain() == "a2 c1 ");
  BOOST_TEST(dropped().empty());
  BOOST_TEST(b.pipe.held() == 2u);  // the socket's to count
}

BOOST_AUTO_TEST_CASE(what_came_too_far_is_dropped_and_its_peer_kept) {
  say(a, {">1", "a1", ">2", ">3", "a2"});
  BOOST_TEST(drain() == "a1 a2 ");
  BOOST_TEST(dropped() == "1:too_many_hops:>1 1:too_many_hops:>2 1:too_many_hops:>3 ");
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(a_malformed_message_closes_its_pipe_when_its_turn_comes) {
  say(a, {"a1", "!", "a2"});
  say(b, {"b1"});
  BOOST_TEST(!a.was_closed());
  BOOST_TEST(test::received(queue).text() == "a1");
  BOOST_TEST(a.was_closed());
  BOOST_TEST(drain() == "b1 ");
  say(a, {"late"});
  BOOST_TEST(queue.empty());
  queue.remove(a.pipe);
  BOOST_TEST(dropped() == "1:malformed:! ");
  BOOST_TEST(a.pipe.held() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_kept_of_who_goes_comes_first) {
  say(a, {"a1", ">", "a2"});
  say(b, {"b1"});
  queue.keep(a.pipe);
  BOOST_TEST(drain() == "a1 a2 b1 ");
  BOOST_TEST(dropped() == "1:too_many_hops:> ");
}

BOOST_AUTO_TEST_CASE(nothing_behind_a_malformed_message_is_kept) {
  say(a, {"a1", "!", "a2"});
  queue.keep(a.pipe);
  BOOST_TEST(drain() == "a1 ");
  BOOST_TEST(dropped() == "1:malformed:! ");
  BOOST_TEST(a.pipe.held() == 1u);
}

BOOST_AUTO_TEST_CASE(gives_out_the_pipe_for_who_wants_it) {
  say(a, {"a1", ">", "a2"});
  ext::pipe& p = queue.next();
  BOOST_TEST(&p == &a.pipe);
  BOOST_TEST(p.receive().text() == "a1");
  queue.add(p);
  BOOST_TEST(drain() == "a2 ");
}

BOOST_AUTO_TEST_CASE(is_full_when_too_much_is_kept) {
  for (int i = 0; i < 4097; ++i) say(a, {"m"});
  BOOST_TEST(!queue.full());
  queue.keep(a.pipe);
  BOOST_TEST(queue.full());
  test::received(queue);
  BOOST_TEST(!queue.full());
}

BOOST_AUTO_TEST_CASE(the_stack_of_a_request_is_gathered) {
  policy::stack_within const two{2};
  message m(test::word(5) + test::word(0x8000'0001) + "body");
  BOOST_TEST((two(m) == policy::backtrace::complete));
  BOOST_TEST(m.header().size() == 2u);
  BOOST_TEST(m.text() == "body");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
