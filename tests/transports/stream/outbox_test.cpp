// SPDX-License-Identifier: MIT
#include "stream/outbox.hpp"

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace weft::stream {

namespace {

struct writer {
  /// The next bytes, at most so many, as if the kernel had taken them.
  std::string write(std::size_t most, std::size_t scratch_size = 65536) {
    batch b;
    std::vector<std::byte> scratch(scratch_size);
    box.gather(b, scratch);
    std::string text;
    for (auto const& piece : b.all()) text.append(static_cast<char const*>(piece.iov_base), piece.iov_len);
    BOOST_TEST(text.size() == b.bytes);
    text.resize(std::min(text.size(), most));
    box.written(text.size());
    return text;
  }
  outbox box{framing::tcp};
};

std::string const three = framed("one") + framed("") + framed("three");

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_outbox)

BOOST_FIXTURE_TEST_CASE(small_messages_are_written_together, writer) {
  for (auto* text : {"one", "", "three"}) box.push(message(text));
  BOOST_TEST(box.size() == 3u);
  BOOST_TEST(box.pending_bytes() == three.size());
  BOOST_TEST(write(1000) == three);
  BOOST_TEST(box.empty());
  BOOST_TEST(box.pending_bytes() == 0u);
}

BOOST_FIXTURE_TEST_CASE(what_the_kernel_takes_in_part_goes_on_where_it_stopped, writer) {
  for (std::size_t part = 1; part != three.size(); ++part) {
    for (auto* text : {"one", "", "three"}) box.push(message(text));
    std::string all;
    while (!box.empty()) all += write(part);
    BOOST_TEST(all == three);
  }
}

BOOST_FIXTURE_TEST_CASE(large_bodies_are_written_from_where_they_are, writer) {
  auto m = message::uninitialized(10000);
  auto const* body = m.body().data();
  box.push(message("small"));
  box.push(std::move(m));
  batch b;
  std::vector<std::byte> scratch(2048);
  box.gather(b, scratch);
  BOOST_TEST(b.count == 3u);
  BOOST_TEST(b.pieces[0].iov_len == 8u + 5);
  BOOST_TEST(b.pieces[1].iov_len == 8u);
  BOOST_TEST(b.pieces[2].iov_base == body);
  // In the middle of the body.
  box.written(8 + 5 + 8 + 5000);
  batch rest;
  box.gather(rest, scratch);
  BOOST_TEST(rest.count == 1u);
  BOOST_TEST(rest.pieces[0].iov_base == body + 5000);
  BOOST_TEST(rest.bytes == 5000u);
}

BOOST_FIXTURE_TEST_CASE(a_body_that_does_not_fit_the_scratch_is_written_from_where_it_is, writer) {
  std::string const text(3000, 'x');
  box.push(message(text));
  box.push(message("y"));
  BOOST_TEST(write(100000, 2048) == framed(text) + framed("y"));
}

BOOST_FIXTURE_TEST_CASE(light_ones_and_others_keep_their_order, writer) {
  std::string all, wanted;
  for (int i = 0; i != 3000; ++i) {
    std::string const text(static_cast<std::size_t>(i * 37 % 200), static_cast<char>('a' + i % 26));
    message m(text);
    std::string words;
    for (int hops = i % 9; hops > 0; --hops) {
      m.header().push(0x01020304);
      words += "\1\2\3\4";
    }
    box.push(std::move(m));
    wanted += framed(words + text);
    if (i % 5 == 0 || box.size() == outbox::capacity) all += write(static_cast<std::size_t>(i * 61 % 2000), 2048);
    while (box.size() > static_cast<std::size_t>(i % 700)) all += write(5000, 1024);
  }
  while (!box.empty()) all += write(3000);
  BOOST_TEST((all == wanted));
  BOOST_TEST(box.held() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_run_of_light_ones_is_written_from_where_it_is, writer) {
  for (std::size_t i = 0; i != 10; ++i) box.push(message("12345678"));
  batch b;
  box.gather(b, {});
  BOOST_TEST(b.count == 1u);
  BOOST_TEST(b.bytes == 160u);
}

BOOST_FIXTURE_TEST_CASE(credits_come_by_halves_and_never_exceed_the_room, writer) {
  BOOST_TEST(box.take_allowance() == outbox::usual);
  BOOST_TEST(box.take_allowance() == 0u);
  for (std::size_t i = 0; i != outbox::usual; ++i) box.push(message("x"));
  BOOST_TEST(!box.wants_ring());
  (void)write(9 * (outbox::usual / 2 - 1));
  BOOST_TEST(!box.wants_ring());
  (void)write(9);
  BOOST_TEST(box.wants_ring());
  BOOST_TEST(box.take_allowance() == outbox::usual / 2);
}

BOOST_FIXTURE_TEST_CASE(small_messages_may_queue_in_numbers_and_large_ones_may_not, writer) {
  std::size_t credit = 0;
  auto const send_all = [&](std::size_t size) {
    for (credit += box.take_allowance(); credit > 0; --credit) box.push(message::uninitialized(size));
    auto const queued = box.size();
    while (!box.empty()) (void)write(1 << 20);
    return queued;
  };
  for (int i = 0; i != 10; ++i) (void)send_all(10);
  BOOST_TEST(send_all(10) == outbox::capacity);
  for (std::size_t const size : {10'000, 100'000, 2'000'000}) {
    (void)send_all(size);
    (void)send_all(size);
    BOOST_TEST(send_all(size) == std::max<std::size_t>(outbox::least, (1 << 20) / (size + 8)));
  }
}

BOOST_FIXTURE_TEST_CASE(a_queue_that_grows_keeps_order_and_ends, writer) {
  constexpr std::size_t frame = 9;
  std::string all, wanted;
  std::size_t sent = 0;
  auto const send = [&](std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) {
      std::string const text(1, static_cast<char>('a' + sent++ % 26));
      box.push(message(text));
      wanted += framed(text);
    }
  };
  send(3);
  all += write(2 * frame);
  send(outbox::few - 2);  // one lies in the last place, and the next in the first
  BOOST_TEST(box.unconfirmed(frame * 2) == outbox::few - 1);
  send(100);
  BOOST_TEST(box.unconfirmed(frame * (outbox::few - 3)) == sent - (outbox::few - 3));
  while (!box.empty()) all += write(100);
  send(outbox::capacity);
  while (!box.empty()) all += write(1000);
  BOOST_TEST((all == wanted));
  BOOST_TEST(box.unconfirmed(frame * (sent - 10)) == 10u);
}

BOOST_FIXTURE_TEST_CASE(no_credits_while_many_bytes_wait, writer) {
  BOOST_TEST(box.take_allowance() == outbox::usual);
  for (std::size_t i = 0; i != outbox::usual; ++i) box.push(message::uninitialized(i < 15 ? 1 : 1 << 20));
  while (box.size() > 10) (void)write(1 << 20);
  BOOST_TEST(!box.wants_ring());
  while (!box.empty()) (void)write(1 << 20);
  BOOST_TEST(box.wants_ring());
}

BOOST_FIXTURE_TEST_CASE(what_has_not_arrived_whole_is_unconfirmed, writer) {
  for (auto* text : {"one", "", "three"}) box.push(message(text));
  (void)write(1000);
  BOOST_TEST(box.unconfirmed(0) == 3u);
  BOOST_TEST(box.unconfirmed(10) == 3u);
  BOOST_TEST(box.unconfirmed(11) == 2u);
  BOOST_TEST(box.unconfirmed(three.size() - 1) == 1u);
  BOOST_TEST(box.unconfirmed(three.size()) == 0u);
  for (int i = 0; i != 5000; ++i) {
    box.push(message("x"));
    (void)write(9);
  }
  // More than it keeps account of, one by one.
  BOOST_TEST(box.unconfirmed(three.size()) == 5000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
