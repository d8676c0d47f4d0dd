// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"

#include "fuzz/corpus.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::fuzz {

BOOST_AUTO_TEST_SUITE(fuzz)

BOOST_AUTO_TEST_CASE(a_broken_promise_is_noticed) {
  BOOST_CHECK_THROW(require(false, "this is kept"), std::logic_error);
  BOOST_CHECK_NO_THROW(require(true, "this is kept"));
}

BOOST_AUTO_TEST_CASE(url) { play("url"); }
BOOST_AUTO_TEST_CASE(greeting) { play("greeting"); }
BOOST_AUTO_TEST_CASE(stream) { play("stream"); }
BOOST_AUTO_TEST_CASE(backtrace) { play("backtrace"); }
BOOST_AUTO_TEST_CASE(interest) { play("interest"); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fuzz
