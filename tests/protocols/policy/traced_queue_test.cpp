// SPDX-License-Identifier: MIT
#include "policy/traced_queue.hpp"

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

using test::word;

constexpr std::uint32_t id = 0x8000'0007;

struct source {
  explicit source(unsigned n) : pipe(pipe_id{n}, link, 128) {}
  test::scripted_connection link;
  ext::pipe pipe;
};

struct fixture {
  void deliver(source& from, std::string const& bytes) {
    from.pipe.deliver(message(bytes));
    queue.add(from.pipe);
  }
  void say(source& from, std::string_view text) { deliver(from, word(id).append(text)); }
  std::string drain() {
    std::string all;
    while (!queue.empty()) all.append(queue.receive().text()) += ' ';
    return all;
  }

  test::fake_host host;
  source a{1}, b{2};
  policy::traced_queue queue{host, 2};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(traced_queue, fixture)

BOOST_AUTO_TEST_CASE(gives_out_messages_in_turn_with_their_stack_in_the_header) {
  for (auto* text : {"a1", "a2"}) say(a, text);
  deliver(b, word(5) + word(id) + "b1");
  BOOST_TEST(queue.receive().text() == "a1");
  auto const m = queue.receive();
  BOOST_TEST(m.text() == "b1");
  BOOST_TEST(m.header().size() == 2u);
  BOOST_TEST(m.header().words()[0] == 5u);
  BOOST_TEST(drain() == "a2 ");
}

BOOST_AUTO_TEST_CASE(gives_out_the_pipe_for_who_wants_it) {
  for (auto* text : {"a1", "a2"}) say(a, text);
  ext::pipe& p = queue.next();
  BOOST_TEST(&p == &a.pipe);
  BOOST_TEST(p.receive().text() == "a1");
  queue.add(p);
  BOOST_TEST(drain() == "a2 ");
}

BOOST_AUTO_TEST_CASE(what_came_too_far_is_dropped_and_what_stands_behind_it_served) {
  deliver(a, word(1) + word(2) + word(id) + "far");
  say(a, "near");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::too_many_hops && gone[0].which == direction::incoming));
  BOOST_TEST((gone[0].from == pipe_id{1}));
  BOOST_TEST(drain() == "near ");
  BOOST_TEST(!a.link.closed);
}

BOOST_AUTO_TEST_CASE(nonsense_closes_its_pipe_and_nothing_behind_it_is_served) {
  say(a, "good");
  deliver(a, "bad");
  say(a, "late");
  say(b, "other");
  BOOST_TEST(!a.link.closed);
  BOOST_TEST(drain() == "good other ");
  BOOST_TEST((a.link.closed == make_error_code(errc::malformed)));
  queue.remove(a.pipe);
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::malformed));
  BOOST_TEST(gone[0].what.text() == "bad");
  BOOST_TEST(a.pipe.held() == 1u);  // the socket's to count
}

BOOST_AUTO_TEST_CASE(a_kept_pipe_leaves_what_makes_sense) {
  for (auto* text : {"a1", "a2"}) say(a, text);
  deliver(a, word(1) + word(2) + word(id) + "far");
  say(a, "a3");
  deliver(a, "bad");
  say(a, "late");
  say(b, "b1");
  queue.keep(a.pipe);
  BOOST_TEST(drain() == "a1 a2 a3 b1 ");
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 2u);
  BOOST_TEST((gone[0].why == drop_reason::too_many_hops));
  BOOST_TEST((gone[1].why == drop_reason::malformed));
}

BOOST_AUTO_TEST_CASE(is_full_above_4096_kept_messages) {
  for (int i = 0; i < 4097; ++i) say(a, "m");
  BOOST_TEST(!queue.full());
  queue.keep(a.pipe);
  BOOST_TEST(queue.full());
  queue.receive();
  BOOST_TEST(!queue.full());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
