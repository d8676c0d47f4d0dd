// SPDX-License-Identifier: MIT
#include "lossy/connection.hpp"

#include "transports/inproc/manual_reactor.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

using namespace std::chrono_literals;
using test::socket_side;

/// The wrapped connection: it tells what the test wants told, and notes what is asked of it.
class scripted final : public ext::connection {
 public:
  void start(std::shared_ptr<ext::doorbell>) noexcept override { started = true; }
  bool progress(ext::connection_events& events) noexcept override {
    if (credit > 0) events.on_writable(std::exchange(credit, 0u));
    for (; next != arriving.size() && granted > 0; --granted) events.on_message(message(arriving[next++]));
    if (ended) events.on_closed(*std::exchange(ended, {}));
    return true;
  }
  bool send(message&& m) noexcept override {
    (sent += m.text()) += ' ';
    return true;
  }
  void grant(unsigned messages) noexcept override { granted += messages; }
  void finish() noexcept override { finished = true; }
  void close(std::error_code why) noexcept override {
    if (!closed) closed = why;
  }
  void flush() noexcept override { ++flushes; }
  std::size_t unconfirmed() const noexcept override { return 7; }
  std::size_t max_message() const noexcept override { return 1000; }
  std::string peer_address() const override { return "there"; }

  std::vector<std::string> arriving;
  std::size_t next = 0;
  std::optional<std::error_code> ended;
  unsigned credit = 0;
  unsigned granted = 0;
  unsigned flushes = 0;
  std::string sent;
  bool started = false;
  bool finished = false;
  std::optional<std::error_code> closed;
};

struct fixture {
  explicit fixture(lossy_options o = {}) : counters(std::make_shared<lossy_counters>()) { open(std::move(o), 1); }

  void open(lossy_options o, std::uint32_t number) {
    o.counters = counters;
    auto inner = std::make_unique<scripted>();
    in = inner.get();
    side.emplace(std::make_unique<lossy_connection>(loop, std::move(inner), o, dice(o.seed, number)));
    side->start();
    side->grant(1000);
  }
  void arrive(std::initializer_list<char const*> texts) {
    in->arriving.insert(in->arriving.end(), texts.begin(), texts.end());
    side->look();
  }
  void end(std::error_code why) {
    in->ended = why;
    side->look();
  }

  test::manual_reactor loop;
  std::shared_ptr<lossy_counters> counters;
  scripted* in = nullptr;
  std::optional<socket_side> side;
};

struct with_delay : fixture {
  with_delay() : fixture({.delay = 1, .pause = 10ms}) {}
};
struct with_drops : fixture {
  with_drops() : fixture({.drop = 1}) {}
};
struct with_one_credit : fixture {
  with_one_credit() : fixture({.most_credit = 1}) {}
};
struct short_lived : fixture {
  short_lived() : fixture({.reset = 1, .lifetime = 1}) {}
};

// What of "0 1 2 ... 99 " arrives on the connection of that seed and number.
std::string survivors(std::uint32_t seed, std::uint32_t number) {
  fixture f;
  f.open({.seed = seed, .drop = 0.3}, number);
  for (int i = 0; i != 100; ++i) f.in->arriving.push_back(std::to_string(i));
  f.side->look();
  return f.side->heard;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lossy_connections)

BOOST_FIXTURE_TEST_CASE(without_faults_everything_passes, fixture) {
  in->credit = 5;
  arrive({"1", "2", "3"});
  BOOST_TEST(side->heard == "1 2 3 ");
  BOOST_TEST(side->credit == 5u);
  side->send("x");
  BOOST_TEST(in->sent == "x ");
  side->finish();
  BOOST_TEST(in->finished);
  end({});
  BOOST_TEST(side->ends == 1u);
  BOOST_TEST(counters->arrived == 3u);
  BOOST_TEST(side->link->unconfirmed() == 7u);
  BOOST_TEST(side->link->max_message() == 1000u);
  BOOST_TEST(side->link->peer_address() == "lossy+there");
}

BOOST_FIXTURE_TEST_CASE(a_dropped_message_gives_its_grant_to_the_next, with_drops) {
  arrive({"1", "2"});
  BOOST_TEST(side->heard == "");
  BOOST_TEST(counters->dropped == 2u);
  BOOST_TEST(in->granted == 1000u);
}

BOOST_AUTO_TEST_CASE(the_seed_and_the_number_decide_what_is_dropped) {
  BOOST_TEST(survivors(1, 1) == survivors(1, 1));
  BOOST_TEST(survivors(1, 1) != survivors(1, 2));
  BOOST_TEST(survivors(1, 1) != survivors(2, 1));
}

