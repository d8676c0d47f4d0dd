// SPDX-License-Identifier: MIT
#include "core/errands.hpp"

#include <weft/pair.hpp>

#include "core/socket.hpp"
#include "support/scripted_source.hpp"
#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::core {

namespace {

/// Completes without a thread and without the loop.
struct arrival final : receive_operation {
  void complete() noexcept override { ++completed; }
  int completed = 0;
};

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  pair_socket s{home};
  std::shared_ptr<test::scripted_end> end;

  stage() {
    s.dial("script://peer");
    end = net.answer();
    net.turn();
  }
};

/// The same, and the connection has something that must be driven.
struct stage_with_a_lane {
  std::shared_ptr<test::scripted_source> source = std::make_shared<test::scripted_source>();
  std::shared_ptr<test::scripted_end> end = std::make_shared<test::scripted_end>();
  weft::engine home{{.helper = false}};
  test::script net{home};
  pair_socket s{home};

  stage_with_a_lane() {
    end->source = source.get();
    net.loop().add(source);
    s.dial("script://peer");
    net.answer(end, 1);
    net.turn();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(errands_)

BOOST_FIXTURE_TEST_CASE(who_rings_with_nothing_in_hand_answers_at_the_end, stage) {
  auto rx = s.receiver();
  arrival op;
  rx.start(op);
  net.turn();
  {
    errands const mine;
    end->say("hello");
    BOOST_TEST(op.completed == 0);
  }
  BOOST_TEST(op.completed == 1);
  BOOST_TEST(op.incoming.text() == "hello");
}

BOOST_FIXTURE_TEST_CASE(the_outermost_runs_them, stage) {
  auto rx = s.receiver();
  arrival op;
  rx.start(op);
  net.turn();
  {
    errands const outer;
    {
      errands const inner;
      end->say("hello");
    }
    BOOST_TEST(op.completed == 0);
  }
  BOOST_TEST(op.completed == 1);
}

// It would leave the lane with what only the next look at it finishes, and nobody comes to look.
BOOST_FIXTURE_TEST_CASE(only_the_helper_answers_for_who_has_lanes, stage_with_a_lane) {
  auto rx = s.receiver();
  arrival first, second;
  rx.start(first);
  net.turn();
  {
    errands const mine;
    end->say("for the loop");
  }
  BOOST_TEST(first.completed == 0);
  net.turn();
  BOOST_TEST(first.completed == 1);
  rx.start(second);
  net.turn();
  {
    errands const mine(errands::taker::helper);
    end->say("at once");
  }
  BOOST_TEST(second.completed == 1);
}

BOOST_FIXTURE_TEST_CASE(without_them_the_loop_answers, stage) {
  auto rx = s.receiver();
  arrival op;
  rx.start(op);
  net.turn();
  end->say("hello");
  BOOST_TEST(op.completed == 0);
  net.turn();
  BOOST_TEST(op.completed == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
