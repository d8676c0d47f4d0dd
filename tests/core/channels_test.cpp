// SPDX-License-Identifier: MIT
#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/push.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>

#include "core/socket.hpp"
#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace weft::core {

namespace {

struct arrival final : receive_operation {
  void complete() noexcept override { completed.fetch_add(1); }
  std::atomic<int> completed{0};
};
struct departure final : send_operation {
  explicit departure(std::string_view text) : mine(text) { outgoing = &mine; }
  void complete() noexcept override { completed.fetch_add(1); }
  message mine;
  std::atomic<int> completed{0};
};
struct flag final : ext::signal {
  void raise() noexcept override { raised.fetch_add(1); }
  std::atomic<int> raised{0};
};

template <class Socket>
struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  Socket s;

  explicit stage(socket_options const& o = {}) : s(home, {}, o) { s.dial("script://peer"); }
};
struct pair_stage : stage<pair_socket> {};

}  // namespace

BOOST_AUTO_TEST_SUITE(channels)

BOOST_FIXTURE_TEST_CASE(a_canceled_receive_consumes_nothing, pair_stage) {
  auto const end = net.answer();
  auto rx = s.receiver();
  arrival op;
  rx.start(op);
  BOOST_TEST(rx.cancel(op));
  BOOST_TEST(op.completed == 1);
  BOOST_TEST((op.why == errc::canceled));
  BOOST_TEST(!rx.cancel(op));
  end->say("kept");
  BOOST_TEST(rx.try_receive().value().text() == "kept");
}

BOOST_FIXTURE_TEST_CASE(a_canceled_send_keeps_its_message, pair_stage) {
  auto tx = s.sender();
  for (int i = 0; i != 16; ++i) tx.send("fills the buffer");
  departure op("mine");
  tx.start(op);
  BOOST_TEST(tx.cancel(op));
  BOOST_TEST((op.why == errc::canceled));
  BOOST_TEST(op.mine.text() == "mine");
}

BOOST_AUTO_TEST_CASE(a_buffer_and_those_who_wait_for_it_keep_their_order) {
  stage<push_socket> t({.channel_send_buffer = 1});
  auto tx = t.s.sender();
  departure second("2"), third("3");
  tx.send("1");
  tx.start(second);
  tx.start(third);
  BOOST_TEST(second.completed == 0);
  auto const end = t.net.answer(1);
  t.net.turn();
  BOOST_TEST(second.completed == 1);
  BOOST_TEST(third.completed == 0);
  end->make_room(2);
  t.net.turn();
  BOOST_TEST(third.completed == 1);
  BOOST_TEST(end->heard() == "1 2 3 ");
}

BOOST_FIXTURE_TEST_CASE(operations_end_with_the_socket, pair_stage) {
  auto rx = s.receiver();
  auto tx = s.sender();
  arrival in;
  departure out("m");
  rx.start(in);
  for (int i = 0; i != 17; ++i) {
    message m("m");
    (void)tx.try_send(m);
  }
  tx.start(out);
  s.close();
  BOOST_TEST((in.why == errc::closed && out.why == errc::closed));
  BOOST_TEST(out.mine.text() == "m");
  arrival late;
  rx.start(late);
  BOOST_TEST((late.completed == 1 && late.why == errc::closed));
}

BOOST_FIXTURE_TEST_CASE(what_is_given_back_comes_first, pair_stage) {
  auto const end = net.answer();
  auto rx = s.receiver();
  end->say("1");
  end->say("2");
  rx.give_back(rx.try_receive().value());
  BOOST_TEST(s.receive(test::soon()).text() == "1");
  BOOST_TEST(s.receive(test::soon()).text() == "2");
}

