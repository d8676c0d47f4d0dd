// SPDX-License-Identifier: MIT
#include "stream/inbox.hpp"

#include <weft/error.hpp>

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

namespace weft::stream {

namespace {

struct reader : ext::connection_events, ext::message_source {
  explicit reader(framing f = framing::tcp, std::uint64_t most = std::uint64_t{1} << 30) : box(f, most, spare) {}

  /// As the kernel would give them, at most so many at a time. \return how many were taken
  std::size_t come(std::string_view bytes, std::size_t at_a_time = 1 << 30) {
    std::size_t taken = 0;
    while (taken != bytes.size() && !box.ready()) {
      auto const room = box.room();
      most_room = std::max(most_room, room.size());
      auto const n = std::min({room.size(), at_a_time, bytes.size() - taken});
      BOOST_TEST_REQUIRE(n > 0u);
      std::memcpy(room.data(), bytes.data() + taken, n);
      taken += n;
      if (box.took(n) && decodes) decode();
    }
    return taken;
  }
  void decode() { why = box.deliver(*this, granted, this); }
  std::string take_all() {
    std::string all;
    for (message m; lying > 0; --lying) {
      box.take(m);
      all.append(m.text()) += ' ';
    }
    return all;
  }

  bool take(message& m) noexcept override {
    box.take(m);
    return false;
  }
  void on_messages(ext::message_source& from, unsigned n, std::uint64_t bytes) noexcept override {
    if (!leaves_them) return connection_events::on_messages(from, n, bytes);
    lying += n;
    lying_bytes += bytes;
  }

  void on_message(message&& m) noexcept override {
    shared += !m.unique();
    got.push_back(std::move(m));
  }
  void on_unread(message&&) noexcept override { BOOST_ERROR("nobody finishes here"); }
  void on_writable(unsigned) noexcept override {}
  void on_closed(std::error_code) noexcept override {}

