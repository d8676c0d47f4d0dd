// SPDX-License-Identifier: MIT
#include "tls/channel.hpp"

#include <weft/error.hpp>

#include "support/secured.hpp"
#include "transports/stream/wire.hpp"

#include "transports/tls/stranger.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace weft::tls {

namespace {

using stream::batch;
using stream::step;

/// Two ends over a socket pair, and what became of their handshakes.
struct meeting {
  explicit meeting(tls_options const& listens = test::good_listener(), tls_options const& dials = test::good_dialer(),
                   std::string const& name = "localhost")
      : meeting(listens, dials, name, stream::connected_fds()) {}
  meeting(tls_options const& listens, tls_options const& dials, std::string const& name,
          std::pair<base::unique_fd, base::unique_fd> fds)
      : ends{stream::established(std::move(fds.first)), stream::established(std::move(fds.second))},
        steps{secure(context::make(dials, side::dials).value(), name),
              secure(context::make(listens, side::listens).value(), {})} {}

  bool advance(std::size_t i) {
    if (faults[i].code || done[i]) return false;
    auto r = steps[i].advance(ends[i]);
    if (!r) {
      faults[i] = r.error();
      if (ends[i].through) ends[i].through->farewell();
    }
    done[i] = r && *r == step::wants::nothing;
    return true;
  }
  void shake() {
    for (int i = 0; i != 10; ++i)
      for (std::size_t const end : {0u, 1u}) advance(end);
  }
  bool shaken() const { return done[0] && done[1]; }

