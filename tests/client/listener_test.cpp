// SPDX-License-Identifier: MIT
#include "client/listener.hpp"

#include "client/knocking.hpp"

#include <boost/test/data/test_case.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <thread>
#include <vector>

namespace weft::fabric {

namespace {

auto const msg = boost::unit_test::data::make(connected);

/// Somebody who speaks no libfabric, and says so much.
struct stranger {
  stranger(std::string const& port, std::string_view says) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::connect(fd, reinterpret_cast<sockaddr const*>(&at), sizeof at) == 0);
    BOOST_REQUIRE(::send(fd, says.data(), says.size(), 0) == static_cast<ssize_t>(says.size()));
  }
  stranger(stranger const&) = delete;
  stranger& operator=(stranger const&) = delete;
  ~stranger() { ::close(fd); }
  int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
};

listener_core core_for(client_options o) {
  auto const i = choose(o, end::local).value().what;
  auto net = network::open(i).value();
  auto door = passive_endpoint::open(net, i).value();
  return {std::move(o), std::move(net), std::move(door)};
}

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
  auto const elsewhere = network::open(*other).value();
  listener_core core{options_for(over), elsewhere, passive_endpoint::open(network::open(*i).value(), *i).value()};
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

BOOST_DATA_TEST_CASE(serves_others_when_one_does_not_finish, msg, over) {
  if (!offered(over)) return;
  auto door = client_listener::listen(options_for(over)).value();
  // sockets waits for the rest of what has begun, and lets all others wait with it.
  stranger const silent(door.service(), ""), abrupt(door.service(), over.is("sockets") ? "" : "GE");
  auto const waits = knock(options_for(over), door.service());
  knock(options_for(over), door.service()).reset();
  std::promise<std::string> said;
  std::vector<client> all;
  std::vector<client::registration> handlers;
  std::jthread const server([&](std::stop_token const& stop) {
    while (auto c = door.accept({.stop = stop})) {
      all.push_back(*std::move(c));
      handlers.push_back(all.back().on_receive([&](incoming const& m) { said.set_value(std::string(m.text())); }));
    }
  });
  auto to = options_for(over);
  to.service = door.service();
  auto good = client::dial(to, soon()).value();
  BOOST_TEST(!good.send(as_bytes("good"), soon()));
  auto heard = said.get_future();
  BOOST_REQUIRE((heard.wait_for(20s) == std::future_status::ready));
  BOOST_TEST(heard.get() == "good");
}

// As with a provider where the dialer has the last word, which none of these is.
BOOST_DATA_TEST_CASE(keeps_who_is_on_their_way_for_a_later_call, msg, over) {
  if (!offered(over)) return;
  closed_door const elsewhere(over);
  auto core = core_for(options_for(over));
  auto slow = elsewhere.knock();
  auto const* const it = slow.get();
  core.on_their_way.add(std::move(slow));
  auto accepted = std::async(std::launch::async, [&] { return core.next(soon()).value(); });
  auto to = options_for(over);
  to.service = std::to_string(port_of(core.door->address()).value());
  auto const good = client::dial(to, soon()).value();
  BOOST_TEST(accepted.get().get() != it);
  BOOST_TEST((core.next({.until = 5ms}).error().code == errc::timed_out));
  auto const other_end = elsewhere.let_in();
  BOOST_TEST(core.next(soon()).value().get() == it);
}

BOOST_DATA_TEST_CASE(accepts_in_several_threads_at_once, msg, over) {
  if (!offered(over)) return;
  auto door = client_listener::listen(options_for(over)).value();
  auto to = options_for(over);
  to.service = door.service();
  std::vector<std::future<client>> accepted;
  for (int i = 0; i != 3; ++i)
    accepted.push_back(std::async(std::launch::async, [&] { return door.accept(soon()).value(); }));
  std::vector<client> dialed;
  for (int i = 0; i != 3; ++i) dialed.push_back(client::dial(to, soon()).value());
  for (auto& c : dialed) BOOST_TEST(!c.send(as_bytes("one of three"), soon()));
  for (auto& a : accepted) {
    auto c = a.get();
    BOOST_TEST(c.receive(soon()).value().text() == "one of three");
  }
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
