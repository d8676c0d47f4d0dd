// SPDX-License-Identifier: MIT
#include "tls/tls.hpp"

#include "support/secured.hpp"
#include "support/two_engines.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::transports {

namespace {

using test::next;
using test::soon;

struct two_engines : test::two_engines {
  std::string listen(std::string_view where = "tls+tcp://127.0.0.1:0", tls_options const& o = test::good_listener()) {
    return rep.listen(where, {.tls = o});
  }
};

std::error_code dial_code(req_socket& s, std::string_view text, tls_options const& o) {
  return test::dial_code(s, text, {.tls = o});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_FIXTURE_TEST_CASE(who_believes_the_authority_comes_in, two_engines) {
  req.dial(listen(), {.tls = test::good_dialer()});
  talk();
}

BOOST_FIXTURE_TEST_CASE(addresses_of_both_families_and_the_wildcard_will_do, two_engines) {
  auto const port = std::to_string(*url::parse(listen("tls+tcp://*:0"))->port);
  req.dial("tls+tcp4://127.0.0.1:" + port, {.tls = test::good_dialer()});
  talk();
  req_socket other(here);
  rep_socket six(there);
  auto const text = six.listen("tls+tcp6://[::1]:0", {.tls = test::good_listener()});
  BOOST_TEST(text.starts_with("tls+tcp6://[::1]:"));
  other.dial(text, {.tls = test::good_dialer()});
  other.send("q", soon());
  BOOST_TEST(six.receive(soon()).text() == "q");
}

BOOST_FIXTURE_TEST_CASE(names_are_verified_as_dialed, two_engines) {
  auto const port = std::to_string(*url::parse(listen())->port);
  req.dial("tls+tcp://localhost:" + port, {.tls = test::good_dialer()});
  talk();
}

BOOST_FIXTURE_TEST_CASE(an_untrusted_listener_is_refused_with_its_reason, two_engines) {
  monitor events(req), at_home(rep);
  req.dial(listen(), {.tls = {.ca = test::authority("somebody else").certificate()}});
  auto const e = next(events);
  BOOST_TEST((e.what == monitor_event::refused));
  BOOST_TEST(e.why == errc::untrusted);
  BOOST_TEST(e.detail.find("unable to get local issuer certificate") != std::string::npos, e.detail);
  auto const rejected = next(at_home);
  BOOST_TEST((rejected.what == monitor_event::rejected));
}

BOOST_FIXTURE_TEST_CASE(who_must_show_a_certificate_and_has_none_is_rejected_with_the_reason, two_engines) {
  auto o = test::good_listener();
  o.ca = test::known_authority().certificate();
  o.clients = client_certificate::required;
  monitor events(req), at_home(rep);
  req.dial(listen("tls+tcp://127.0.0.1:0", o), {.tls = test::good_dialer()});
  auto const rejected = next(at_home);
  BOOST_TEST(rejected.why == errc::untrusted);
  auto const e = next(events);
  BOOST_TEST(e.why == errc::rejected);
}

BOOST_FIXTURE_TEST_CASE(a_pipe_tells_whom_it_leads_to, two_engines) {
  std::optional<pipe_info> seen;
  pair_socket asks(here, {}, {.admit = [&](pipe_info const& i) {
                     seen = i;
                     return std::error_code();
                   }});
  pair_socket answers(there);
  asks.dial(answers.listen("tls+tcp://127.0.0.1:0", {.tls = test::good_listener()}), {.tls = test::good_dialer()});
  asks.wait_for_peers(1, soon());
  BOOST_TEST_REQUIRE((seen && seen->tls));
  BOOST_TEST(seen->tls->verified);
  BOOST_TEST(seen->tls->subject == "CN=weft test");
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_with_the_options_is_said_at_once, two_engines) {
  BOOST_TEST(dial_code(req, "tls+tcp://127.0.0.1:7000", {.ca_file = "/nowhere"}) == errc::invalid_option);
  BOOST_TEST(dial_code(req, "tls+tcp://127.0.0.1", {}) == errc::invalid_url);
  BOOST_CHECK_THROW(rep.listen("tls+tcp://127.0.0.1:0"), std::system_error);
}

BOOST_FIXTURE_TEST_CASE(a_peer_without_tls_is_told_from_one_with_it, two_engines) {
  auto const port = std::to_string(*url::parse(listen())->port);
  monitor at_home(rep);
  req.dial("tcp://127.0.0.1:" + port);
  auto const rejected = next(at_home);
  BOOST_TEST(rejected.why == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(large_messages_go_both_ways_at_once, two_engines) {
  pair_socket a(here), b(there);
  a.dial(b.listen("tls+tcp://127.0.0.1:0", {.tls = test::good_listener()}), {.tls = test::good_dialer()});
  std::string const large(3'000'000, 'x');
  for (int i = 0; i != 4; ++i) {
    a.send(std::string_view(large), soon());
    b.send(std::string_view(large), soon());
    BOOST_TEST((a.receive(soon()).text() == large));
    BOOST_TEST((b.receive(soon()).text() == large));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::transports
