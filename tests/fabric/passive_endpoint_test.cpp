// SPDX-License-Identifier: MIT
#include <weft/fabric/passive_endpoint.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <rdma/fabric.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(a_passive_endpoint)

BOOST_DATA_TEST_CASE(has_the_port_that_the_system_chose, boost::unit_test::data::make(connected), over) {
  auto const i = offered(over);
  if (!i) return;
  auto const door = passive_endpoint::open(network::open(*i).value(), *i).value();
  BOOST_TEST(is_plausible((*i)->addr_format, door->address(), {}));
}

BOOST_DATA_TEST_CASE(leaves_what_it_accepted_alone_when_it_closes, boost::unit_test::data::make(connected), over) {
  auto const t = two_over(over);
  if (!t) return;
  t->listener.reset();
  bytes in(16);
  auto got = std::async(std::launch::async, [&] { return t->b->receive(in, {}, soon()); });
  BOOST_TEST(!t->a->send(pattern(16), {}, soon()));
  BOOST_TEST(got.get().has_value());
}

BOOST_DATA_TEST_CASE(that_nobody_calls_waits_no_longer_than_it_is_told, boost::unit_test::data::make(connected), over) {
  auto const i = offered(over);
  if (!i) return;
  auto const door = passive_endpoint::open(network::open(*i).value(), *i).value();
  BOOST_TEST((door->next_request({.until = 5ms}).error() == errc::timed_out));
  BOOST_TEST((door->reject({}, {}) == misuse::not_offered));
}

BOOST_DATA_TEST_CASE(takes_nothing_else_for_a_request, boost::unit_test::data::make(connected), over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto const door = passive_endpoint::open(net, *i).value();
  fi_eq_entry other{};
  other.fid = &door->native_handle()->fid;
  auto* const queue = door->events()->native_handle();
  if (fi_eq_write(queue, FI_NOTIFY, &other, sizeof other, 0) < 0)
    return skip(over, "lets nobody else write to such a queue");
  auto const caller = endpoint::open(domain::open(net, *i).value(), *i).value();
  auto refused = std::async(std::launch::async, [&] {
    auto request = door->next_request(soon());
    return request ? door->reject(*request, {}) : request.error();
  });
  BOOST_TEST((caller->connect(door->address(), {}, soon()).error() == std::errc::connection_refused));
  BOOST_TEST(!refused.get());
}

BOOST_DATA_TEST_CASE(serves_others_while_one_is_kept_waiting, boost::unit_test::data::make(connected), over) {
  auto const i = offered(over);
  if (!i) return;
  auto const net = network::open(*i).value();
  auto const door = passive_endpoint::open(net, *i).value();
  auto const in = domain::open(net, *i).value();
  std::unique_ptr<endpoint> callers[2], taken[2];
  std::future<bool> connected[2];
  std::optional<event> requests[2];
  for (auto const n : {0, 1}) {
    callers[n] = endpoint::open(in, *i).value();
    connected[n] =
        std::async(std::launch::async, [&, n] { return callers[n]->connect(door->address(), {}, soon()).has_value(); });
    requests[n] = door->next_request(soon()).value();
  }
  for (auto const n : {1, 0}) {
    taken[n] = endpoint::open(in, *requests[n]->request).value();
    BOOST_TEST(!taken[n]->accept({}, soon()));
    BOOST_TEST(connected[n].get());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
