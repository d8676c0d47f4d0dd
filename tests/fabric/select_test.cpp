// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "fabric/info.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>

namespace weft::fabric {

namespace {

setup<selection> select_for(std::string scheme, std::string provider = {}) {
  request r;
  r.scheme = std::move(scheme);
  r.provider = std::move(provider);
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

BOOST_AUTO_TEST_CASE(fails_with_what_works_when_no_candidate_is_here) {
  for (auto const* scheme : {"ofi+verbs", "ofi+efa", "ofi+cxi"}) {
    auto const got = select_for(scheme);
    if (got) continue;  // a machine with the hardware
    expect_failure(got, errc::no_provider, std::string(scheme) + ": provider ", "ofi+tcp (");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
