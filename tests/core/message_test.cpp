// SPDX-License-Identifier: MIT
#include <weft/message.hpp>

#include "support/count_allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

std::span<std::byte const> bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// Text in which every byte tells where it stands.
std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('!' + i % 89);
  return text;
}

// Whether the body lives inside the message.
bool is_inline(message const& m) {
  auto const* at = reinterpret_cast<std::byte const*>(&m);
  return m.body().data() >= at && m.body().data() < at + sizeof m;
}

std::vector<std::uint32_t> words(header const& h) { return {h.words().begin(), h.words().end()}; }

header path(std::size_t size) {
  header h;
  for (std::size_t i = 0; i < size; ++i) h.push(static_cast<std::uint32_t>(i * 3));
  return h;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(message_body)

BOOST_AUTO_TEST_CASE(of_up_to_72_bytes_lives_in_the_message) {
  for (std::size_t size = 0; size <= 72; ++size) {
    auto const text = pattern(size);
    auto const before = test::allocations();
    message m(text);
    message const moved = std::move(m);
    BOOST_TEST(test::allocations() == before);
    BOOST_TEST(is_inline(moved));
    BOOST_TEST((moved.text() == text));
    BOOST_TEST(m.empty());
  }
  static_assert(message::inline_size == 64);
}

BOOST_AUTO_TEST_CASE(of_more_lives_in_a_block_that_a_move_takes_along) {
  for (std::size_t size : {73u, 128u, 129u, 4096u, 1u << 20}) {
    message m(pattern(size));
    auto const* at = m.body().data();
    BOOST_TEST(!is_inline(m));
    message moved = std::move(m);
    BOOST_TEST((moved.body().data() == at));
    BOOST_TEST((moved.text() == pattern(size)));
    BOOST_TEST(m.empty());
    m = std::move(moved);
    BOOST_TEST((m.body().data() == at));
  }
}

BOOST_AUTO_TEST_CASE(survives_a_move_to_itself) {
  for (std::size_t size : {10u, 100u}) {
    message m(pattern(size));
    auto& alias = m;
    m = std::move(alias);
    BOOST_TEST((m.text() == pattern(size)));
  }
}

BOOST_AUTO_TEST_CASE(is_trimmed_at_the_front_and_chopped_at_the_back) {
  for (std::size_t size : {72u, 73u, 500u}) {
    message m(pattern(size));
    m.trim(5);
    m.chop(7);
    BOOST_TEST((m.text() == pattern(size).substr(5, size - 12)));
    message moved = std::move(m);
    BOOST_TEST((moved.text() == pattern(size).substr(5, size - 12)));
    moved.trim(moved.size());
    BOOST_TEST(moved.empty());
    moved.append(bytes("again"));
    BOOST_TEST(moved.text() == "again");
  }
}

BOOST_AUTO_TEST_CASE(grows_byte_by_byte_with_few_allocations) {
  auto const text = pattern(5000);
  message m;
  auto const before = test::allocations();
  for (char const& c : text) m.append(bytes({&c, 1}));
  BOOST_TEST((m.text() == text));
  // Doubling: 144, 288, ... 9216.
  BOOST_TEST(test::allocations() - before < 20u);
}

BOOST_AUTO_TEST_CASE(appends_its_own_bytes_and_none) {
  for (std::size_t size : {30u, 60u, 100u, 1000u}) {
    message m(pattern(size));
    m.append({});
    m.append(m.body());
    BOOST_TEST((m.text() == pattern(size) + pattern(size)));
  }
}

BOOST_AUTO_TEST_CASE(keeps_header_and_source_when_it_moves_to_a_wider_place) {
  message m(pattern(72));
  m.header().push(7);
  m.set_source(pipe_id{9});
  m.append(bytes("x"));
  BOOST_TEST((words(m.header()) == std::vector<std::uint32_t>{7}));
  BOOST_TEST((m.source() == pipe_id{9}));
  BOOST_TEST((m.text() == pattern(72) + "x"));
}

BOOST_AUTO_TEST_CASE(is_shared_until_one_of_them_is_gone) {
  message m(pattern(100));
  m.header().push(1);
  m.set_source(pipe_id{3});
  {
    message const other = m.share();
    BOOST_TEST((other.body().data() == m.body().data()));
    BOOST_TEST((words(other.header()) == words(m.header())));
    BOOST_TEST((other.source() == pipe_id{3}));
    BOOST_TEST(!m.unique());
    BOOST_TEST(!other.unique());
  }
  BOOST_TEST(m.unique());
  m.mutable_body()[0] = std::byte{'?'};
  BOOST_TEST(m.text()[0] == '?');
}

BOOST_AUTO_TEST_CASE(that_is_small_is_shared_as_a_body_of_its_own) {
  message m(pattern(20));
  m.trim(2);
  message other = m.share();
  BOOST_TEST(m.unique());
  BOOST_TEST(other.unique());
  other.mutable_body()[0] = std::byte{'?'};
  BOOST_TEST((m.text() == pattern(20).substr(2)));
}

BOOST_AUTO_TEST_CASE(is_left_alone_when_one_who_shares_it_appends) {
  message m(pattern(100));
  message other = m.share();
  other.append(bytes("more"));
  BOOST_TEST((m.text() == pattern(100)));
  BOOST_TEST((other.text() == pattern(100) + "more"));
  BOOST_TEST(m.unique());
}

BOOST_AUTO_TEST_CASE(is_another_one_in_a_copy) {
  message m(pattern(100));
  m.header().push(5);
  message other = m.copy();
  BOOST_TEST((other.body().data() != m.body().data()));
  BOOST_TEST((other.text() == m.text()));
  BOOST_TEST((words(other.header()) == words(m.header())));
  BOOST_TEST(other.unique());
}

BOOST_AUTO_TEST_CASE(that_is_adopted_is_the_callers_memory_and_released_once) {
  std::string mine = pattern(10);
  std::atomic<int> released{0};
  auto m = message::adopt(std::as_writable_bytes(std::span(mine)), [&] { ++released; });
  BOOST_TEST((m.body().data() == bytes(mine).data()));
  message other = m.share();
  m = message();
  BOOST_TEST(released == 0);
  // The last one goes in another thread.
  std::jthread([last = std::move(other)]() mutable { last = message(); }).join();
  BOOST_TEST(released == 1);
}

BOOST_AUTO_TEST_CASE(that_is_adopted_is_released_once_though_two_threads_let_go_at_once) {
  std::string mine = pattern(10);
  std::atomic<int> released{0};
  std::atomic<int> ready{0};
  constexpr int rounds = 2000;
  for (int i = 0; i < rounds; ++i) {
    ready = 0;
    auto one = message::adopt(std::as_writable_bytes(std::span(mine)), [&] { ++released; });
    std::jthread other([&, two = one.share()]() mutable {
      for (++ready; ready < 2;) std::this_thread::yield();
      two = message();
    });
    for (++ready; ready < 2;) std::this_thread::yield();
    one = message();
  }
  BOOST_TEST(released == rounds);
}

BOOST_AUTO_TEST_CASE(that_is_adopted_need_not_be_released_nor_have_bytes) {
  auto const m = message::adopt({}, {});
  BOOST_TEST(m.empty());
  auto grown = message::adopt({}, {});
  grown.append(bytes("x"));
  BOOST_TEST(grown.text() == "x");
}

BOOST_AUTO_TEST_CASE(may_be_a_slice_that_appends_without_writing_over_its_neighbour) {
  auto* b = ext::allocate_block(100);
  b->references.store(2);
  auto first = message::slice(b, b->data, 10);
  auto second = message::slice(b, b->data + 10, 10);
  std::fill_n(b->data, 20, std::byte{'a'});
  first.append(bytes("b"));
  BOOST_TEST(second.text() == "aaaaaaaaaa");
  BOOST_TEST(first.text() == "aaaaaaaaaab");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(message_header)

BOOST_AUTO_TEST_CASE(a_header_takes_words_at_its_front_too) {
  header h;
  for (std::uint32_t i = 1; i < header::capacity; ++i) h.push(i);
  h.push_front(0);
  for (std::uint32_t i = 0; i < header::capacity; ++i) {
    BOOST_TEST(h.top() == header::capacity - 1);
    BOOST_TEST(h.pop_front() == i);
  }
  BOOST_TEST(h.empty());
  for (std::uint32_t i = 0; i < 10; ++i) h.push_front(i);
  BOOST_TEST((words(h) == std::vector<std::uint32_t>{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}));
}

BOOST_AUTO_TEST_CASE(holds_up_to_256_words_in_order) {
  header h;
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i < header::capacity; ++i) {
    BOOST_TEST(!h.full());
    h.push(i * 3);
    expected.push_back(i * 3);
    BOOST_TEST(h.top() == i * 3);
    BOOST_TEST((words(h) == expected));
  }
  BOOST_TEST(h.full());
  while (!h.empty()) {
    BOOST_TEST(h.pop() == expected.back());
    expected.pop_back();
    BOOST_TEST((words(h) == expected));
  }
}

BOOST_AUTO_TEST_CASE(of_five_words_allocates_nothing) {
  auto const before = test::allocations();
  auto h = path(5);
  auto const moved = std::move(h);
  BOOST_TEST(test::allocations() == before);
  BOOST_TEST(moved.size() == 5u);
}

BOOST_AUTO_TEST_CASE(goes_back_and_forth_over_the_fifth_word) {
  auto h = path(5);
  for (int i = 0; i < 10; ++i) {
    h.push(99);
    BOOST_TEST(h.pop() == 99u);
  }
  BOOST_TEST((words(h) == words(path(5))));
}

BOOST_AUTO_TEST_CASE(is_moved_copied_and_cleared_at_any_size) {
  for (std::size_t size : {0u, 5u, 6u, 256u}) {
    auto h = path(size);
    auto copied = h.copy();
    header moved = std::move(h);
    BOOST_TEST(h.empty());
    BOOST_TEST((words(moved) == words(path(size))));
    BOOST_TEST((words(copied) == words(path(size))));
    copied = path(7);
    BOOST_TEST((words(copied) == words(path(7))));
    moved.clear();
    BOOST_TEST(moved.empty());
    moved.push(1);
    BOOST_TEST(moved.top() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(pulls_words_big_endian_from_the_body) {
  message m(std::string_view("\x80\x00\x00\x01\x00\x00\x00\x02tail", 12));
  BOOST_TEST((m.pull_word() == 0x80000001u));
  BOOST_TEST((m.pull_word() == 2u));
  BOOST_TEST((words(m.header()) == std::vector<std::uint32_t>{0x80000001u, 2u}));
  BOOST_TEST(m.text() == "tail");
  BOOST_TEST(m.pull_word().has_value());
  BOOST_TEST(m.empty());
}

BOOST_AUTO_TEST_CASE(pulls_no_word_from_three_bytes) {
  message m("abc");
  BOOST_TEST(!m.pull_word());
  BOOST_TEST(m.text() == "abc");
  BOOST_TEST(m.header().empty());
}

BOOST_AUTO_TEST_CASE(pulls_256_words_and_not_one_more) {
  message m(std::string(4 * 257, 'x'));
  for (int i = 0; i < 256; ++i) BOOST_TEST(m.pull_word().has_value());
  BOOST_TEST(!m.pull_word());
  BOOST_TEST(m.size() == 4u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