  spare_block spare;
  inbox box;
  std::vector<message> got;
  unsigned shared = 0;  // of them, when they were told
  std::error_code why;
  unsigned granted = 1000;
  bool decodes = true;
  bool leaves_them = false;
  unsigned lying = 0;  // told of, and untaken
  std::uint64_t lying_bytes = 0;
  std::size_t most_room = 0;
};

struct slow_reader : reader {
  slow_reader() { leaves_them = true; }
};
struct ipc_reader : reader {
  ipc_reader() : reader(framing::ipc) {}
};
struct strict_reader : reader {
  strict_reader() : reader(framing::tcp, 100) {}
};

std::string prefix(std::uint64_t size) {
  std::string text;
  for (int shift = 56; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_inbox)

BOOST_AUTO_TEST_CASE(frames_may_be_torn_anywhere) {
  std::string const bodies[] = {"one", "", std::string(100, 'x'), std::string(40000, 'y'), "last"};
  std::string all;
  for (auto const& b : bodies) all += framed(b, "\1");
  for (std::size_t const step : {1, 2, 3, 7, 8, 9, 10, 11, 100, 1000, 39999, 65536}) {
    ipc_reader r;
    BOOST_TEST(r.come(all, step) == all.size());
    BOOST_TEST_REQUIRE(r.got.size() == 5u);
    for (std::size_t i = 0; i != 5; ++i) BOOST_TEST(r.got[i].text() == bodies[i]);
    BOOST_TEST(!r.why);
  }
}

BOOST_AUTO_TEST_CASE(two_frames_may_be_torn_at_every_byte) {
  auto const all = framed("first one") + framed("2nd");
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    reader r;
    r.come(all.substr(0, cut));
    r.come(all.substr(cut));
    BOOST_TEST_REQUIRE(r.got.size() == 2u);
    BOOST_TEST(r.got[0].text() == "first one");
    BOOST_TEST(r.got[1].text() == "2nd");
  }
}

BOOST_FIXTURE_TEST_CASE(one_read_is_many_messages, reader) {
  std::string all;
  for (int i = 0; i != 500; ++i) all += framed(std::to_string(i));
  come(all);
  BOOST_TEST(got.size() == 500u);
  BOOST_TEST(got[499].text() == "499");
}

BOOST_FIXTURE_TEST_CASE(many_at_once_stay_where_they_came_until_they_are_taken, slow_reader) {
  std::string all, texts;
  for (int i = 0; i != 100; ++i) {
    all += framed(std::to_string(i));
    texts += std::to_string(i) + ' ';
  }
  come(all + "\0\0");
  BOOST_TEST(got.empty());
  BOOST_TEST(lying == 100u);
  BOOST_TEST(lying_bytes == 190u);
  BOOST_TEST(box.ready());
  BOOST_TEST(box.blocked());
  BOOST_TEST(take_all() == texts);
  decode();
  BOOST_TEST(!box.ready());
}

BOOST_FIXTURE_TEST_CASE(what_comes_behind_untaken_ones_stands_behind_them, slow_reader) {
  std::string all, texts;
  for (int i = 0; i != 41; ++i) {
    all += framed(std::to_string(i));
    texts += std::to_string(i) + ' ';
  }
  granted = 40;
  come(all);
  BOOST_TEST(lying == 40u);
  granted = 1;
  decode();
  BOOST_TEST(got.empty());
  BOOST_TEST(take_all() == texts);
}

BOOST_FIXTURE_TEST_CASE(what_is_set_aside_is_in_nobodys_way, slow_reader) {
  std::string all, texts;
  for (int i = 0; i != 20; ++i) {
    all += framed(std::to_string(i));
    texts += std::to_string(i) + ' ';
  }
  come(all);
  box.set_aside();
  decode();
  BOOST_TEST(!box.ready());
  come(framed("more"));  // reads on, and keeps the order
  BOOST_TEST(got.empty());
  BOOST_TEST(box.untaken() == 21u);
  BOOST_TEST(take_all() == texts + "more ");
  decode();
  BOOST_TEST(!box.ready());
  come(framed("later"));
  BOOST_TEST_REQUIRE(got.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(large_ones_among_many_are_taken_whole, slow_reader) {
  std::string const large(20000, 'l'), larger(300000, 'L');
  std::string all;
  for (int i = 0; i != 20; ++i) all += framed("s");
  come(all + framed(large) + framed("t"));
  auto const texts = take_all();
  decode();
  come(framed(larger));
  std::string rest;
  for (auto const& m : got) rest.append(m.text()) += ' ';
  std::string wanted;
  for (int i = 0; i != 20; ++i) wanted += "s ";
  BOOST_TEST((texts + rest == wanted + large + " t " + larger + ' '));
}

BOOST_FIXTURE_TEST_CASE(the_end_behind_untaken_ones_takes_nothing_from_them, slow_reader) {
  std::string all;
  for (int i = 0; i != 20; ++i) all += framed("x");
  come(all);
  box.set_aside();
  decode();
  come(framed("y") + "\0\0\0");
  box.end();
  decode();
  BOOST_TEST(!why);
  BOOST_TEST(box.ended());
  BOOST_TEST(take_all().size() == 42u);
}

BOOST_AUTO_TEST_CASE(a_websocket_says_what_a_message_is) {
  reader r(framing::ws);
  for (int const kind : {0, 1, 2}) {
    auto frame = framed("hello");
    frame[0] = static_cast<char>(kind << 6);
    r.come(frame);
    BOOST_TEST_REQUIRE(r.got.size() == 1u);
    BOOST_TEST(r.got[0].text() == "hello");
    BOOST_TEST((r.got[0].kind() == static_cast<websocket_kind>(kind)));
    r.got.clear();
  }
}

BOOST_FIXTURE_TEST_CASE(no_more_than_granted, reader) {
  granted = 2;
  BOOST_TEST(come(framed("a") + framed("b") + framed("c")) > 0u);
  BOOST_TEST(got.size() == 2u);
  BOOST_TEST(box.ready());  // nothing is read meanwhile
  granted = 1;
  decode();
  BOOST_TEST(got.size() == 3u);
  BOOST_TEST(!box.ready());
}

BOOST_FIXTURE_TEST_CASE(what_had_come_when_the_stream_ended_is_told_without_a_grant, reader) {
  granted = 1;
  come(framed("a") + framed("b") + "\0\0\0");
  box.end();
  decode();
  BOOST_TEST(got.size() == 2u);
  BOOST_TEST(box.ended());
  BOOST_TEST(box.torn() == false);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_ends_inside_a_frame_is_torn, reader) {
  come(framed("a") + std::string(3, '\0'));
  box.end();
  decode();
  BOOST_TEST(box.torn());
}

BOOST_FIXTURE_TEST_CASE(another_mark_is_malformed, ipc_reader) {
  come(framed("good", "\1") + "\2");
  BOOST_TEST(got.size() == 1u);
  BOOST_TEST(why == errc::malformed);
}

BOOST_AUTO_TEST_CASE(absurd_lengths_are_too_large_and_take_no_memory) {
  for (std::uint64_t const size :
       {std::uint64_t{101}, std::uint64_t{1} << 31, std::uint64_t{1} << 32, std::uint64_t{1} << 33,
        std::uint64_t{1} << 60, std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
    strict_reader r;
    r.come(prefix(size));
    BOOST_TEST(r.why == errc::message_too_large);
    BOOST_TEST(r.most_room <= 131072u);
  }
}

BOOST_AUTO_TEST_CASE(nothing_is_absurd_enough_to_overflow) {
  for (std::uint64_t const size : {~std::uint64_t{0}, std::uint64_t{1} << 63, (std::uint64_t{1} << 60) + 1}) {
    reader r(framing::tcp, ~std::uint64_t{0});
    r.come(prefix(size) + "x");
    BOOST_TEST(r.why == errc::message_too_large);
  }
}

BOOST_FIXTURE_TEST_CASE(the_limit_itself_is_allowed, strict_reader) {
  come(framed(std::string(100, 'x')));
  BOOST_TEST(got.size() == 1u);
  BOOST_TEST(!why);
}

BOOST_FIXTURE_TEST_CASE(memory_grows_with_what_arrives, reader) {
  come(prefix(1 << 30) + "x");
  BOOST_TEST(box.room().size() <= std::size_t{2} << 20);
  std::string const part(1 << 20, 'y');
  for (std::size_t come_so_far = 0; come_so_far != 8; ++come_so_far) {
    come(part);
    BOOST_TEST(box.room().size() <= (come_so_far + 3) << 21);
  }
}

BOOST_FIXTURE_TEST_CASE(a_large_message_is_whole_however_it_comes, reader) {
  std::string large(5'000'000, '?');
  for (std::size_t i = 0; i != large.size(); ++i) large[i] = static_cast<char>(i * 31 + (i >> 13));
  for (std::size_t const step : {65536, 100'003, 1 << 21}) {
    got.clear();
    come(framed("before") + framed(large) + framed("behind") + framed(large), step);
    BOOST_TEST_REQUIRE(got.size() == 4u);
    BOOST_TEST((got[1].text() == large));
    BOOST_TEST((got[3].text() == large));
    BOOST_TEST(got[2].text() == "behind");
  }
}

BOOST_FIXTURE_TEST_CASE(a_large_message_that_stands_alone_is_its_receivers_own, reader) {
  for (int i = 0; i != 3; ++i) come(framed(std::string(100'000, 'x')));
  BOOST_TEST_REQUIRE(got.size() == 3u);
  BOOST_TEST(got.back().unique());
  BOOST_TEST((got[0].body().data() != got[1].body().data()));
}

BOOST_FIXTURE_TEST_CASE(a_large_message_is_its_receivers_own_also_when_the_next_prefix_came_with_it, reader) {
  std::string all;
  for (char const c : {'x', 'y', 'z'}) all += framed(std::string(100'000, c));
  come(all);
  BOOST_TEST_REQUIRE(got.size() == 3u);
  BOOST_TEST(shared == 0u);
  BOOST_TEST(got[1].text() == std::string(100'000, 'y'));
  BOOST_TEST(got[2].text() == std::string(100'000, 'z'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
