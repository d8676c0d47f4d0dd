// SPDX-License-Identifier: MIT
// Messages are made, changed, handed over and freed.
#include "capi/calls.hpp"

#include <array>
#include <cstring>
#include <limits>

namespace weft::capi_tests {

namespace {

/// Memory of a program's own, and how often it was given back.
struct lent {
  std::array<char, 100> bytes{};
  std::atomic<int> returned{0};
  static void release(void* data, std::size_t size, void* arg) {
    auto& self = *static_cast<lent*>(arg);
    if (data == self.bytes.data() && size == self.bytes.size()) ++self.returned;
  }
  int adopt(weft_message** out) { return weft_message_adopt(bytes.data(), bytes.size(), release, this, out); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(capi_messages)

BOOST_AUTO_TEST_CASE(a_body_is_written_and_cut) {
  msg m;
  ok(weft_message_alloc(3, &m.it));
  void* at = nullptr;
  ok(weft_message_edit(m, &at));
  std::memcpy(at, "abc", 3);
  ok(weft_message_append(m, "def", 3));
  ok(weft_message_append(m, nullptr, 0));
  BOOST_TEST(m.text() == "abcdef");
  ok(weft_message_trim(m, 1));
  ok(weft_message_chop(m, 2));
  BOOST_TEST(m.text() == "bcd");
  BOOST_TEST(weft_message_trim(m, 4) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_chop(m, 4) == WEFT_EARGUMENT);
  BOOST_TEST(m.text() == "bcd");
}

BOOST_AUTO_TEST_CASE(a_shared_body_is_copied_before_it_is_written) {
  msg one(std::string(1000, 'x')), other, copy;
  ok(weft_message_share(one, &other.it));
  ok(weft_message_copy(one, &copy.it));
  BOOST_TEST(weft_message_body(one) == weft_message_body(other));
  BOOST_TEST(weft_message_body(one) != weft_message_body(copy));
  void* at = nullptr;
  ok(weft_message_edit(other, &at));
  std::memcpy(at, "y", 1);
  BOOST_TEST(one.text() == std::string(1000, 'x'));
  BOOST_TEST(other.text().front() == 'y');
}

BOOST_AUTO_TEST_CASE(memory_of_the_callers_own_is_given_back_once) {
  lent mine;
  {
    msg m, shared;
    ok(mine.adopt(&m.it));
    BOOST_TEST(weft_message_body(m) == mine.bytes.data());
    ok(weft_message_share(m, &shared.it));
    weft_message_free(std::exchange(m.it, nullptr));
    BOOST_TEST(mine.returned == 0);
  }
  BOOST_TEST(mine.returned == 1);
  weft_message* m = nullptr;
  BOOST_TEST(weft_message_adopt(nullptr, 1, lent::release, &mine, &m) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_adopt(mine.bytes.data(), 1, nullptr, &mine, &m) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_adopt(mine.bytes.data(), 1, lent::release, &mine, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(mine.returned == 1);
}

BOOST_AUTO_TEST_CASE(memory_of_the_callers_own_is_sent_as_it_is) {
  lent mine;
  mine.bytes.fill('z');
  {
    sock a(WEFT_PAIR), b(WEFT_PAIR);
    a.meet(b);
    msg m;
    ok(mine.adopt(&m.it));
    ok(m.given(weft_socket_send(a, m, 0)));
    msg got;
    ok(weft_socket_receive(b, &got.it, 0));
    BOOST_TEST(weft_message_body(got) == mine.bytes.data());  // over inproc
    BOOST_TEST(mine.returned == 0);
  }
  BOOST_TEST(mine.returned == 1);
}

BOOST_AUTO_TEST_CASE(what_could_not_be_sent_is_still_the_callers) {
  lent mine;
  sock push(WEFT_PUSH);
  {
    msg m;
    ok(mine.adopt(&m.it));
    BOOST_TEST(weft_socket_send(push, m, WEFT_NONBLOCK) == WEFT_ENOPEERS);
    BOOST_TEST(weft_message_size(m) == mine.bytes.size());
    BOOST_TEST(mine.returned == 0);
  }
  BOOST_TEST(mine.returned == 1);
}

BOOST_AUTO_TEST_CASE(a_raw_socket_shows_the_header) {
  sock req(WEFT_REQ), raw(WEFT_REP | WEFT_RAW);
  raw.meet(req);
  req.send("question");
  msg m;
  ok(weft_socket_receive(raw, &m.it, 0));
  BOOST_TEST(weft_message_header_size(m) == 2u);
  std::uint32_t hop = 0, id = 0, none = 0;
  ok(weft_message_header_at(m, 0, &hop));
  ok(weft_message_header_at(m, 1, &id));
  BOOST_TEST(hop == weft_message_pipe(m).number);
  BOOST_TEST((id & 0x8000'0000u) != 0u);
  BOOST_TEST(weft_message_header_at(m, 2, &none) == WEFT_EARGUMENT);
  msg answer("answer");
  ok(weft_message_header_push(answer, hop));
  ok(weft_message_header_push(answer, id));
  ok(answer.given(weft_socket_send(raw, answer, 0)));
  BOOST_TEST(req.receive() == "answer");
  ok(weft_message_header_clear(m));
  BOOST_TEST(weft_message_header_size(m) == 0u);
  BOOST_TEST(weft_socket_send(raw, m, 0) == WEFT_EMALFORMED);
  for (int i = 0; i < 256; ++i) ok(weft_message_header_push(m, 1));
  BOOST_TEST(weft_message_header_push(m, 1) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(nothing_is_no_message) {
  weft_message* m = nullptr;
  BOOST_TEST(weft_message_alloc(1, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_from(nullptr, 1, &m) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_from("x", 1, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_share(nullptr, &m) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_copy(nullptr, &m) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_append(nullptr, "x", 1) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_trim(nullptr, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_chop(nullptr, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_edit(nullptr, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_header_push(nullptr, 1) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_header_clear(nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_header_at(nullptr, 0, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_message_header_size(nullptr) == 0u);
  BOOST_TEST(weft_message_size(nullptr) == 0u);
  BOOST_TEST(weft_message_body(nullptr) == nullptr);
  BOOST_TEST(weft_message_pipe(nullptr).number == 0u);
  weft_message_free(nullptr);
  BOOST_TEST(m == nullptr);
}

BOOST_AUTO_TEST_CASE(sizes_below_zero_are_more_than_there_is) {
  auto const minus_one = static_cast<std::size_t>(-1);
  weft_message* m = nullptr;
  BOOST_TEST(weft_message_alloc(minus_one, &m) == WEFT_ENOMEM);
  BOOST_TEST(weft_message_from("x", minus_one, &m) == WEFT_ENOMEM);
  BOOST_TEST(m == nullptr);
  msg small("x");
  BOOST_TEST(weft_message_append(small, "x", minus_one) == WEFT_ENOMEM);
  BOOST_TEST(weft_message_trim(small, minus_one) == WEFT_EARGUMENT);
  sock s(WEFT_PAIR);
  BOOST_TEST(weft_socket_send_bytes(s, "x", minus_one, 0) == WEFT_ENOMEM);
  BOOST_TEST(small.text() == "x");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::capi_tests
