// SPDX-License-Identifier: MIT
#include "client/listener.hpp"

#include "client/clients.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const msg = boost::unit_test::data::make(connected);

}  // namespace

BOOST_AUTO_TEST_SUITE(a_client_listener)

BOOST_DATA_TEST_CASE(has_a_client_for_each_that_dials, msg, over) {
  if (!offered(over)) return;
  auto door = client_listener::listen(options_for(over)).value();
  auto to = options_for(over);
  to.service = door.service();
  for (std::string_view const name : {"first", "second"}) {
    auto accepted = std::async(std::launch::async, [&] { return door.accept(soon()).value(); });
    auto a = client::dial(to, soon()).value();
    auto b = accepted.get();
    BOOST_TEST(!a.send(as_bytes(name), soon()));
    BOOST_TEST(b.receive(soon()).value().text() == name);
  }
}

BOOST_DATA_TEST_CASE(that_is_gone_refuses, msg, over) {
  if (!offered(over)) return;
  auto to = options_for(over);
  to.service = client_listener::listen(options_for(over)).value().service();
  auto const refused = client::dial(to, soon());
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == std::errc::connection_refused), refused.error().detail);
  BOOST_TEST(refused.error().detail.find(to.service) != std::string::npos);
}

BOOST_DATA_TEST_CASE(refuses_whom_it_cannot_serve, msg, over) {
  auto const i = offered(over), other = offered({"shm", endpoint_type::rdm});
  if (!i || !other) return;
  // The network of another provider, in which there is no domain for a connection.
  listener_core core{options_for(over), network::open(*other).value(),
                     passive_endpoint::open(network::open(*i).value(), *i).value()};
  auto served = std::async(std::launch::async,
                           [&] { return core.open_for(core.door->next_request(soon()).value()).has_value(); });
  auto to = options_for(over);
  to.service = std::to_string(port_of(core.door->address()).value());
  auto const refused = client::dial(to, soon());
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == std::errc::connection_refused), refused.error().detail);
  BOOST_TEST(!served.get());
}

BOOST_DATA_TEST_CASE(waits_no_longer_than_it_may, msg, over) {
  if (!offered(over)) return;
  auto door = client_listener::listen(options_for(over)).value();
  BOOST_TEST((door.accept({.until = 5ms}).error().code == errc::timed_out));
}

BOOST_DATA_TEST_CASE(has_clients_that_learn_of_the_end_of_their_connection, msg, over) {
  auto const c = couple_over(over);
  if (!c) return;
  BOOST_TEST(!c->a.send(as_bytes("last"), soon()));
  auto waits = std::async(std::launch::async, [&] {
    (void)c->b.receive(soon());
    return c->b.receive(soon()).error();
  });
  { auto const gone = std::move(c->a); }
  BOOST_TEST((waits.get() == errc::connection_reset));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
