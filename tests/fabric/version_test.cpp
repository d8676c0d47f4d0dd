// SPDX-License-Identifier: MIT
#include <weft/fabric/error.hpp>
#include <weft/fabric/version.hpp>

#include <boost/test/unit_test.hpp>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(the_version_guard)

BOOST_AUTO_TEST_CASE(knows_what_it_was_compiled_against_and_what_is_running) {
  BOOST_TEST((compiled_version() >= interface_version{1, 14}));
  BOOST_TEST((running_version() >= interface_version{1, 14}));
}

BOOST_AUTO_TEST_CASE(accepts_the_library_that_it_was_built_with) {
  BOOST_TEST(!check_running({1, 0}).has_value());
  BOOST_TEST(!check_running(running_version()).has_value());
  BOOST_TEST(check_running().has_value() == (running_version() < compiled_version()));
}

BOOST_AUTO_TEST_CASE(refuses_an_older_one_and_says_which) {
  auto const why = check_running({99, 7});
  BOOST_REQUIRE(why.has_value());
  BOOST_TEST((why->code == misuse::old_library));
  BOOST_TEST(why->detail.find("99.7 is needed") != std::string::npos, why->detail);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
