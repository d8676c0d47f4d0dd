// SPDX-License-Identifier: MIT
// Peers that mean no good, over TLS: each is counted by what it did, and nobody else suffers.
#include "support/sanitizer.hpp"
#include "support/secured.hpp"
#include "transports/hostile/besieged.hpp"
#include "transports/tls/stranger.hpp"

namespace weft::hostile {

namespace {

using enum fault_kind;

struct over_tls : besieged {
  explicit over_tls(tls_options const& listens = test::good_listener(), tls_options const& dials = test::good_dialer())
      : besieged("tls+tcp://127.0.0.1:0", {.handshake_timeout = 200ms, .tls = listens}, {.tls = dials}) {}

  /// A peer that has shaken hands and introduced itself, and is OpenSSL itself.
  tls::stranger come_in(far_end const& peer) {
    tls::stranger who(peer.fd());
    bool done = false, said = false;
    BOOST_TEST(serves_until([&] {
      done = done || who.shakes_hands();
      said = said || (done && who.says(req_says));
      return said && !who.hears().empty();
    }));
    return who;
  }
};

tls_options insisting() {
  auto o = test::good_listener();
  o.ca = test::known_authority().certificate();
  o.clients = client_certificate::required;
  return o;
}

tls_options introduced() {
  auto const who = test::known_authority().issue({.name = "client", .hosts = ""});
  auto o = test::good_dialer();
  o.certificate = who.certificate;
  o.key = who.key;
  return o;
}

struct over_tls_that_insists : over_tls {
  over_tls_that_insists() : over_tls(insisting(), introduced()) {}
};

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_tls)

BOOST_FIXTURE_TEST_CASE(each_misdeed_has_its_counter, over_tls) {
  suffers({"no TLS", fault_kind::tls, req_says});
  suffers({"HTTP", fault_kind::tls, "GET / HTTP/1.1\r\n\r\n"});
  suffers({"no word", silent, ""});
  suffers({"a record that never ends", silent, std::string("\x16\x03\x01\x40\x00", 5)});
  suffers({"no word, and away", left_early, "", misdeed::hangs_up});
}

BOOST_FIXTURE_TEST_CASE(who_shows_no_certificate_is_counted, over_tls_that_insists) {
  req_socket nobody(here);
  nobody.dial(rep.local_url(), {.retry_min = 10s, .retry_max = 10s, .tls = test::good_dialer()});
  BOOST_TEST(serves_until([this] { return seen(untrusted) == 1; }));
}

BOOST_FIXTURE_TEST_CASE(who_hangs_up_without_a_goodbye_is_counted, over_tls) {
  auto peer = knock();
  auto const who = come_in(peer);
  peer.hang_up();
  BOOST_TEST(serves_until([this] { return seen(truncated) == 1; }));
}

BOOST_FIXTURE_TEST_CASE(who_demands_answers_and_never_reads_is_counted, over_tls) {
  auto const peer = knock();
  auto who = come_in(peer);
  auto const before = resident_bytes();
  BOOST_TEST(serves_until([&] {
    for (int i = 0; i != 1000 && who.demands_new_keys(); ++i) {}
    return seen(tls_flood) == 1;
  }));
  if (test::skipped_under_address_sanitizer("it keeps memory that is free: what is in use cannot be told")) return;
  BOOST_TEST(resident_bytes() < before + (16u << 20));
}

BOOST_FIXTURE_TEST_CASE(dialers_count_what_they_meet, over_tls) {
  req_socket careful(here);
  monitor events(careful);
  careful.dial(rep.local_url(),
               {.retry_min = 10s, .retry_max = 10s, .tls = {.ca = test::authority("somebody else").certificate()}});
  BOOST_TEST((test::next(events).fault == untrusted));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hostile
