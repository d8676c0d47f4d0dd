// SPDX-License-Identifier: MIT
// BOOST_TEST_MODULE would write this main, but not in a file that gets Boost.Test precompiled.
#include <boost/test/unit_test.hpp>

int main(int argc, char* argv[]) {
  return boost::unit_test::unit_test_main([] { return true; }, argc, argv);
}
