// SPDX-License-Identifier: MIT
// Clients of weft::fabric in two processes, one of which is killed.
#include "process/fabric/other_end.hpp"

#include <weft/error.hpp>
#include <weft/fabric/client.hpp>

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <deque>
#include <future>

namespace weft::fabric {

namespace {

auto const dependable = boost::unit_test::data::make(reliable);
auto const msg = boost::unit_test::data::make(connected);
auto const rdm = boost::unit_test::data::make(reliable_datagrams);

client client_of(kind const& k, std::string const& said) {
  auto o = options_of(k.provider, type_name(k), fresh_node(k));
  if (k.type == endpoint_type::msg) {
    o.service = said;
    return client::dial(o, soon()).value();
  }
  auto c = client::open(o).value();
  c.register_peer(from_hex(said), true).value();
  BOOST_TEST(!c.send(c.address(), soon()));
  return c;
}

void crosses(client& c, std::size_t size) {
  BOOST_TEST_INFO_SCOPE("size " << size);
  auto const out = pattern(size);
  BOOST_TEST(!c.send(out, soon()));
  auto const got = c.receive(soon()).value();
  BOOST_TEST(std::ranges::equal(got.bytes(), out));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(clients_in_two_processes)

BOOST_DATA_TEST_CASE(understand_each_other, dependable, over) {
  if (!offered(over)) return;
  other_end other("fabric_echo", over);
  auto c = client_of(over, other.program.line().value());
  for (std::size_t const size : {1, 64, 1000, 16'384, 100'000, 1 << 20}) crosses(c, size);
  for (int i = 0; i != 500; ++i) crosses(c, 8);
}

// Stopped first, so that it is certain to be in the middle of something. No provider tells of a peer that is not
// connected and has nothing to say: there deadlines end what waits.
BOOST_DATA_TEST_CASE(end_what_waits_when_the_other_is_killed, dependable, over) {
  if (!offered(over)) return;
  other_end other("fabric_echo", over);
  auto c = client_of(over, other.program.line().value());
  crosses(c, 1000);
  other.program.kill(SIGSTOP);
  auto const out = pattern(1 << 20);
  while (!c.send(out, {.until = 200ms})) {}
  bool const told = over.type == endpoint_type::msg;
  op_options const patience = told ? soon() : op_options{.until = 1s};
  auto sends = std::async(std::launch::async, [&] { return c.send(out, patience); });
  auto receives = std::async(std::launch::async, [&] { return c.receive(patience).error(); });
  other.program.kill();
  auto const why = sends.get();
  BOOST_TEST_INFO_SCOPE(why.message());
  BOOST_TEST((told ? why == errc::connection_reset : bool(why)));
  BOOST_TEST((receives.get() == (told ? errc::connection_reset : errc::timed_out)));
  c.close();
}

BOOST_DATA_TEST_CASE(go_on_with_others_when_one_is_killed, rdm, over) {
  if (!offered(over)) return;
  other_end one("fabric_echo", over), other("fabric_echo", over);
  auto c = client_of(over, one.program.line().value());
  crosses(c, 1000);
  auto const to_one = c.default_peer();
  c.register_peer(from_hex(other.program.line().value()), true).value();
  BOOST_TEST(!c.send(c.address(), soon()));
  crosses(c, 1000);
  one.program.kill();
  auto const lost = c.send_to_async(to_one, text_bytes("lost"));
  for (std::size_t const size : {1, 1000, 100'000, 1 << 20}) crosses(c, size);
}

BOOST_DATA_TEST_CASE(are_let_in_when_others_do_not_finish, msg, over) {
  if (!offered(over)) return;
  auto options = options_of(over.provider, type_name(over), fresh_node(over));
  auto door = client_listener::listen(options).value();
  options.service = door.service();
  std::vector<std::string> const where{over.provider, options.node, options.service};
  process::child killed("fabric_knock", where), stopped("fabric_knock", where);
  BOOST_TEST((killed.line() == "knocked"));
  BOOST_TEST((stopped.line() == "knocked"));
  killed.kill();
  BOOST_TEST(!killed.wait());
  stopped.kill(SIGSTOP);
  auto good = std::async(std::launch::async, [&] {
    auto c = client::dial(options, soon()).value();
    return c.send(text_bytes("good"), soon()) ? std::string() : std::string(c.receive(soon()).value().text());
  });
  std::deque<client> all;
  std::vector<client::registration> answer;
  while (good.wait_for(0s) != std::future_status::ready) {
    auto c = door.accept({.until = 10ms});
    if (!c) continue;
    all.push_back(*std::move(c));
    auto& its = all.back();
    answer.push_back(its.on_receive([&its](incoming const& m) { its.send_async(m.bytes()); }));
  }
  BOOST_TEST(good.get() == "good");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