  bool send(std::size_t from, std::string_view text) {
    batch b;
    b.add(text.data(), text.size());
    return ends[from].send(b) == static_cast<ssize_t>(text.size());
  }
  std::string receive(std::size_t at) {
    std::string text(100'000, '\0');
    result = ends[at].receive(text.data(), text.size());
    text.resize(result > 0 ? static_cast<std::size_t>(result) : 0);
    return text;
  }

  std::array<stream::established, 2> ends;
  std::array<secure, 2> steps;
  std::array<failure, 2> faults;
  std::array<bool, 2> done{};
  ssize_t result = 0;
};

struct shaken_meeting : meeting {
  shaken_meeting() {
    shake();
    BOOST_TEST_REQUIRE(shaken());
  }
};

tls_options with_clients(client_certificate c) {
  auto o = test::good_listener();
  o.ca = test::known_authority().certificate();
  o.clients = c;
  return o;
}

tls_options introduced(test::identity const& who) {
  auto o = test::good_dialer();
  o.certificate = who.certificate;
  o.key = who.key;
  return o;
}

tls_options listener_with(test::certificate_terms const& terms, test::authority const& by = test::known_authority()) {
  auto const who = by.issue(terms);
  return {.certificate = who.certificate, .key = who.key};
}

void expect_untrusted(meeting& m, std::string const& reason) {
  m.shake();
  BOOST_TEST(m.faults[0].code == errc::untrusted);
  BOOST_TEST(m.faults[0].detail == "the peer's certificate cannot be trusted: " + reason);
  BOOST_TEST(m.faults[1].code == errc::rejected);
}

struct met_by_a_stranger : meeting {
  met_by_a_stranger() {
    for (int i = 0; i != 10 && !done[1]; ++i) {
      (void)who.shakes_hands();
      advance(1);
    }
    BOOST_TEST_REQUIRE(done[1]);
  }
  stranger who{ends[0].fd.get()};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_channel)

BOOST_FIXTURE_TEST_CASE(what_one_says_the_other_hears, shaken_meeting) {
  BOOST_TEST(send(0, "hello"));
  BOOST_TEST(receive(1) == "hello");
  BOOST_TEST(send(1, "yes"));
  BOOST_TEST(send(1, "?"));
  BOOST_TEST(receive(0) == "yes?");
  BOOST_TEST(receive(0) == "");
  BOOST_TEST(result == -1);
}

BOOST_FIXTURE_TEST_CASE(many_records_are_read_at_a_time, shaken_meeting) {
  std::string const text(70'000, 'x');
  BOOST_TEST(send(0, text));
  BOOST_TEST((receive(1) == text));
}

BOOST_FIXTURE_TEST_CASE(a_goodbye_is_no_fault, shaken_meeting) {
  BOOST_TEST(send(0, "bye"));
  BOOST_TEST(ends[0].through->farewell());
  BOOST_TEST(receive(1) == "bye");
  BOOST_TEST(receive(1) == "");
  BOOST_TEST(result == 0);
  BOOST_TEST(!ends[1].through->fault().code);
}

BOOST_FIXTURE_TEST_CASE(a_stream_that_is_cut_off_is_a_reset, shaken_meeting) {
  ends[0].fd.reset();
  BOOST_TEST(receive(1) == "");
  BOOST_TEST(result == 0);
  BOOST_TEST(ends[1].through->fault().code == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(bytes_that_are_not_tls_end_it_and_the_peer_is_told, shaken_meeting) {
  ::send(ends[0].fd.get(), "garbage garbage", 15, MSG_NOSIGNAL);
  BOOST_TEST(receive(1) == "");
  BOOST_TEST(result == 0);
  BOOST_TEST(ends[1].through->fault().code == errc::malformed);
  BOOST_TEST(ends[1].through->wants_to_send());
  BOOST_TEST(ends[1].through->farewell());
  BOOST_TEST(receive(0) == "");
  BOOST_TEST(ends[0].through->fault().code == errc::rejected);
}

BOOST_FIXTURE_TEST_CASE(new_keys_are_answered, met_by_a_stranger) {
  for (int i = 0; i != 2000; ++i) {
    BOOST_TEST_REQUIRE(who.demands_new_keys());
    BOOST_TEST_REQUIRE(receive(1) == "");
    BOOST_TEST_REQUIRE(send(1, ""));
    BOOST_TEST_REQUIRE(who.hears() == "");
  }
  BOOST_TEST(result == -1);
}

BOOST_FIXTURE_TEST_CASE(who_demands_answers_and_never_reads_is_sent_away, met_by_a_stranger) {
  unsigned demands = 0;
  for (result = -1; result != 0 && demands != 100'000; ++demands) {
    BOOST_TEST_REQUIRE(who.demands_new_keys());
    (void)receive(1);
    (void)send(1, "");
  }
  // What the kernel keeps for it, and then 16 KiB, in answers of 27 bytes.
  BOOST_TEST(demands > (16u << 10) / 27);
  BOOST_TEST(demands < 20'000u);
  auto const why = ends[1].through->fault();
  BOOST_TEST(why.code == errc::malformed);
  BOOST_TEST(why.detail == "TLS: the peer demands answers, and does not read them");
  BOOST_TEST((why.kind == fault_kind::tls_flood));
}

BOOST_AUTO_TEST_CASE(who_does_not_speak_tls_is_malformed) {
  meeting m;
  ::send(m.ends[0].fd.get(), "\0SP\0\0\20\0\0", 8, MSG_NOSIGNAL);
  m.advance(1);
  BOOST_TEST(m.faults[1].code == errc::malformed);
}

BOOST_AUTO_TEST_CASE(who_hangs_up_is_rejected) {
  meeting m;
  m.advance(0);
  m.ends[0].fd.reset();
  m.advance(1);
  m.advance(1);
  BOOST_TEST(m.faults[1].code == errc::rejected);
}

BOOST_FIXTURE_TEST_CASE(the_listeners_certificate_is_known_to_who_dialed, shaken_meeting) {
  auto const& p = *ends[0].about->tls;
  BOOST_TEST(p.verified);
  BOOST_TEST(p.subject == "CN=weft test");
  BOOST_TEST(p.version == "TLSv1.3");
  BOOST_TEST(!p.cipher.empty());
  std::vector<std::string> const names{"localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"};
  BOOST_TEST(p.alternative_names == names);
  BOOST_TEST(!ends[1].about->tls->verified);
  BOOST_TEST(ends[1].about->tls->subject.empty());
}

BOOST_AUTO_TEST_CASE(addresses_are_names_too) {
  for (std::string const name : {"127.0.0.1", "::1"}) {
    meeting m(test::good_listener(), test::good_dialer(), name);
    m.shake();
    BOOST_TEST(m.shaken());
  }
}

BOOST_AUTO_TEST_CASE(another_hosts_certificate_is_no_good) {
  meeting m(listener_with({.hosts = "DNS:elsewhere.example"}));
  expect_untrusted(m, "hostname mismatch");
  meeting n(listener_with({}), test::good_dialer(), "127.0.0.2");
  expect_untrusted(n, "IP address mismatch");
}

BOOST_AUTO_TEST_CASE(an_unknown_authoritys_certificate_is_no_good) {
  meeting m(listener_with({}, test::authority("somebody else")));
  expect_untrusted(m, "unable to get local issuer certificate");
}

BOOST_AUTO_TEST_CASE(a_certificate_is_good_for_its_time_only) {
  meeting late(listener_with({.from = -7200, .until = -3600}));
  expect_untrusted(late, "certificate has expired");
  meeting early(listener_with({.from = 3600}));
  expect_untrusted(early, "certificate is not yet valid");
}

BOOST_AUTO_TEST_CASE(without_verification_any_certificate_will_do_and_none_counts_as_verified) {
  meeting m(listener_with({.hosts = "DNS:elsewhere.example", .until = -1800}, test::authority("somebody else")),
            {.verify = false});
  m.shake();
  BOOST_TEST_REQUIRE(m.shaken());
  BOOST_TEST(!m.ends[0].about->tls->verified);
  BOOST_TEST(m.ends[0].about->tls->subject == "CN=weft test");
}

BOOST_AUTO_TEST_CASE(who_dials_may_have_to_introduce_itself) {
  auto const client = test::known_authority().issue({.name = "client", .hosts = ""});
  auto const stranger = test::authority("somebody else").issue({.name = "stranger"});
  for (auto const c : {client_certificate::optional, client_certificate::required}) {
    meeting known(with_clients(c), introduced(client));
    known.shake();
    BOOST_TEST_REQUIRE(known.shaken());
    BOOST_TEST(known.ends[1].about->tls->verified);
    BOOST_TEST(known.ends[1].about->tls->subject == "CN=client");
    meeting unknown(with_clients(c), introduced(stranger));
    unknown.shake();
    BOOST_TEST(unknown.faults[1].code == errc::untrusted);
  }
  meeting anybody(with_clients(client_certificate::optional));
  anybody.shake();
  BOOST_TEST(anybody.shaken());
  BOOST_TEST(!anybody.ends[1].about->tls->verified);
}

BOOST_AUTO_TEST_CASE(who_must_introduce_itself_and_does_not_is_told_so) {
  meeting m(with_clients(client_certificate::required));
  m.shake();
  BOOST_TEST(m.faults[1].code == errc::untrusted);
  BOOST_TEST(m.faults[1].detail == "the peer showed no certificate");
  BOOST_TEST(m.done[0]);  // TLS 1.3: it learns later
  (void)m.receive(0);
  BOOST_TEST(m.ends[0].through->fault().code == errc::rejected);
}

BOOST_AUTO_TEST_CASE(both_must_know_a_version_that_both_allow) {
  auto listens = test::good_listener();
  auto dials = test::good_dialer();
  listens.newest = dials.newest = tls_version::v1_2;
  meeting old(listens, dials);
  old.shake();
  BOOST_TEST_REQUIRE(old.shaken());
  BOOST_TEST(old.ends[0].about->tls->version == "TLSv1.2");
  listens.newest = listens.oldest = tls_version::v1_3;
  meeting apart(listens, dials);
  apart.shake();
  BOOST_TEST(apart.faults[1].code == errc::unsupported);
  BOOST_TEST(apart.faults[0].code == errc::rejected);
}

BOOST_AUTO_TEST_CASE(hands_may_be_shaken_byte_by_byte) {
  auto upstream = stream::connected_fds(), downstream = stream::connected_fds();
  meeting m(test::good_listener(), test::good_dialer(), "localhost",
            {std::move(upstream.first), std::move(downstream.first)});
  stream::far_end const a(std::move(upstream.second)), b(std::move(downstream.second));
  for (int round = 0; round != 10 && !m.shaken(); ++round)
    for (std::size_t const end : {0u, 1u}) {
      m.advance(end);
      auto const said = (end == 0 ? a : b).hear();
      for (char const c : said) {
        (end == 0 ? b : a).say({&c, 1});
        m.advance(1 - end);
      }
    }
  BOOST_TEST(m.shaken());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tls
