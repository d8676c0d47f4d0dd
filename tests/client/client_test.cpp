// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);
auto const dependable = boost::unit_test::data::make(reliable);
auto const rdm = boost::unit_test::data::make(reliable_datagrams);
auto const msg = boost::unit_test::data::make(connected);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_client)

BOOST_DATA_TEST_CASE(sends_and_receives, everything, over) {
  auto const c = couple_over(over);
  if (!c) return;
  BOOST_TEST(!c->a.send(as_bytes("there"), soon()));
  BOOST_TEST(c->b.receive(soon()).value().text() == "there");
  BOOST_TEST(!c->b.send(as_bytes("and back"), soon()));
  BOOST_TEST(c->a.receive(soon()).value().text() == "and back");
}

BOOST_DATA_TEST_CASE(moves_without_a_thread_of_its_own, everything, over) {
  auto const c = couple_over(over, [](client_options& o) { o.helper = false; });
  if (!c) return;
  auto got = std::async(std::launch::async, [&] { return c->b.receive(soon()).value(); });
  BOOST_TEST(!c->a.send(as_bytes("there"), soon()));
  // Where nothing moves by itself the last word needs somebody to push it.
  while (got.wait_for(0s) != std::future_status::ready) c->a.dispatch(clock::now() + 1ms);
  BOOST_TEST(got.get().text() == "there");
}

BOOST_DATA_TEST_CASE(keeps_the_order_of_what_it_sends, dependable, over) {
  auto const c = couple_over(over, [](client_options& o) { o.max_message = 4096; });
  if (!c) return;
  constexpr int count = 300;
  auto sent = std::async(std::launch::async, [&] {
    for (int i = 0; i != count; ++i)
      if (auto const why = c->a.send(as_bytes(std::to_string(i)), soon())) return why;
    return std::error_code();
  });
  for (int i = 0; i != count; ++i) BOOST_REQUIRE(c->b.receive(soon()).value().text() == std::to_string(i));
  BOOST_TEST(!sent.get());
}

BOOST_DATA_TEST_CASE(promises, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  auto first = c->b.receive_async(), second = c->b.receive_async();
  c->a.send_async(as_bytes("one")).get();
  c->a.send_async(as_bytes("two")).get();
  BOOST_TEST(first.get().text() == "one");
  BOOST_TEST(second.get().text() == "two");
  auto never = c->b.receive_async();
  c->b.close();
  BOOST_CHECK_EXCEPTION(never.get(), std::system_error, [](auto const& e) { return e.code() == errc::closed; });
}

BOOST_DATA_TEST_CASE(ends_what_waits_when_it_is_closed, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  auto waits = std::async(std::launch::async, [&] { return c->b.receive().error(); });
  c->b.close();
  BOOST_TEST((waits.get() == errc::closed));
  BOOST_TEST((c->b.send(as_bytes("late")) == errc::closed));
  c->b.close();
}

BOOST_DATA_TEST_CASE(knows_its_peers, rdm, over) {
  if (!offered(over)) return;
  auto a = client::open(options_for(over)).value(), b = client::open(options_for(over)).value();
  BOOST_TEST((a.default_peer() == peer::any));
  BOOST_TEST((a.send(as_bytes("to whom?"), soon()) == std::errc::destination_address_required));
  auto const to_b = a.register_peer(b.address()).value();
  BOOST_TEST((a.default_peer() == peer::any));
  BOOST_TEST(!a.send_to(to_b, as_bytes("you"), soon()));
  BOOST_TEST(b.receive(soon()).value().text() == "you");
  a.set_default_peer(to_b);
  BOOST_TEST((a.default_peer() == to_b));
  BOOST_TEST((a.register_peer(std::span<std::byte const>()).error() == std::errc::invalid_argument));
  BOOST_TEST(!a.forget_peer(to_b));
  BOOST_TEST((a.default_peer() == peer::any));
}

