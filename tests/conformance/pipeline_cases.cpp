// SPDX-License-Identifier: MIT
// What PUSH and PAIR queue, and what PULL and PAIR leave out when they are asked to.
#include "conformance/stage.hpp"

#include <future>
#include <utility>

namespace weft::conformance {

namespace {

void what_is_queued_reaches_who_comes_later(stage& s) {
  push_socket push(s.here(), {.send_queue = 3});
  message m("kept");
  for (std::size_t i = 0; i != 3; ++i) push.send(numbered_message(i), soon());
  BOOST_TEST(push.try_send(m) == errc::no_peers);
  pull_socket pull(s.there());
  s.connect(push, pull);
  for (std::size_t i = 0; i != 3; ++i) BOOST_TEST(number_in(pull.receive(soon())) == i);
  push.send(std::move(m), soon());
  BOOST_TEST(pull.receive(soon()).text() == "kept");
}

void a_pair_keeps_its_queue_for_the_next_peer(stage& s) {
  pair_socket here(s.here(), {.send_queue = 2});
  auto const url = s.listen(here);
  here.send("1", soon());
  here.send("2", soon());
  pair_socket there(s.there());
  there.dial(url);
  BOOST_TEST(there.receive(soon()).text() == "1");
  BOOST_TEST(there.receive(soon()).text() == "2");
}

void what_is_queued_is_delivered_while_close_lingers(stage& s) {
  push_socket push(s.here(), {.send_queue = 8192});
  pull_socket pull(s.there(), {}, {.receive_window = 1});
  s.connect(push, pull);
  std::size_t sent = 0;
  for (; sent != 3000; ++sent) push.send(patterned(1024, static_cast<unsigned>(sent)), soon());
  auto closing = std::async(std::launch::async, [&] { return push.close(patience); });
  std::size_t good = 0;
  while (good != sent && is_patterned(pull.receive(soon()), 1024, static_cast<unsigned>(good))) ++good;
  BOOST_TEST(good == sent);
  BOOST_TEST(closing.get().unconfirmed == 0u);
}

// Nobody calls the sender meanwhile.
void what_is_queued_goes_out_in_the_background(stage& s) {
  push_socket push(s.here(), {.send_queue = 8192});
  pull_socket pull(s.there(), {}, {.receive_window = 1});
  s.connect(push, pull);
  for (std::size_t i = 0; i != 2000; ++i) push.send(patterned(1024, static_cast<unsigned>(i)), soon());
  std::size_t good = 0;
  while (good != 2000 && is_patterned(pull.receive(soon()), 1024, static_cast<unsigned>(good))) ++good;
  BOOST_TEST(good == 2000u);
}

void what_is_queued_for_nobody_is_reported(stage& s) {
  push_socket push(s.here(), {.send_queue = 3});
  for (int i = 0; i != 3; ++i) push.send("to nobody", soon());
  BOOST_TEST(push.close(patience).unconfirmed == 3u);  // at once: nobody will come
}

void only_the_newest_is_kept(stage& s) {
  push_socket push(s.here());
  pull_socket pull(s.there(), {.conflate = true}, {.receive_window = 4});
  s.connect(push, pull);
  constexpr std::size_t count = 2000;
  for (std::size_t i = 0; i != count; ++i) push.send(numbered_message(i), soon());
  for (auto last = number_in(pull.receive(soon())); last != count - 1;) {
    auto const next = number_in(pull.receive(soon()));
    BOOST_TEST(next > last);
    last = next;
  }
  BOOST_TEST(receive_code(pull, not_long()) == errc::timed_out);
}

constexpr conformance_case all[] = {
    {"what_is_queued_reaches_who_comes_later", what_is_queued_reaches_who_comes_later},
    {"a_pair_keeps_its_queue_for_the_next_peer", a_pair_keeps_its_queue_for_the_next_peer},
    {"what_is_queued_is_delivered_while_close_lingers", what_is_queued_is_delivered_while_close_lingers},
    {"what_is_queued_goes_out_in_the_background", what_is_queued_goes_out_in_the_background},
    {"what_is_queued_for_nobody_is_reported", what_is_queued_for_nobody_is_reported},
    {"only_the_newest_is_kept", only_the_newest_is_kept},
};

}  // namespace

cases pipeline_cases() { return all; }

}  // namespace weft::conformance
