// SPDX-License-Identifier: MIT
#include "fuzz/corpus.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::fuzz {

BOOST_AUTO_TEST_SUITE(fuzz)

BOOST_AUTO_TEST_CASE(ws_http) { play("ws_http"); }
BOOST_AUTO_TEST_CASE(ws_frames) { play("ws_frames"); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fuzz
