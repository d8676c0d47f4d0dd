// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <future>
#include <system_error>
#include <vector>

namespace weft::fabric {

namespace {

auto const dependable = boost::unit_test::data::make(reliable);

// A receiver that takes nothing in: what is sent to it stays where it is, sooner or later.
constexpr std::size_t large = 256 * 1024;

void deaf(client_options& o) {
  o.max_message = large;
  o.send_buffers = 4;
  o.receive_buffers = 1;
}

// \return whether it is full at last; a provider may take any number
bool fill(client& c, std::vector<std::future<void>>& sends) {
  bytes const out(large);
  for (std::size_t n = 0; n != 200; ++n) {
    auto sent = c.send_async(out);
    if (sent.wait_for(5ms) != std::future_status::ready) {
      sends.push_back(std::move(sent));
      continue;
    }
    try {
      sent.get();
    } catch (std::system_error const& e) {
      BOOST_TEST((e.code() == errc::would_block), e.what());
      if (c.send(out, {.until = 20ms}) == errc::timed_out) return true;
    }
  }
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sends_of_a_client)

BOOST_DATA_TEST_CASE(may_begin_before_there_is_a_connection_and_stay_in_order, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  std::vector<std::future<void>> sends;
  for (int i = 0; i != 20; ++i) sends.push_back(c->a.send_async(as_bytes(std::to_string(i))));
  for (int i = 0; i != 20; ++i) BOOST_TEST(c->b.receive(soon()).value().text() == std::to_string(i));
  for (auto& s : sends) BOOST_CHECK_NO_THROW(s.get());
  BOOST_TEST(c->a.stats().backlog == 0u);
}

BOOST_DATA_TEST_CASE(are_refused_or_wait_where_nothing_is_taken_in, dependable, over) {
  auto const c = couple_over(over, deaf);
  if (!c) return;
  std::vector<std::future<void>> sends;
  if (!fill(c->a, sends)) return skip(over, "takes any number of sends");
  bytes const out(large);
  std::stop_source stop;
  stop.request_stop();
  BOOST_TEST((c->a.send(out, {.stop = stop.get_token()}) == errc::canceled));
  auto waits = std::async(std::launch::async, [&] { return c->a.send(out, soon()); });
  while (waits.wait_for(0s) != std::future_status::ready) (void)c->b.receive({.until = 10ms});
  BOOST_TEST(!waits.get());
}

/// One that sends to somebody, who is there, and to nobody.
struct one_of_two {
  explicit one_of_two(client_options const& o) : a(client::open(o).value()), b(client::open(o).value()) {
    auto gone = client::open(o).value();
    to_b = a.register_peer(b.address()).value();
    to_nobody = a.register_peer(gone.address()).value();
  }
  client a, b;
  peer to_b = peer::any, to_nobody = peer::any;
};

// net tries for ever to connect to who is not there; the others say so.
constexpr kind tireless{"net", endpoint_type::rdm};

BOOST_AUTO_TEST_CASE(to_nobody_hold_up_no_others) {
  if (!offered(tireless)) return;
  one_of_two c(options_for(tireless));
  auto lost = c.a.send_to_async(c.to_nobody, as_bytes("lost"));
  for (int i = 0; i != 100; ++i) {
    BOOST_TEST(!c.a.send_to(c.to_b, as_bytes(std::to_string(i)), soon()));
    BOOST_TEST(c.b.receive(soon()).value().text() == std::to_string(i));
  }
  BOOST_TEST((lost.wait_for(0s) != std::future_status::ready));
  BOOST_TEST(!c.a.forget_peer(c.to_nobody));
  BOOST_CHECK_EXCEPTION(lost.get(), std::system_error, [](auto const& e) { return e.code() == errc::canceled; });
}

BOOST_AUTO_TEST_CASE(that_are_given_up_leave_their_place_to_who_waits) {
  if (!offered(tireless)) return;
  auto o = options_for(tireless);
  o.send_buffers = 1;
  one_of_two c(o);
  auto lost = c.a.send_to_async(c.to_nobody, as_bytes("lost"));
  auto waits = std::async(std::launch::async, [&] { return c.a.send_to(c.to_b, as_bytes("in its place"), soon()); });
  BOOST_TEST((waits.wait_for(50ms) != std::future_status::ready));
  BOOST_TEST(!c.a.forget_peer(c.to_nobody));
  BOOST_TEST(!waits.get());
  BOOST_TEST(c.b.receive(soon()).value().text() == "in its place");
}

BOOST_DATA_TEST_CASE(that_are_too_large_say_so, dependable, over) {
  auto const c = couple_over(over, [](client_options& o) { o.max_message = 100; });
  if (!c) return;
  BOOST_TEST((c->a.send(bytes(101), soon()) == errc::message_too_large));
  BOOST_TEST(!c->a.send(bytes(100), soon()));
  BOOST_TEST(c->b.receive(soon()).value().bytes().size() == 100u);
}

BOOST_DATA_TEST_CASE(copy_so_that_their_caller_may_change_what_was_sent, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  auto out = pattern(5000);
  auto sent = c->a.send_async(out);
  std::ranges::fill(out, std::byte{0});
  auto const got = c->b.receive(soon()).value();
  BOOST_TEST(std::ranges::equal(got.bytes(), pattern(5000)));
  sent.get();
}

BOOST_DATA_TEST_CASE(tell_the_handlers, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  std::promise<client::sent> told;
  auto const on = c->a.on_send([&](client::sent const& s) { told.set_value(s); });
  BOOST_TEST(!c->a.send(as_bytes("12345"), soon()));
  auto const s = told.get_future().get();
  BOOST_TEST(s.bytes == 5u);
  BOOST_TEST(!s.error);
  BOOST_TEST((s.to == c->a.default_peer()));
}

BOOST_DATA_TEST_CASE(are_counted, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  for (int i = 0; i != 3; ++i) BOOST_TEST(!c->a.send(as_bytes("x"), soon()));
  for (int i = 0; i != 3; ++i) BOOST_TEST(c->b.receive(soon()).has_value());
  auto const sent = c->a.stats(), got = c->b.stats();
  BOOST_TEST(sent.send_posted == 3u);
  BOOST_TEST(sent.send_completed == 3u);
  BOOST_TEST(sent.send_errored == 0u);
  BOOST_TEST(got.receive_matched == 3u);
  BOOST_TEST(got.receive_errored == 0u);
  BOOST_TEST(got.receive_posted >= 32u);
  BOOST_TEST(got.inbox == 0u);
}

BOOST_DATA_TEST_CASE(end_with_their_client, dependable, over) {
  auto const c = couple_over(over, deaf);
  if (!c) return;
  std::vector<std::future<void>> sends;
  if (!fill(c->a, sends)) return skip(over, "takes any number of sends");
  c->a.close();
  for (auto& s : sends) {
    BOOST_REQUIRE((s.wait_for(20s) == std::future_status::ready));
    try {
      s.get();
    } catch (std::system_error const& e) {
      BOOST_TEST((e.code() == errc::closed), e.what());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
