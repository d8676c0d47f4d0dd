// SPDX-License-Identifier: MIT
#include <weft/statistics.hpp>

#include <weft/monitor.hpp>
#include <weft/pair.hpp>
#include <weft/push.hpp>
#include <weft/rep.hpp>

#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace weft::core {

namespace {

using test::soon;

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  pair_socket s{home};

  stage() { s.dial("script://peer"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_FIXTURE_TEST_CASE(what_went_over_a_pipe_is_counted_there_and_in_total, stage) {
  auto const end = net.answer(10);
  s.send("12345");
  s.send("123");
  end->say("1234");
  (void)s.receive(soon());
  end->say("waits");
  auto const all = s.statistics();
  BOOST_TEST(all.protocol == 0x10);
  BOOST_TEST(all.sent.messages == 2u);
  BOOST_TEST(all.sent.bytes == 8u);
  BOOST_TEST(all.received.messages == 2u);
  BOOST_TEST(all.received.bytes == 9u);
  BOOST_TEST(all.inbox == 1u);
  BOOST_TEST_REQUIRE(all.pipes.size() == 1u);
  BOOST_TEST(all.pipes[0].sent.messages == 2u);
  BOOST_TEST(all.pipes[0].inbox == 1u);
  BOOST_TEST(all.pipes[0].info.url == "script://peer");
  BOOST_TEST(all.pipes[0].info.peer == "peer");
  BOOST_TEST(all.pipes[0].info.dialed);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_that_is_gone_still_counts_in_total, stage) {
  auto const end = net.answer(10);
  s.send("123");
  end->hang_up();
  s.peers();
  auto const all = s.statistics();
  BOOST_TEST(all.pipes.empty());
  BOOST_TEST(all.sent.messages == 1u);
  BOOST_TEST(all.sent.bytes == 3u);
}

BOOST_FIXTURE_TEST_CASE(each_url_tells_what_became_of_it, stage) {
  net.refuse(errc::connection_refused);
  net.answer()->hang_up(errc::connection_reset);
  s.peers();
  net.answer();
  auto const all = s.statistics();
  BOOST_TEST_REQUIRE(all.endpoints.size() == 1u);
  auto const& e = all.endpoints[0];
  BOOST_TEST(!e.listens);
  BOOST_TEST(e.connected == 2u);
  BOOST_TEST(e.refused == 1u);
  BOOST_TEST(e.lost == 1u);
  BOOST_TEST(e.rejected == 0u);
}

BOOST_AUTO_TEST_CASE(messages_nobody_asked_for_are_counted_when_the_socket_closes) {
  weft::engine home{{.helper = false}};
  test::script net{home};
  rep_socket s(home);
  monitor drops(s, {.drops = true});
  s.dial("script://peer");
  auto const end = net.answer();
  message request("asked for nothing");
  request.header().push(0x80000001);
  end->say(std::move(request));
  s.peers();
  end->hang_up();
  s.peers();
  BOOST_TEST(s.statistics().dropped.at(drop_reason::unread, direction::incoming) == 1u);
  std::optional<monitor_event> e;
  do e = drops.try_next();
  while (e && e->what != monitor_event::dropped);
  BOOST_TEST_REQUIRE(e.has_value());
  BOOST_TEST(e->message->text() == "asked for nothing");
  BOOST_TEST((e->reason == drop_reason::unread));
}

BOOST_FIXTURE_TEST_CASE(a_monitor_hears_of_drops_only_when_it_asks, stage) {
  pair_socket careless{home, {}, {.best_effort = true}};
  monitor quiet(careless), loud(careless, {.drops = true});
  careless.send("nobody is there");
  BOOST_TEST(!quiet.try_next());
  auto const e = loud.try_next();
  BOOST_TEST_REQUIRE(e.has_value());
  BOOST_TEST(e->message->text() == "nobody is there");
  BOOST_TEST((e->which == direction::outgoing));
}

BOOST_FIXTURE_TEST_CASE(the_tree_says_the_same, stage) {
  auto const end = net.answer(1);
  s.send("123");
  auto const tree = as_tree(s.statistics());
  auto const* sent = tree.find("sent");
  BOOST_TEST_REQUIRE(sent);
  auto const* bytes = sent->find("bytes");
  BOOST_TEST_REQUIRE(bytes);
  BOOST_TEST(std::get<std::uint64_t>(bytes->value) == 3u);
  BOOST_TEST((bytes->measure == statistic::unit::bytes));
  BOOST_TEST((bytes->kind == statistic::type::counter));
  BOOST_TEST_REQUIRE(tree.find("pipes"));
  BOOST_TEST(tree.find("pipes")->children.size() == 1u);
  BOOST_TEST(!tree.find("nothing of the kind"));
}

BOOST_FIXTURE_TEST_CASE(what_peers_did_is_counted_at_their_url, stage) {
  s.listen("script://here:0");
  net.fail_handshake(failure{errc::malformed, "no greeting", fault_kind::not_sp});
  net.fail_handshake(failure{errc::malformed, "no greeting", fault_kind::not_sp});
  net.fail_handshake(failure{std::make_error_code(std::errc::too_many_files_open), "", fault_kind::no_descriptors});
  auto const all = s.statistics();
  auto const& here = all.endpoints.at(1);
  BOOST_TEST(here.faults.at(fault_kind::not_sp) == 2u);
  BOOST_TEST(here.faults.at(fault_kind::no_descriptors) == 1u);
  BOOST_TEST(here.faults.at(fault_kind::silent) == 0u);
  BOOST_TEST(here.rejected == 2u);
  auto const tree = as_tree(all);
  auto const* faults = tree.find("endpoints")->find(here.url)->find("faults");
  BOOST_TEST_REQUIRE(faults);
  BOOST_TEST(std::get<std::uint64_t>(faults->find("not_sp")->value) == 2u);
  BOOST_TEST(!faults->find("none"));
}

BOOST_AUTO_TEST_CASE(every_fault_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i != fault_kinds; ++i) names.insert(name_of(static_cast<fault_kind>(i)));
  BOOST_TEST(names.size() == fault_kinds);
  BOOST_TEST(name_of(static_cast<fault_kind>(200)) == "unknown");
}

BOOST_AUTO_TEST_CASE(every_reason_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i != drop_reasons; ++i) names.insert(name_of(static_cast<drop_reason>(i)));
  BOOST_TEST(names.size() == drop_reasons);
  BOOST_TEST(name_of(static_cast<drop_reason>(200)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
