// SPDX-License-Identifier: MIT
// Their values are asserted when src/fabric/constants.cpp is compiled.
#include <weft/fabric/constants.hpp>

#include <boost/test/unit_test.hpp>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(constants)

BOOST_AUTO_TEST_CASE(that_are_bits_make_sets) {
  constexpr auto both = capability::msg | capability::tagged;
  BOOST_TEST(has(both, capability::msg));
  BOOST_TEST(!has(both, capability::msg | capability::rma));
  BOOST_TEST(has(both, capability::none));
  BOOST_TEST(((both & ~capability::msg) == capability::tagged));
}

BOOST_AUTO_TEST_CASE(name_the_datatypes_of_arithmetic_types) {
  BOOST_TEST((datatype_of<std::int8_t> == datatype::int8));
  BOOST_TEST((datatype_of<std::uint16_t> == datatype::uint16));
  BOOST_TEST((datatype_of<int> == datatype::int32));
  BOOST_TEST((datatype_of<std::uint64_t> == datatype::uint64));
  BOOST_TEST((datatype_of<float> == datatype::float32));
  BOOST_TEST((datatype_of<double> == datatype::float64));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
