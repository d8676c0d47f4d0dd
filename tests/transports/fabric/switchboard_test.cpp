// SPDX-License-Identifier: MIT
#include "fabric/switchboard.hpp"

#include "fabric/info.hpp"
#include "small_reactor.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace weft::ofi {

namespace {

fabric::info connected_over_loopback() {
  fabric::request wanted;
  wanted.scheme = "ofi+tcp";
  wanted.node = "127.0.0.1";
  wanted.endpoint = "msg";
  return fabric::select(wanted).value().chosen;
}

struct fixture {
  small_reactor reactor;
  std::shared_ptr<fabric::domain const> domain = fabric::domain::open(connected_over_loopback()).value();
  std::shared_ptr<fabric::completion_queue> queue =
      fabric::completion_queue::open(domain, {.format = fabric::queue_format::data}).value();
  std::shared_ptr<switchboard> board = std::make_shared<switchboard>(reactor, domain);

  std::unique_ptr<fabric::msg_endpoint> dial(fabric::raw_address const& to, link_request const& r) {
    auto e = fabric::msg_endpoint::open(domain, domain->info(), queue, board->events().value()).value();
    BOOST_REQUIRE(!e->begin_connect(to, r.encode()));
    return e;
  }
};

// Wants one link with a certain key, and takes note.
struct note_taker final : switchboard::caller {
  explicit note_taker(switchboard& b) : board(b) { board.add(*this); }
  ~note_taker() { board.remove(*this); }
  bool expects(link_request const& r) const noexcept override { return r.key == 42; }
  void requested(link_use, fabric::event&& e) override { requests.push_back(std::move(e)); }
  bool owns(fabric::event const& e) const noexcept override { return end && end->is(e); }
  void told(fabric::event const& e) override { last = e.what; }

  switchboard& board;
  std::unique_ptr<fabric::msg_endpoint> end;
  std::vector<fabric::event> requests;
  std::optional<fabric::event::kind> last;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_switchboard, fixture)

BOOST_AUTO_TEST_CASE(listens_at_one_place_however_often_it_is_asked) {
  auto const there = board->listen().value();
  BOOST_TEST(fabric::port_of(there).value_or(0) != 0);
  BOOST_TEST((board->listen().value() == there));
}

BOOST_AUTO_TEST_CASE(brings_a_request_to_who_expects_it_and_tells_both_ends) {
  note_taker dialer(*board), listener(*board);
  dialer.end = dial(board->listen().value(), {link_use::frames, 1, 2, 42});
  BOOST_REQUIRE(reactor.until([&] { return dialer.requests.size() + listener.requests.size() == 1; }));
  auto& request = dialer.requests.empty() ? listener.requests[0] : dialer.requests[0];
  listener.end = fabric::msg_endpoint::open(domain, *request.request, queue, board->events().value()).value();
  BOOST_REQUIRE(!listener.end->begin_accept());
  BOOST_REQUIRE(reactor.until([&] { return dialer.last && listener.last; }));
  BOOST_TEST((*dialer.last == fabric::event::kind::connected));
  BOOST_TEST((*listener.last == fabric::event::kind::connected));
}

BOOST_AUTO_TEST_CASE(refuses_what_nobody_expects) {
  note_taker dialer(*board);
  dialer.end = dial(board->listen().value(), {link_use::frames, 1, 2, 41});
  BOOST_REQUIRE(reactor.until([&] { return dialer.last.has_value(); }));
  BOOST_TEST((*dialer.last == fabric::event::kind::failed));
  BOOST_TEST(dialer.requests.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
