// SPDX-License-Identifier: MIT
#include <weft/fabric/counter.hpp>

#include "support/face.hpp"

#include <weft/error.hpp>

namespace weft::fabric {

namespace {

std::shared_ptr<counter> some_counter() {
  auto const i = offered({"sockets", endpoint_type::rdm});
  return i ? counter::open(domain::open(*i).value()).value() : nullptr;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_counter)

BOOST_AUTO_TEST_CASE(counts_by_hand) {
  auto const c = some_counter();
  if (!c) return;
  BOOST_TEST(c->value() == 0u);
  BOOST_TEST(!c->add(3));
  BOOST_TEST(c->value() == 3u);
  BOOST_TEST(!c->set(1));
  BOOST_TEST(c->value() == 1u);
  BOOST_TEST(c->errors() == 0u);
}

BOOST_AUTO_TEST_CASE(is_waited_for) {
  auto const c = some_counter();
  if (!c) return;
  BOOST_TEST((c->wait(1, {.until = 3ms}) == errc::timed_out));
  std::stop_source stop;
  auto stopped = std::async(std::launch::async, [&] { return c->wait(1, {.stop = stop.get_token()}); });
  stop.request_stop();
  BOOST_TEST((stopped.get() == errc::canceled));
  auto counted = std::async(std::launch::async, [&] { return c->wait(5, soon()); });
  BOOST_TEST(!c->add(5));
  BOOST_TEST(!counted.get());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
