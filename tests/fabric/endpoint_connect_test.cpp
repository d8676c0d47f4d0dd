// SPDX-License-Identifier: MIT
#include "support/face.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const msg = boost::unit_test::data::make(connected);

}  // namespace

struct listening {
  explicit listening(info const& i)
      : net(network::open(i).value()),
        in(domain::open(net, i).value()),
        door(passive_endpoint::open(net, i).value()),
        caller(endpoint::open(in, i).value()) {}
  std::shared_ptr<network const> net;
  std::shared_ptr<domain const> in;
  std::unique_ptr<passive_endpoint> door;
  std::unique_ptr<endpoint> caller;
};

BOOST_AUTO_TEST_SUITE(a_connection)

BOOST_DATA_TEST_CASE(carries_private_data_both_ways, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  listening l(*i);
  auto const question = pattern(200), answer = pattern(100);
  std::unique_ptr<endpoint> taken;
  auto accepted = std::async(std::launch::async, [&] {
    auto request = l.door->next_request(soon()).value();
    BOOST_TEST(
        (request.data.size() >= question.size() && std::equal(question.begin(), question.end(), request.data.begin())));
    taken = endpoint::open(l.in, *request.request).value();
    return taken->accept(answer, soon());
  });
  auto got = l.caller->connect(l.door->address(), question, soon());
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST((got->size() >= answer.size() && std::equal(answer.begin(), answer.end(), got->begin())));
  BOOST_TEST(!accepted.get());
}

BOOST_DATA_TEST_CASE(that_is_refused_says_why, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  listening l(*i);
  auto const reason = text_bytes("full up");
  auto refused = std::async(std::launch::async, [&] {
    auto const request = l.door->next_request(soon()).value();
    return l.door->reject(request, reason);
  });
  bytes why;
  auto const got = l.caller->connect(l.door->address(), {}, soon(), &why);
  BOOST_TEST((got.error() == std::errc::connection_refused), got.error().message());
  BOOST_TEST(!refused.get());
  if (std::string_view(over.provider) != "sockets")
    BOOST_TEST((why.size() >= reason.size() && std::equal(reason.begin(), reason.end(), why.begin())));
}

BOOST_DATA_TEST_CASE(takes_no_more_private_data_than_the_provider, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  listening l(*i);
  BOOST_TEST(l.caller->cm_data_limit() >= 256u);
  auto const got = l.caller->connect(l.door->address(), bytes(l.caller->cm_data_limit() + 1), soon());
  BOOST_TEST((got.error() == errc::message_too_large));
}

BOOST_DATA_TEST_CASE(to_nobody_is_refused, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  listening l(*i);
  auto const nobody = l.door->address();
  l.door.reset();
  auto const got = l.caller->connect(nobody, {}, soon());
  BOOST_TEST((got.error() == std::errc::connection_refused), got.error().message());
}

BOOST_DATA_TEST_CASE(that_nobody_answers_ends_at_its_deadline_and_by_its_stop, msg, over) {
  auto const i = offered(over);
  if (!i) return;
  listening l(*i);
  BOOST_TEST((l.caller->connect(l.door->address(), {}, {.until = 20ms}).error() == errc::timed_out));
  auto const other = endpoint::open(l.in, *i).value();
  std::stop_source stop;
  stop.request_stop();
  BOOST_TEST((other->connect(l.door->address(), {}, {.stop = stop.get_token()}).error() == errc::canceled));
}

BOOST_DATA_TEST_CASE(tells_when_its_peer_goes, msg, over) {
  auto const t = two_over(over);
  if (!t) return;
  t->a.reset();
  auto const gone = std::async(std::launch::async, [&] {
                      for (;;) {
                        t->b->sends()->dispatch();  // tcp of 1.17 tells nobody who does not read both queues
                        if (auto e = t->b->events()->try_read()) return e->what;
                        std::this_thread::yield();
                      }
                    }).get();
  BOOST_TEST((gone == event::kind::shut_down));
}

BOOST_AUTO_TEST_CASE(is_not_for_those_without_connections) {
  auto const t = two_over({"sockets", endpoint_type::rdm});
  if (!t) return;
  BOOST_TEST((t->a->connect(t->b->address(), {}, soon()).error() == misuse::not_offered));
  BOOST_TEST((t->a->accept({}, soon()) == misuse::not_offered));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