BOOST_AUTO_TEST_CASE(about_as_much_is_dropped_as_was_asked_for) {
  std::size_t total = 0;
  for (std::uint32_t number = 0; number != 50; ++number) {
    auto const heard = survivors(1, number);
    total += static_cast<std::size_t>(std::ranges::count(heard, ' '));
  }
  BOOST_TEST(total > 3300u);
  BOOST_TEST(total < 3700u);
}

BOOST_FIXTURE_TEST_CASE(a_delayed_message_rings_when_its_time_has_come, with_delay) {
  arrive({"1"});
  loop.run();
  side->rang();
  loop.advance(9ms);
  BOOST_TEST(!side->rang());
  side->look();
  BOOST_TEST(side->heard == "");
  loop.advance(1ms);
  BOOST_TEST(side->rang());
  side->look();
  BOOST_TEST(side->heard == "1 ");
  BOOST_TEST(counters->delayed == 1u);
}

BOOST_FIXTURE_TEST_CASE(nothing_overtakes_a_delayed_message, with_delay) {
  arrive({"1"});
  loop.advance(5ms);
  arrive({"2", "3"});
  loop.advance(5ms);
  side->look();
  BOOST_TEST(side->heard == "1 ");
  loop.run();
  side->rang();
  loop.advance(5ms);
  BOOST_TEST(side->rang());
  side->look();
  BOOST_TEST(side->heard == "1 2 3 ");
}

BOOST_FIXTURE_TEST_CASE(what_is_held_back_comes_before_the_end, with_delay) {
  arrive({"1", "2"});
  end(errc::connection_reset);
  BOOST_TEST(side->heard == "1 2 ");
  BOOST_TEST(side->ends == 1u);
  BOOST_TEST((side->ended == make_error_code(errc::connection_reset)));
}

BOOST_FIXTURE_TEST_CASE(the_alarm_of_a_connection_that_is_gone_is_destroyed_on_the_loop, with_delay) {
  arrive({"1"});
  loop.run();
  BOOST_TEST(loop.alarms() == 1u);
  side.reset();
  BOOST_TEST(loop.alarms() == 1u);
  loop.run();
  BOOST_TEST(loop.alarms() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_alarm_that_comes_too_early_is_set_again, with_delay) {
  arrive({"1"});
  side->look();
  loop.advance(10ms);
  BOOST_TEST(side->rang());
  side->look();
  BOOST_TEST(side->heard == "1 ");
  loop.advance(10ms);
  BOOST_TEST(!side->rang());
}

BOOST_FIXTURE_TEST_CASE(credit_is_told_a_little_at_a_time, with_one_credit) {
  in->credit = 3;
  side->look();
  BOOST_TEST(side->credit == 1u);
  BOOST_TEST(counters->withheld == 1u);
  for (auto const* text : {"1", "2", "3"}) {
    side->rang();
    side->send(text);
    BOOST_TEST(side->credit == 0u);
    side->look();
  }
  BOOST_TEST(in->sent == "1 2 3 ");
  BOOST_TEST(side->credit == 0u);
}

BOOST_FIXTURE_TEST_CASE(credit_that_is_withheld_rings_after_a_send_and_not_inside_it, with_one_credit) {
  in->credit = 2;
  side->look();
  side->link->send(message("1"));
  BOOST_TEST(!side->rang());
  side->link->flush();
  BOOST_TEST(side->rang());
}

BOOST_FIXTURE_TEST_CASE(a_short_life_ends_in_a_reset, short_lived) {
  in->credit = 10;
  side->look();
  side->send("1");
  BOOST_TEST((in->closed == make_error_code(errc::connection_reset)));
  BOOST_TEST(counters->reset == 1u);
}

BOOST_FIXTURE_TEST_CASE(what_is_sent_after_the_reset_is_not_known_to_have_arrived, short_lived) {
  in->credit = 10;
  side->look();
  for (auto const* text : {"1", "2", "3"}) side->send(text);
  side->finish();
  BOOST_TEST(in->sent == "1 ");
  BOOST_TEST(side->link->unconfirmed() == 9u);
  BOOST_TEST(!in->finished);
  BOOST_TEST(counters->reset == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_message_that_arrives_ages_a_connection_too, short_lived) {
  arrive({"1"});
  BOOST_TEST(side->heard == "1 ");
  BOOST_TEST(in->closed.has_value());
}

BOOST_FIXTURE_TEST_CASE(every_flush_is_passed_on, fixture) {
  auto const before = in->flushes;
  side->link->flush();
  BOOST_TEST(in->flushes == before + 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
