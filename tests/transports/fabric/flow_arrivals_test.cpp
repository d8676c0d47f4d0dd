// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "fabric/flow.hpp"
#include "rogue.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

struct scene {
  scene() { peer.shake_hands(); }
  small_network net;
  rogue peer{net};

  bool ends_malformed() {
    if (!peer.victim_ends_in(errc::malformed)) return false;
    auto const last = peer.hear_goodbye();
    return last && last->why == errc::malformed;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_frame_from_a_peer)

BOOST_AUTO_TEST_CASE(that_overtook_another_waits_for_it) {
  scene s;
  s.peer.send_text(2, "three");
  s.peer.send_text(1, "two");
  s.peer.turn_for(10ms);
  BOOST_TEST(s.peer.victim->count() == 0u);
  s.peer.send_text(0, "one");
  BOOST_TEST_REQUIRE(s.peer.until([&] { return s.peer.victim->count() == 3; }));
  for (auto const* text : {"one", "two", "three"}) BOOST_TEST(s.peer.victim->next_text() == text);
}

BOOST_AUTO_TEST_CASE(of_another_generation_is_dropped_and_harms_nobody) {
  scene s;
  byte_string frame(frame_header_size + 5);
  for (int i = 0; i != 100; ++i) {
    s.peer.send_raw(frame, tag::frame(s.peer.theirs.slot, s.peer.theirs.generation + 1));
    s.peer.send_raw(frame, tag::frame(s.peer.theirs.slot + 1, s.peer.theirs.generation));
  }
  s.peer.send_text(0, "still here");
  BOOST_TEST(s.peer.until([&] { return s.peer.victim->count() == 1; }));
}

BOOST_AUTO_TEST_CASE(that_is_garbage_ends_its_connection_and_no_other) {
  scene s;
  auto other = s.net.connect(free_place("ofi+tcp"));
  other.second->grant(1);
  s.peer.send_raw(byte_string(100, std::byte{0xaa}), tag::frame(s.peer.theirs.slot, s.peer.theirs.generation));
  BOOST_TEST(s.ends_malformed());
  other.first->send("hello");
  BOOST_TEST(s.net.reactor.until([&] { return other.second->count() == 1; }));
}

BOOST_AUTO_TEST_CASE(that_is_shorter_than_a_header_is_malformed) {
  for (std::size_t size = 0; size != frame_header_size; ++size) {
    scene s;
    byte_string frame(frame_header_size);
    frame_header{}.write(frame.data());
    frame.resize(size);
    s.peer.send_raw(frame, tag::frame(s.peer.theirs.slot, s.peer.theirs.generation));
    BOOST_TEST(s.ends_malformed());
  }
}

BOOST_AUTO_TEST_CASE(that_cannot_be_is_malformed) {
  using sender = std::function<void(rogue&)>;
  sender const wrongs[] = {
      [](rogue& r) { r.send_frame(frame_kind::data, 0); },  // no record
      [](rogue& r) { r.send_text(32, "beyond the window"); },
      [](rogue& r) { r.send_text(0xffffffff, "from before the beginning"); },
      [](rogue& r) {
        r.send_frame({frame_kind::acknowledgement, 0, 1, 0});
      },  // a sequence it cannot have
      [](rogue& r) {
        r.send_frame({frame_kind::control, 0, 0, 0});
      },  // came already
      [](rogue& r) {
        r.send_frame({frame_kind::control, 0, 0x10001, 0});
      },
      [](rogue& r) {
        r.send_frame({frame_kind::acknowledgement, 1, 0, 0});
      },  // saw what was not sent
      [](rogue& r) {
        r.send_frame({frame_kind::acknowledgement, 0, 0, 1});
      },  // consumed what was not sent
      [](rogue& r) {
        r.send_frame(frame_kind::control, 1,
                     [](record_writer& out) { out.add_message(message("in a control frame")); });
      },
      [](rogue& r) { r.send_frame(frame_kind::data, 0, [](record_writer& out) { out.add_clear({}); }); },
      [](rogue& r) { r.send_frame(frame_kind::control, 1, [](record_writer& out) { out.add_clear({.count = 1}); }); },
  };
  for (auto const& wrong : wrongs) {
    scene s;
    wrong(s.peer);
    BOOST_TEST(s.ends_malformed());
  }
}

BOOST_AUTO_TEST_CASE(that_comes_twice_is_malformed) {
  scene s;
  s.peer.send_text(1, "waits");
  s.peer.send_text(1, "again");
  BOOST_TEST(s.ends_malformed());
}

BOOST_AUTO_TEST_CASE(of_control_is_acknowledged_after_half_of_the_credits) {
  scene s;
  auto const credits = s.peer.theirs.give.control;
  for (std::uint32_t i = 1; i != 100; ++i) {
    s.peer.send_frame(frame_kind::control, i);
    if ((i + 1) % (credits / 2) != 0) continue;
    auto const ack = s.peer.next_frame(frame_kind::acknowledgement);
    BOOST_TEST_REQUIRE(!ack.empty());
    BOOST_TEST(frame_header::read(ack)->control_seen == i + 1);
  }
}

BOOST_AUTO_TEST_CASE(is_consumed_once_delivered_and_the_credit_comes_back_by_halves) {
  scene s;
  auto const half = s.peer.theirs.give.data / 2u;
  for (std::uint32_t i = 0; i != half; ++i) s.peer.send_text(i, "x");
  auto const credit = s.peer.next_frame(frame_kind::control);
  BOOST_TEST_REQUIRE(!credit.empty());
  BOOST_TEST(frame_header::read(credit)->consumed == half);
}

BOOST_AUTO_TEST_CASE(is_not_consumed_while_the_socket_does_not_take_its_messages) {
  small_network net;
  rogue r(net);
  r.shake_hands();
  r.victim->grant(0);
  for (std::uint32_t i = 0; i != 32; ++i)
    r.send_frame(frame_kind::data, i, [](record_writer& out) {
      for (int k = 0; k != 10; ++k) out.add_message(message("x"));
    });
  r.turn_for(30ms);
  BOOST_TEST(r.victim->inbox.size() == 128u);  // as granted
  auto const credit = r.next_frame(frame_kind::control);
  BOOST_TEST((credit.empty() || frame_header::read(credit)->consumed <= 12u));
  BOOST_TEST(!r.victim->is_over());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
