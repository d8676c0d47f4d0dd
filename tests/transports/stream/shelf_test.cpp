// SPDX-License-Identifier: MIT
#include "stream/shelf.hpp"

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::stream {

namespace {

constexpr std::size_t places = 4;

struct fixture {
  void add(std::uint64_t i, std::string_view text) {
    message const m(text);
    auto const size = frame_size(framing::tcp, m);
    shelf.add_bytes(i, framing::tcp, m, size, end += size);
  }
  std::string bytes(std::size_t from, std::size_t size) const {
    std::string all;
    for (auto const piece : shelf.bytes(from, size))
      all.append(reinterpret_cast<char const*>(piece.data()), piece.size());
    return all;
  }
  stream::shelf shelf{places, 7};
  std::uint64_t end = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_shelf, fixture)

BOOST_AUTO_TEST_CASE(light_is_what_lives_inside_a_message) {
  BOOST_TEST(shelf::light(message("")));
  BOOST_TEST(shelf::light(message(std::string(message::inline_size, 'x'))));
  BOOST_TEST(!shelf::light(message(std::string(message::most_inline + 1, 'x'))));
  message far("x");
  for (int i = 0; i != 5; ++i) far.header().push(1);
  BOOST_TEST(shelf::light(far));
  far.header().push(1);
  BOOST_TEST(!shelf::light(far));
}

BOOST_AUTO_TEST_CASE(frames_lie_behind_each_other) {
  add(7, "one");
  add(8, "");
  BOOST_TEST(bytes(0, end) == framed("one") + framed(""));
  BOOST_TEST(bytes(11, 8) == framed(""));
  BOOST_TEST(shelf.end(7) == 11u);
  BOOST_TEST(shelf.end(8) == 19u);
  BOOST_TEST(!shelf.holds(8));
}

BOOST_AUTO_TEST_CASE(as_many_of_the_longest_as_there_are_places_fit_wherever_they_begin) {
  std::string const longest(message::most_inline, 'x');
  for (std::uint64_t i = 7; i < 100; i += places) {
    auto const begin = end;
    std::string wanted;
    for (std::uint64_t n = 0; n != places; ++n) {
      auto const text = longest.substr(static_cast<std::size_t>(i + n) % 11);
      add(i + n, text);
      wanted += framed(text);
    }
    BOOST_TEST(bytes(0, end - begin) == wanted);
    shelf.drop_bytes(end - begin);
  }
}

BOOST_AUTO_TEST_CASE(the_others_are_held_as_they_are) {
  add(7, "light");
  shelf.hold(8, message(std::string(1000, 'x')), 2000);
  BOOST_TEST(shelf.holds(8));
  BOOST_TEST(!shelf.holds(7));
  BOOST_TEST(shelf.end(8) == 2000u);
  BOOST_TEST(shelf.message_at(8).size() == 1000u);
  shelf.drop_message(8);
}

BOOST_AUTO_TEST_CASE(an_empty_one_may_begin_in_front_again) {
  add(7, "one");
  auto const* const front = shelf.bytes(0, 1)[0].data();
  shelf.drop_bytes(static_cast<std::size_t>(end));
  shelf.begin_at(8);
  end = 0;
  add(8, "two");
  BOOST_TEST(shelf.bytes(0, 1)[0].data() == front);
  BOOST_TEST(bytes(0, end) == framed("two"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