BOOST_AUTO_TEST_CASE(what_is_kept_for_a_channel_is_counted_when_nobody_can_receive_it) {
  weft::engine home{{.helper = false}};
  test::script net{home};
  std::optional<pair_socket> s(std::in_place, home);
  s->dial("script://peer");
  monitor events(*s, {.drops = true});
  auto const end = net.answer();
  std::optional<receiver> rx(s->receiver());
  for (auto const* text : {"1", "2", "3"}) end->say(text);
  net.turn();
  BOOST_TEST(s->close(weft::clock::duration::zero()).discarded == 0u);
  BOOST_TEST(rx->receive().text() == "1");
  while (auto const e = events.try_next()) BOOST_TEST(e->what != monitor_event::dropped);
  s.reset();
  rx.reset();
  for (auto const* text : {"2", "3"}) {
    auto const e = events.try_next();
    BOOST_REQUIRE((e && e->what == monitor_event::dropped && e->reason == drop_reason::unread));
    BOOST_TEST(e->message->text() == text);
  }
}

BOOST_AUTO_TEST_CASE(a_socket_is_gone_with_its_last_channel) {
  weft::engine home{{.helper = false}};
  std::weak_ptr<core::socket> kept;
  {
    rep_socket s(home);  // its channels have a context of their own
    kept = socket_access::of(s);
    std::optional<sender> tx(s.sender());
    (void)s.receiver();
  }
  BOOST_TEST(kept.expired());
}

BOOST_FIXTURE_TEST_CASE(who_watches_hears_of_messages_and_room_and_the_end, pair_stage) {
  auto const end = net.answer(0);
  auto rx = s.receiver();
  auto tx = s.sender();
  auto const messages = std::make_shared<flag>(), room = std::make_shared<flag>();
  ext::observation of_messages, of_room;
  of_messages.who = messages;
  of_room.who = room;
  rx.watch_messages(of_messages);
  tx.watch_room(of_room);
  end->say("m");
  net.turn();
  BOOST_TEST(messages->raised >= 1);
  BOOST_TEST(room->raised == 0);
  end->make_room(1);
  net.turn();
  BOOST_TEST(room->raised >= 1);
  rx.unwatch(of_messages);
  auto const before = messages->raised.load();
  end->say("m");
  net.turn();
  BOOST_TEST(messages->raised == before);
  auto const heard = room->raised.load();
  s.close();
  BOOST_TEST(room->raised > heard);
  tx.unwatch(of_room);
}

BOOST_AUTO_TEST_CASE(a_receive_waits_on_where_nothing_was_asked) {
  stage<req_socket> t;
  auto const end = t.net.answer(1);
  auto rx = t.s.receiver();
  arrival op;
  rx.start(op);
  t.net.turn();
  BOOST_TEST(op.completed == 0);
  BOOST_TEST(rx.cancel(op));
}

// Each message comes to one operation, or is still there; each operation ends once, whoever comes first.
BOOST_AUTO_TEST_CASE(cancels_race_with_arrivals) {
  weft::engine home;
  pair_socket a(home), b(home);
  a.dial(b.listen("inproc://cancel-races"));
  a.wait_for_peers(1, test::soon());
  b.wait_for_peers(1, test::soon());
  auto rx = b.receiver();
  constexpr int rounds = 100'000;
  int received = 0, canceled = 0;
  std::atomic<int> sent{0}, wanted{0};
  std::jthread sending([&] {
    for (int i = 0; i != rounds; ++i) {
      while (wanted.load() <= i) std::this_thread::yield();
      a.send("m", test::soon());
      ++sent;
    }
  });
  for (int i = 0; i != rounds; ++i) {
    arrival op;
    rx.start(op);
    wanted = i + 1;
    bool const mine = rx.cancel(op);
    while (op.completed == 0) std::this_thread::yield();
    BOOST_REQUIRE(op.completed == 1);
    BOOST_REQUIRE((mine == (op.why == errc::canceled)));
    mine ? ++canceled : ++received;
  }
  for (; received != rounds; ++received) BOOST_REQUIRE(!rx.receive(test::soon()).empty());
  sending.join();
  BOOST_TEST((rx.try_receive().error() == errc::would_block));
  BOOST_TEST_MESSAGE(canceled << " canceled");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
