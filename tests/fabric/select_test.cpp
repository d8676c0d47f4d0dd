// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "fabric/info.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <tuple>

namespace weft::fabric {

namespace {

setup<selection> select_for(std::string scheme, std::string provider = {}, std::string endpoint = {}) {
  request r;
  r.scheme = std::move(scheme);
  r.provider = std::move(provider);
  r.endpoint = std::move(endpoint);
  return select(r);
}

bool mentions(std::string const& text, std::string_view part) { return text.find(part) != text.npos; }

void expect_failure(setup<selection> const& got, errc code, std::string_view at_fault, std::string_view instead) {
  BOOST_REQUIRE(!got);
  auto const why = got.error();
  BOOST_TEST((why.code == code), why.code.message());
  BOOST_TEST(mentions(why.detail, at_fault), why.detail);
  BOOST_TEST(mentions(why.detail, instead), why.detail);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(a_selection)

BOOST_AUTO_TEST_CASE(takes_the_first_candidate_that_is_here) {
  auto got = select_for("ofi+tcp");
  BOOST_REQUIRE(got);
  BOOST_TEST(got->chosen.provider() == candidates("ofi+tcp", fi_version()).front());
  BOOST_TEST(got->rejected.empty());
}

BOOST_AUTO_TEST_CASE(without_a_provider_in_the_scheme_says_why_the_better_ones_are_not_chosen) {
  auto got = select_for("ofi");
  BOOST_REQUIRE(got);
  auto const order = candidates("ofi", fi_version());
  BOOST_REQUIRE(got->rejected.size() < order.size());
  for (std::size_t i = 0; i != got->rejected.size(); ++i) {
    BOOST_TEST(got->rejected[i].provider == order[i]);
    BOOST_TEST(!got->rejected[i].reason.empty());
  }
  BOOST_TEST(got->chosen.provider() == order[got->rejected.size()]);
}

BOOST_AUTO_TEST_CASE(takes_the_provider_that_is_asked_for) {
  auto got = select_for("ofi+tcp", "tcp_rxm");
  if (!got) {
    std::cout << "SKIPPED: " << got.error().detail << "\n";
    return;
  }
  BOOST_TEST(got->chosen.provider() == "tcp;ofi_rxm");
}

BOOST_AUTO_TEST_CASE(fails_with_the_part_at_fault_and_what_there_is_instead) {
  expect_failure(select_for("ofi+pigeon"), errc::unknown_scheme, "'ofi+pigeon'", "ofi+tcp");
  expect_failure(select_for("ofi+tcp", "pigeon"), errc::invalid_option, "?prov=pigeon", "sockets");
  expect_failure(select_for("ofi+tcp", "shm"), errc::invalid_option, "does not serve ofi+tcp", "ofi+shm");
}

BOOST_AUTO_TEST_CASE(takes_the_kind_of_endpoint_that_is_asked_for) {
  for (std::string const scheme : {"ofi+tcp", "ofi"}) {
    auto got = select_for(scheme, {}, "msg");
    BOOST_REQUIRE(got);
    BOOST_TEST((got->chosen.type() == endpoint_type::msg));
    BOOST_TEST((select_for(scheme, {}, "rdm")->chosen.type() == endpoint_type::rdm));
  }
  expect_failure(select_for("ofi+tcp", {}, "best"), errc::invalid_option, "?ep=best", "rdm, msg, dgram");
  expect_failure(select_for("ofi+shm", "shm", "msg"), errc::no_provider, "shm (MSG) has no MSG endpoints",
                 "ofi+tcp?ep=msg (");
  expect_failure(select_for("ofi+shm", {}, "msg"), errc::no_provider, "?ep=msg", "ofi+tcp?ep=msg (");
}

BOOST_AUTO_TEST_CASE(takes_datagrams_only_where_they_are_asked_for) {
  for (auto const& [scheme, asked, expected] :
       {std::tuple("ofi+udp", "", "udp"), {"ofi+udp", "udp", "udp"}, {"ofi+sockets", "", "sockets"}}) {
    auto got = select_for(scheme, asked, "dgram");
    BOOST_REQUIRE(got);
    BOOST_TEST((got->chosen.type() == endpoint_type::dgram));
    BOOST_TEST(got->chosen.provider() == expected);
  }
  BOOST_TEST(select_for("ofi+udp")->chosen.provider() == "udp;ofi_rxd");
  BOOST_TEST(select_for("ofi+udp", "udp")->chosen.provider() == "udp;ofi_rxd");
  expect_failure(select_for("ofi+udp", "udp;ofi_rxd", "dgram"), errc::no_provider,
                 "udp;ofi_rxd (DGRAM) has no DGRAM endpoints", "ofi+udp?ep=dgram (udp)");
}

// tcp of 1.17 has connected endpoints alone.
BOOST_AUTO_TEST_CASE(falls_back_to_connected_endpoints_and_says_why) {
  if (FI_MAJOR(fi_version()) >= 2) {
    std::cout << "SKIPPED: tcp of 2.x has RDM endpoints\n";
    return;
  }
  auto got = select_for("ofi+tcp", "tcp");
  BOOST_REQUIRE(got);
  BOOST_TEST((got->chosen.type() == endpoint_type::msg));
  BOOST_REQUIRE(got->rejected.size() == 1u);
  BOOST_TEST(got->rejected[0].provider == "tcp");
  BOOST_TEST(got->rejected[0].endpoint == "RDM");
  BOOST_TEST(mentions(got->rejected[0].reason, "has no reliable connectionless endpoints"), got->rejected[0].reason);
  expect_failure(select_for("ofi+tcp", "tcp", "rdm"), errc::no_provider, "tcp (RDM) has no reliable", "ofi+tcp (");
}

BOOST_AUTO_TEST_CASE(names_each_kind_that_was_tried_in_vain) {
  auto const got = select_for("ofi+verbs");
  if (got) return;  // a machine with the hardware
  expect_failure(got, errc::no_provider, "verbs;ofi_rxm (RDM)", "verbs (MSG)");
}

BOOST_AUTO_TEST_CASE(fails_with_what_works_when_no_candidate_is_here) {
  for (auto const* scheme : {"ofi+verbs", "ofi+efa", "ofi+cxi"}) {
    auto const got = select_for(scheme);
    if (got) continue;  // a machine with the hardware
    expect_failure(got, errc::no_provider, std::string(scheme) + ": provider ", "ofi+tcp (");
  }
}

BOOST_AUTO_TEST_CASE(of_an_endpoint_that_reads_large_bodies_is_asked_for_where_that_is_not_faster) {
  request r;
  r.scheme = "ofi+tcp";
  BOOST_TEST((select(r).value().large == rendezvous::tagged));
  r.rendezvous = "tagged";
  BOOST_TEST((select(r).value().large == rendezvous::tagged));
  r.rendezvous = "read";
  auto const got = select(r).value();
  BOOST_TEST((got.large == rendezvous::read));
  BOOST_TEST(got.chosen.supports(capability::rma | capability::read | capability::remote_read));
  r.rendezvous = "write";
  expect_failure(select(r), errc::invalid_option, "?rendezvous=write", "read, tagged");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
