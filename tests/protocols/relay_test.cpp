// SPDX-License-Identifier: MIT
// A request over two devices and its reply: REQ, raw REP and raw REQ twice, REP; the wires and devices by hand.
#include <weft/raw_rep.hpp>
#include <weft/raw_req.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>

#include "support/count_allocations.hpp"
#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace weft::protocols {

namespace {

/// A socket with one peer, who is the other side.
struct side {
  side(std::unique_ptr<ext::protocol> p, unsigned id) : protocol(std::move(p)), peer(*protocol, id) { peer.join(); }

  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> context = protocol->open_context();
  test::scripted_peer peer;
};

enum class wire { keeps_headers_apart, is_a_byte_stream };

message as_sent(message m, wire w) {
  if (w == wire::keeps_headers_apart) return m;
  std::string bytes;
  for (auto const each : m.header().words()) bytes += test::word(each);
  return message(bytes.append(m.text()));
}

void carry(side& from, side& to, wire w) {
  if (from.peer.link.sent.empty()) return;
  for (auto& m : from.peer.link.sent) to.peer.say(as_sent(std::move(m), w));
  from.peer.make_room(static_cast<unsigned>(from.peer.link.sent.size()));
  from.peer.link.sent.clear();
}

/// What a device does.
void forward(side& from, side& to) {
  while (from.context->can_receive()) {
    auto m = from.context->receive().value();
    if (auto const why = to.context->send(m)) BOOST_ERROR("not forwarded: " << why.message());
  }
}

struct fixture {
  explicit fixture(unsigned far = 8) : rep(weft::rep::make(host, {.hops = far}), 6) {}

  void ask(std::string_view text) {
    message m(text);
    if (req.context->send(m)) BOOST_ERROR("not asked");
  }
  void there(wire w) {
    carry(req, rep1, w);
    forward(rep1, req1);
    carry(req1, rep2, w);
    forward(rep2, req2);
    carry(req2, rep, w);
  }
  void back(wire w) {
    carry(rep, req2, w);
    forward(req2, rep2);
    carry(rep2, req1, w);
    forward(req1, rep1);
    carry(rep1, req, w);
  }

  test::fake_host host;
  side req{weft::req::make(host, {}), 1};
  side rep1{weft::raw_rep::make(host, {}), 2}, req1{weft::raw_req::make(host, {}), 3};
  side rep2{weft::raw_rep::make(host, {}), 4}, req2{weft::raw_req::make(host, {}), 5};
  side rep;
};

struct strict : fixture {
  strict() : fixture(2) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(relay)

BOOST_FIXTURE_TEST_CASE(a_request_goes_over_two_devices_and_its_reply_back, fixture) {
  for (auto const w : {wire::keeps_headers_apart, wire::is_a_byte_stream}) {
    ask("question");
    there(w);
    BOOST_TEST(rep.context->receive()->text() == "question");
    message m("answer");
    BOOST_TEST(!rep.context->send(m));
    BOOST_TEST(rep.peer.link.sent.at(0).header().size() == 3u);
    BOOST_TEST(rep.peer.link.sent.at(0).header().words()[0] == 4u);  // the pipe of the last device first
    BOOST_TEST(rep.peer.link.sent.at(0).header().words()[1] == 2u);
    back(w);
    BOOST_TEST(req.context->receive()->text() == "answer");
    BOOST_TEST(host.dropped().empty());
  }
}

BOOST_FIXTURE_TEST_CASE(who_accepts_fewer_hops_than_there_are_gets_nothing, strict) {
  ask("question");
  there(wire::is_a_byte_stream);
  BOOST_TEST(!rep.context->can_receive());
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::too_many_hops));
}

// A ring of devices without a service: the limit ends it.
BOOST_FIXTURE_TEST_CASE(a_request_in_a_circle_comes_to_an_end, fixture) {
  ask("question");
  carry(req, rep1, wire::keeps_headers_apart);
  forward(rep1, req1);
  int rounds = 0;
  for (; req1.peer.count() > 0 && rounds < 100; ++rounds) {
    carry(req1, rep1, wire::keeps_headers_apart);
    forward(rep1, req1);
  }
  BOOST_TEST(rounds == 8);
  BOOST_TEST((host.dropped().at(0).why == drop_reason::too_many_hops));
}

BOOST_FIXTURE_TEST_CASE(a_reply_whose_requester_has_gone_ends_at_its_device, fixture) {
  ask("question");
  there(wire::keeps_headers_apart);
  rep.context->receive().value();
  message m("answer");
  BOOST_TEST(!rep.context->send(m));
  rep1.peer.leave();
  back(wire::keeps_headers_apart);
  auto const gone = host.dropped();
  BOOST_REQUIRE(gone.size() == 1u);
  BOOST_TEST((gone[0].why == drop_reason::peer_gone));
  BOOST_TEST(gone[0].what.text() == "answer");
}

BOOST_FIXTURE_TEST_CASE(a_warm_relay_allocates_nothing, fixture) {
  std::size_t before = 0;
  for (int i = 0; i < 200; ++i) {
    if (i == 100) before = test::allocations();
    ask("question");
    there(wire::keeps_headers_apart);
    auto m = rep.context->receive().value();
    (void)rep.context->send(m);
    back(wire::keeps_headers_apart);
    (void)req.context->receive().value();
    host.forget_wakes();
  }
  BOOST_TEST(test::allocations() - before == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
