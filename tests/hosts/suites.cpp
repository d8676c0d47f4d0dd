// SPDX-License-Identifier: MIT
#include "hosts/suites.hpp"

#include <weft/weft.hpp>

#include "hosts/two_hosts.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <system_error>

namespace weft::hosts {

namespace {

void play(transport const& t, hosts_case const& c) try {
  if (auto const why = why_not(); !why.empty())
    std::cout << "SKIPPED: " << why << std::endl;
  else
    c.play([&](std::string const& address) { return std::string(t.before) + address + std::string(t.behind); });
} catch (std::system_error const& why) {
  if (why.code() != errc::unknown_scheme && why.code() != errc::no_provider) throw;
  std::cout << "SKIPPED: " << why.what() << std::endl;
}

}  // namespace

bool add_suites(std::span<transport const> transports, std::span<hosts_case const> cases) {
  namespace boost_test = boost::unit_test;
  for (auto const& t : transports) {
    auto* const suite = new boost_test::test_suite({t.name.data(), t.name.size()}, __FILE__, __LINE__);
    boost_test::framework::master_test_suite().add(suite);  // which keeps it
    for (auto const& c : cases)
      suite->add(new boost_test::test_case({c.name.data(), c.name.size()}, __FILE__, __LINE__, [&] { play(t, c); }));
  }
  return true;
}

}  // namespace weft::hosts
