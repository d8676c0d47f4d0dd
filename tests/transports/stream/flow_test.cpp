// SPDX-License-Identifier: MIT
#include "stream/flow.hpp"

#include <weft/error.hpp>

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <poll.h>

#include <algorithm>

namespace weft::stream {

namespace {

struct limited : wire {
  limited() : wire(framing::tcp, {0x10, 0x10, 100}) {}
};
struct ipc_wire : wire {
  ipc_wire() : wire(framing::ipc) {}
};

/// Says goodbye in words, and has heard something already when it is made.
class polite final : public channel {
 public:
  explicit polite(int fd) : below_(fd) {}
  ssize_t receive(void* to, std::size_t size) noexcept override {
    if (early_.empty()) return below_.receive(to, size);
    auto const n = std::min(size, early_.size());
    std::copy_n(early_.begin(), n, static_cast<char*>(to));
    early_.erase(0, n);
    return static_cast<ssize_t>(n);
  }
  ssize_t send(batch& b) noexcept override { return below_.send(b); }
  bool more() const noexcept override { return !early_.empty(); }
  bool farewell() noexcept override {
    batch b;
    if (!std::exchange(said_, true)) b.add("bye", 3);
    return b.count == 0 || below_.send(b) == 3;
  }

 private:
  direct below_;
  std::string early_ = framed("early");
  bool said_ = false;
};

struct polite_wire : wire {
  polite_wire() : polite_wire(connected_fds()) {}
  explicit polite_wire(std::pair<base::unique_fd, base::unique_fd> fds)
      : wire(std::move(fds.second), with_manners(std::move(fds.first))) {}
  static established with_manners(base::unique_fd fd) {
    established e(std::move(fd));
    e.through = std::make_unique<polite>(e.fd.get());
    return e;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_flow)

BOOST_FIXTURE_TEST_CASE(what_came_with_the_handshake_is_heard_without_an_event, polite_wire) {
  BOOST_TEST(until([&] { return near.heard == "early "; }));
}

BOOST_FIXTURE_TEST_CASE(last_words_are_said_when_everything_has_arrived, polite_wire) {
  near.send("x");
  near.finish();
  for (int i = 0; i != 20; ++i) turn();
  BOOST_TEST(far.hear() == framed("x"));
  std::string heard;
  BOOST_TEST(until([&] { return (heard += far.hear()) == "bye"; }));
  far.hang_up();
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(near.link->unconfirmed() == 0u);
}

BOOST_FIXTURE_TEST_CASE(who_is_closed_at_once_says_goodbye_all_the_same, polite_wire) {
  near.close(errc::closed);
  BOOST_TEST(far.hear() == "bye");
  BOOST_TEST(far.hears_the_end());
}

BOOST_FIXTURE_TEST_CASE(what_the_peer_says_is_heard, wire) {
  far.say(framed("hello") + framed("again"));
  turn();
  BOOST_TEST(near.heard == "hello again ");
}

BOOST_FIXTURE_TEST_CASE(messages_may_be_torn_at_every_byte, wire) {
  for (char const c : framed("one") + framed("") + framed("three")) {
    far.say({&c, 1});
    turn();
  }
  BOOST_TEST(near.heard == "one  three ");
}

BOOST_FIXTURE_TEST_CASE(many_at_once_are_left_until_they_are_taken, wire) {
  near.leaves_lots = true;
  std::string all;
  for (int i = 0; i != 50; ++i) all += framed("x");
  far.say(all);
  BOOST_TEST(until([&] { return near.lying == 50u; }));
  far.say(framed("last"));
  for (int i = 0; i != 5; ++i) turn();
  BOOST_TEST(near.lying == 50u);  // it is not read meanwhile
  near.take(49);
  for (int i = 0; i != 5; ++i) turn();
  BOOST_TEST(near.heard.size() == 49u * 2);
  near.take(1);
  BOOST_TEST(until([&] { return near.heard.ends_with("x last "); }));
}

BOOST_FIXTURE_TEST_CASE(the_end_shows_though_nobody_takes_what_came_before, wire) {
  near.leaves_lots = true;
  std::string all;
  for (int i = 0; i != 50; ++i) all += framed("x");
  far.say(all);
  BOOST_TEST(until([&] { return near.lying == 50u; }));
  far.say(framed("last"));
  far.hang_up();
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(near.heard.ends_with("x last "));
  BOOST_TEST(near.heard.size() == 50u * 2 + 5);
}

BOOST_FIXTURE_TEST_CASE(a_peer_is_not_read_beyond_the_window, wire) {
  std::size_t said = 0;
  auto const one = framed(std::string(1000, 'x'));
  for (int quiet = 0; quiet != 10;) {
    bool const taken = far.say(one);
    said += taken;
    quiet = taken ? 0 : quiet + 1;
    turn();
  }
  BOOST_TEST(near.heard.size() == 100u * 1001);
  BOOST_TEST(said < 2000u);
  near.grant(10000);
  BOOST_TEST(until([&] { return near.heard.size() == said * 1001; }));
  BOOST_TEST(far.say(one));
}

BOOST_FIXTURE_TEST_CASE(a_lane_whose_peer_is_not_read_may_sleep, wire) {
  while (far.say(framed(std::string(1000, 'x')))) turn();
  turn();
  pollfd p{lane().pollable_fd(), POLLIN, 0};
  BOOST_TEST(::poll(&p, 1, 0) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_says_goodbye_ends_it_without_a_fault, wire) {
  far.say(framed("bye"));
  far.hang_up();
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(near.heard == "bye ");
  BOOST_TEST(!*near.ended);
}

BOOST_FIXTURE_TEST_CASE(a_peer_killed_inside_a_frame_is_a_reset, wire) {
  far.say(framed("hello").substr(0, 10));
  far.hang_up();
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(*near.ended == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(too_large_a_message_ends_it, limited) {
  far.say(framed("fine") + framed(std::string(101, 'x')));
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(near.heard == "fine ");
  BOOST_TEST(*near.ended == errc::message_too_large);
  BOOST_TEST(far.hears_the_end());
}

BOOST_FIXTURE_TEST_CASE(a_malformed_frame_ends_it, ipc_wire) {
  far.say(framed("fine", "\1") + "\2");
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(near.heard == "fine ");
  BOOST_TEST(*near.ended == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(closed_by_its_socket_it_ends_with_the_sockets_words, wire) {
  near.close(errc::busy);
  BOOST_TEST(near.rang());
  near.look();
  BOOST_TEST(near.ends == 1u);
  BOOST_TEST(*near.ended == errc::busy);
  BOOST_TEST(far.hears_the_end());
}

BOOST_FIXTURE_TEST_CASE(an_end_is_rung_on_the_loop_too, wire) {
  near.close(errc::busy);
  (void)near.rang();
  loop.turn();
  BOOST_TEST(near.rang());
}

BOOST_FIXTURE_TEST_CASE(what_is_queued_when_it_is_closed_is_still_told, wire) {
  near.link->grant(0);
  far.say(framed("held"));
  loop.turn();
  near.close(errc::closed);
  near.look();
  BOOST_TEST(near.heard == "held ");
}

BOOST_FIXTURE_TEST_CASE(what_comes_while_it_finishes_beyond_the_window_is_told_as_unread, wire) {
  near.grant(1);
  near.send(std::string(64 << 20, 'x'));  // more than anybody takes before it is read
  near.finish();
  std::string all;
  for (int i = 0; i != 110; ++i) all += framed(std::to_string(i));
  far.say(all);
  BOOST_TEST(until([&] { return near.unread.ends_with("109 "); }));
  BOOST_TEST(near.heard.ends_with(" 100 "));
  BOOST_TEST(near.unread.starts_with("101 102 "));
}

BOOST_FIXTURE_TEST_CASE(a_connection_let_go_hangs_up, wire) {
  near.link.reset();
  BOOST_TEST(far.hears_the_end());
}

BOOST_FIXTURE_TEST_CASE(a_hang_up_that_nobody_drives_makes_the_lane_busy_until_it_is_read, wire) {
  BOOST_TEST(!lane().busy());
  far.say(framed("last"));
  far.hang_up();
  BOOST_TEST(until([&] { return near.ends == 1; }));
  BOOST_TEST(loop.attended > 0);
  BOOST_TEST(!lane().busy());
}

BOOST_FIXTURE_TEST_CASE(many_connections_of_a_socket_are_driven_together, wire) {
  auto const of_same = ext::handshake{0x10, 0x10, 1 << 20, 7};
  std::vector<std::unique_ptr<socket_side>> sides;
  std::vector<far_end> peers;
  for (int i = 0; i != 20; ++i) {
    auto fds = connected_fds();
    peers.emplace_back(std::move(fds.second));
    auto& s = *sides.emplace_back(
        std::make_unique<socket_side>(home.connect(std::move(fds.first), framing::tcp, of_same, "far")));
    s.start();
    s.look();
    s.grant(10);
  }
  BOOST_TEST(loop.sources().size() == 2u);
  for (int round = 0; round != 3; ++round) {
    for (auto& p : peers) p.say(framed("x"));
    BOOST_TEST(loop.until([&] {
      bool all = true;
      for (auto& s : sides) {
        s->look();
        all &= s->heard.size() == 2u * (static_cast<std::size_t>(round) + 1);
      }
      return all;
    }));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
