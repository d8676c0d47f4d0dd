// SPDX-License-Identifier: MIT
#include "fuzz/corpus.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::fuzz {

BOOST_AUTO_TEST_SUITE(fuzz)

BOOST_AUTO_TEST_CASE(lifeline) { play("lifeline"); }
BOOST_AUTO_TEST_CASE(frame) { play("frame"); }
BOOST_AUTO_TEST_CASE(datagram) { play("datagram"); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fuzz