BOOST_DATA_TEST_CASE(forgets_the_peer_it_is_told_to, rdm, over) {
  if (!offered(over)) return;
  auto a = client::open(options_for(over)).value(), b = client::open(options_for(over)).value();
  auto const c = client::open(options_for(over)).value();
  auto const to_b = a.register_peer(b.address(), true).value();
  BOOST_TEST(!a.forget_peer(a.register_peer(c.address()).value()));
  BOOST_TEST((a.default_peer() == to_b));
  BOOST_TEST(!a.send(as_bytes("still there"), soon()));
  BOOST_TEST(b.receive(soon()).value().text() == "still there");
}

BOOST_DATA_TEST_CASE(dials_by_name, rdm, over) {
  if (!offered(over)) return;
  auto b = client::open(options_for(over)).value();
  auto to = options_for(over);
  to.service = std::to_string(port_of(b.address()).value_or(0));
  if (to.provider == "shm") {
    auto const own = b.address();
    std::string_view const text(reinterpret_cast<char const*>(own.data()), own.size() - 1);
    to.node = text.substr(text.find("://") + 3);
    to.service.clear();
  }
  auto a = client::dial(to, soon()).value();
  BOOST_TEST(!a.send(as_bytes("hello"), soon()));
  BOOST_TEST(b.receive(soon()).value().text() == "hello");
}

BOOST_AUTO_TEST_CASE(says_what_it_runs_over) {
  if (!offered({"sockets", endpoint_type::rdm})) return;
  auto const c = client::open(options_for({"sockets", endpoint_type::rdm})).value();
  BOOST_TEST(c.describe().provider == "sockets");
  BOOST_TEST(c.describe().max_message > 0u);
}

BOOST_DATA_TEST_CASE(of_no_special_type_says_why_it_is_connected, msg, over) {
  if (!offered(over)) return;
  if (supports_endpoint_type(local_hints(over), endpoint_type::rdm)) return skip(over, "is RDM for who may choose");
  auto door = client_listener::listen(options_for(over)).value();
  auto to = options_for(over);
  to.type = endpoint_type::unspecified;
  auto const none = client::open(to);
  BOOST_TEST((none.error().code == errc::unsupported));
  BOOST_TEST(none.error().detail.find("endpoint type RDM") != std::string::npos, none.error().detail);
  BOOST_TEST(none.error().detail.find("type MSG are dialed") != std::string::npos, none.error().detail);
  to.service = door.service();
  auto accepted = std::async(std::launch::async, [&] { return door.accept(soon()).value(); });
  auto const a = client::dial(to, soon()).value();
  BOOST_TEST(a.describe().endpoint == "MSG");
  BOOST_TEST(a.passed_over().find("endpoint type RDM") != std::string::npos, a.passed_over());
  BOOST_TEST(accepted.get().passed_over() == "");
}

BOOST_DATA_TEST_CASE(of_no_special_type_is_connectionless_where_it_can, rdm, over) {
  if (!offered(over)) return;
  auto o = options_for(over);
  o.type = endpoint_type::unspecified;
  BOOST_TEST(client::open(o).value().describe().endpoint == "RDM");
}

BOOST_DATA_TEST_CASE(says_why_it_names_no_senders, boost::unit_test::data::make(connectionless), over) {
  if (!offered(over)) return;
  auto c = client::open(options_for(over)).value();
  bool const named = c.endpoint().receives()->sources();
  BOOST_TEST(c.passed_over().empty() == named, c.passed_over());
  BOOST_TEST((c.passed_over().find(over.provider) != std::string::npos) != named, c.passed_over());
}

BOOST_AUTO_TEST_CASE(says_why_there_is_none) {
  auto const none = client::open({.provider = "no-such-provider"});
  BOOST_REQUIRE(!none);
  BOOST_TEST(none.error().detail.find("no-such-provider") != std::string::npos);
  BOOST_TEST((client::open({.type = endpoint_type::msg}).error().code == errc::unsupported));
  auto o = options_for({"sockets", endpoint_type::rdm});
  o.send_buffers = 0;
  if (offered({"sockets", endpoint_type::rdm})) BOOST_TEST((client::open(o).error().code == errc::invalid_option));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
