// SPDX-License-Identifier: MIT
// What is sent arrives: whole, once, in order.
#include "conformance/stage.hpp"

#include <future>

namespace weft::conformance {

namespace {

// Around what lives inside a message, what a small frame holds, and what counts as large.
constexpr std::size_t sizes[] = {0, 1, 63, 64, 65, 72, 73, 1000, 16383, 16384, 16385, 65535, 65536, 65537, 1 << 20};
constexpr std::size_t large_sizes[] = {8 << 20, 33 << 20};

using one_way = couple<push_socket, pull_socket>;
using two_ways = couple<pair_socket, pair_socket>;

void whole_at(one_way& c, std::size_t size) {
  BOOST_TEST_CONTEXT("size " << size) {
    c.a.send(patterned(size), soon());
    BOOST_TEST(is_patterned(c.b.receive(soon()), size));
  }
}

void a_message_arrives_whole_at_every_size(stage& s) {
  one_way c(s);
  for (auto const size : sizes) whole_at(c, size);
}

void a_large_message_arrives_whole(stage& s) {
  one_way c(s);
  if (!s.transport().carries_large) return;
  for (auto const size : large_sizes) whole_at(c, size);
}

void a_reply_is_as_large_as_its_request(stage& s) {
  couple<req_socket, rep_socket> c(s);
  for (auto const size : sizes) {
    c.a.send(patterned(size), soon());
    auto request = c.b.receive(soon());
    BOOST_TEST(is_patterned(request, size));
    c.b.send(std::move(request), soon());
    BOOST_TEST(is_patterned(c.a.receive(soon()), size));
  }
}

void send_numbers(auto& socket, std::size_t count) {
  for (std::size_t i = 0; i != count; ++i) socket.send(numbered_message(i), soon());
}

/// \return how many came as they should before the first that did not
std::size_t receive_numbers(auto& socket, std::size_t count) {
  std::size_t i = 0;
  while (i != count && number_in(socket.receive(soon())) == i) ++i;
  return i;
}

void ten_thousand_messages_come_in_order(stage& s) {
  one_way c(s);
  auto const sender = std::async(std::launch::async, [&] { send_numbers(c.a, 10'000); });
  BOOST_TEST(receive_numbers(c.b, 10'000) == 10'000u);
}

// Whatever different ways a transport has for the two, no message overtakes another.
void small_and_large_messages_come_in_order(stage& s) {
  one_way c(s);
  constexpr unsigned count = 300;
  auto const size_of = [](unsigned i) -> std::size_t { return i % 5 == 2 ? 200'000 : i % 3 == 0 ? 20'000 : i % 64; };
  auto sender = std::async(std::launch::async, [&] {
    for (unsigned i = 0; i != count; ++i) c.a.send(patterned(size_of(i), i), soon());
  });
  unsigned good = 0;
  while (good != count && is_patterned(c.b.receive(soon()), size_of(good), good)) ++good;
  BOOST_TEST(good == count);
  sender.get();
}

void both_directions_work_at_once(stage& s) {
  two_ways c(s);
  constexpr std::size_t count = 2000;
  auto const a_sends = std::async(std::launch::async, [&] { send_numbers(c.a, count); });
  auto const b_sends = std::async(std::launch::async, [&] { send_numbers(c.b, count); });
  auto a_receives = std::async(std::launch::async, [&] { return receive_numbers(c.a, count); });
  BOOST_TEST(receive_numbers(c.b, count) == count);
  BOOST_TEST(a_receives.get() == count);
}

void large_messages_cross_each_other(stage& s) {
  two_ways c(s);
  constexpr unsigned count = 10;
  auto const exchange = [](pair_socket& socket) {
    unsigned good = 0;
    for (unsigned i = 0; i != count; ++i) {
      socket.send(patterned(1 << 20, i), soon());
      good += is_patterned(socket.receive(soon()), 1 << 20, i);
    }
    return good;
  };
  auto a = std::async(std::launch::async, [&] { return exchange(c.a); });
  BOOST_TEST(exchange(c.b) == count);
  BOOST_TEST(a.get() == count);
}

void a_ping_pong_goes_on_for_long(stage& s) {
  couple<req_socket, rep_socket> c(s);
  auto echo = std::async(std::launch::async, [&] {
    for (int i = 0; i != 3000; ++i) c.b.send(c.b.receive(soon()), soon());
  });
  std::size_t good = 0;
  for (std::size_t i = 0; i != 3000; ++i) {
    c.a.send(numbered_message(i), soon());
    good += number_in(c.a.receive(soon())) == i;
  }
  BOOST_TEST(good == 3000u);
  echo.get();
}

// The bytes that are sent are the caller's own; the caller learns when they are no longer needed.
void memory_of_the_callers_is_let_go_once(stage& s) {
  one_way c(s);
  std::vector<std::byte> mine(300'000, std::byte{42});
  auto released = std::make_shared<std::promise<void>>();
  c.a.send(message::adopt(mine, [released] { released->set_value(); }), soon());
  {
    auto const got = c.b.receive(soon());
    BOOST_TEST(got.size() == mine.size());
    BOOST_TEST((got.body().back() == std::byte{42}));
  }
  c.b.close();
  c.a.close();
  BOOST_TEST((released->get_future().wait_for(patience) == std::future_status::ready));
}

constexpr conformance_case all[] = {
    {"a_message_arrives_whole_at_every_size", a_message_arrives_whole_at_every_size},
    {"a_large_message_arrives_whole", a_large_message_arrives_whole},
    {"a_reply_is_as_large_as_its_request", a_reply_is_as_large_as_its_request},
    {"ten_thousand_messages_come_in_order", ten_thousand_messages_come_in_order},
    {"small_and_large_messages_come_in_order", small_and_large_messages_come_in_order},
    {"both_directions_work_at_once", both_directions_work_at_once},
    {"large_messages_cross_each_other", large_messages_cross_each_other},
    {"a_ping_pong_goes_on_for_long", a_ping_pong_goes_on_for_long},
    {"memory_of_the_callers_is_let_go_once", memory_of_the_callers_is_let_go_once},
};

}  // namespace

cases delivery_cases() { return all; }

}  // namespace weft::conformance
