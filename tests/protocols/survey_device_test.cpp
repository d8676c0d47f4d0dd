// SPDX-License-Identifier: MIT
// Surveys through devices: a raw respondent and a raw surveyor between the cooked ones, and who carries messages
// from one to the other. Each link is a pair of scripted peers; the header goes apart or in front of the body.
#include <weft/respondent.hpp>
#include <weft/surveyor.hpp>

#include "support/fake_host.hpp"
#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <list>
#include <string>

namespace weft::protocols {

namespace {

struct node {
  explicit node(std::unique_ptr<ext::protocol> p) : protocol(std::move(p)) {}
  test::scripted_peer& connect() {
    auto& p = peers.emplace_back(*protocol, 10 + static_cast<unsigned>(peers.size()));
    p.join();
    return p;
  }
  std::error_code send(std::string_view text) {
    message m(text);
    return context->send(m);
  }
  std::string drain() {
    std::string all;
    while (context->can_receive()) {
      auto m = context->receive();
      if (!m) return all + m.error().message();
      all.append(m->text()) += ' ';
    }
    return all;
  }

  std::unique_ptr<ext::protocol> protocol;
  std::unique_ptr<ext::context> context = protocol->open_context();
  std::list<test::scripted_peer> peers;
};

/// What one side sent, the other gets.
struct wire {
  wire(node& a, node& b) : near(a.connect()), far(b.connect()) {}
  bool carry() {
    bool const moved = near.count() + far.count() > 0;
    carry(near, far);
    carry(far, near);
    return moved;
  }
  static void carry(test::scripted_peer& from, test::scripted_peer& to) {
    for (auto& m : std::exchange(from.link.sent, {})) {
      std::string bytes;
      for (auto const w : m.header().words()) bytes += test::word(w);
      to.say(bytes.append(m.text()));
    }
  }
  test::scripted_peer &near, &far;
};

struct device {
  device(ext::protocol_host& owner, unsigned hops)
      : host(owner), in(raw_respondent::make(host, {.hops = hops})), out(raw_surveyor::make(host, {})) {}
  bool forward() {
    bool const moved = in.context->can_receive() || out.context->can_receive();
    for (auto [from, to] : {std::pair(&in, &out), std::pair(&out, &in)})
      while (from->context->can_receive()) {
        auto m = from->context->receive().value();
        if (to->context->send(m)) host.drop(drop_reason::malformed, direction::outgoing, nullptr, std::move(m));
      }
    return moved;
  }
  ext::protocol_host& host;
  node in, out;
};

struct fixture {
  void connect(node& a, node& b) { wires.emplace_back(a, b); }
  void settle() {
    for (bool moved = true; moved;) {
      moved = false;
      for (auto& w : wires) moved |= w.carry();
      for (auto& d : devices) moved |= d.forward();
    }
  }
  /// A chain of devices from `ask` to `reply`.
  void chain(int n, unsigned hops) {
    node* last = &ask;
    for (int i = 0; i < n; ++i) {
      auto& d = devices.emplace_back(host, hops);
      connect(*last, d.in);
      last = &d.out;
    }
    connect(*last, reply);
  }

  test::fake_host host;
  node ask{surveyor::make(host, {})}, reply{respondent::make(host, {})}, other{respondent::make(host, {})};
  std::list<device> devices;
  std::list<wire> wires;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(survey_device, fixture)

BOOST_AUTO_TEST_CASE(a_survey_goes_through_a_device_and_back) {
  chain(1, 8);
  connect(devices.front().out, other);
  connect(ask, other);  // there is a second way to this one
  BOOST_TEST(!ask.send("q"));
  settle();
  for (auto* r : {&reply, &other, &other}) {
    BOOST_TEST(r->context->receive()->text() == "q");
    BOOST_TEST(!r->send("a"));
  }
  settle();
  BOOST_TEST(ask.drain() == "a a a ");
  BOOST_TEST(host.dropped().empty());
}

BOOST_AUTO_TEST_CASE(two_surveyors_behind_one_device_get_their_own) {
  node second(surveyor::make(host, {}));
  chain(1, 8);
  connect(second, devices.front().in);
  BOOST_TEST(!ask.send("1"));
  BOOST_TEST(!second.send("2"));
  settle();
  for (int i = 0; i < 2; ++i) {
    auto const q = reply.context->receive().value();
    BOOST_TEST(!reply.send("to " + std::string(q.text())));
  }
  settle();
  BOOST_TEST(ask.drain() == "to 1 ");
  BOOST_TEST(second.drain() == "to 2 ");
}

BOOST_AUTO_TEST_CASE(as_many_devices_as_the_limit_allows) {
  chain(7, 8);
  BOOST_TEST(!ask.send("q"));
  settle();
  BOOST_TEST(reply.context->receive()->text() == "q");
  BOOST_TEST(!reply.send("a"));
  settle();
  BOOST_TEST(ask.drain() == "a ");
}

BOOST_AUTO_TEST_CASE(one_device_too_many_ends_it) {
  chain(8, 8);
  BOOST_TEST(!ask.send("q"));
  settle();
  BOOST_TEST(!reply.context->can_receive());
  auto const dropped = host.dropped();
  BOOST_TEST(dropped.size() == 1u);
  BOOST_TEST((dropped[0].why == drop_reason::too_many_hops));
}

BOOST_AUTO_TEST_CASE(a_circle_of_devices_ends) {
  chain(1, 8);
  auto& d = devices.front();
  connect(d.out, d.in);  // it hears itself
  BOOST_TEST(!ask.send("q"));
  settle();
  int heard = 0;
  while (reply.context->can_receive()) {
    reply.context->receive().value();
    ++heard;
    BOOST_TEST(!reply.send("a"));
  }
  settle();
  BOOST_TEST(heard == 7);
  BOOST_TEST(ask.drain() == "a a a a a a a ");  // each came back the way it went
}

BOOST_AUTO_TEST_CASE(a_surveyor_that_goes_meanwhile_is_missed_by_nobody) {
  chain(1, 8);
  BOOST_TEST(!ask.send("q"));
  settle();
  BOOST_TEST(reply.context->receive()->text() == "q");
  devices.front().in.peers.front().leave();
  BOOST_TEST(!reply.send("a"));
  settle();
  auto const dropped = host.dropped();
  BOOST_TEST(dropped.size() == 1u);
  BOOST_TEST((dropped[0].why == drop_reason::peer_gone));
}

BOOST_AUTO_TEST_CASE(what_a_respondent_made_up_stops_no_device) {
  chain(1, 8);
  auto& respondent_side = devices.front().out.peers.front();
  respondent_side.say(test::with_header({0x8000'0007}, "no way back"));
  respondent_side.say(test::with_header({99, 0x8000'0007}, "no such way"));
  settle();
  BOOST_TEST(host.dropped().size() == 2u);
  BOOST_TEST(!ask.send("q"));
  settle();
  BOOST_TEST(reply.context->receive()->text() == "q");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
