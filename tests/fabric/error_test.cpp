// SPDX-License-Identifier: MIT
#include "fabric/error.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(an_error)

BOOST_AUTO_TEST_CASE(is_none_for_what_is_not_negative) {
  BOOST_TEST(!error(0));
  BOOST_TEST(!error(7));
}

BOOST_AUTO_TEST_CASE(has_the_words_of_libfabric) {
  auto const e = error(-FI_ENOAV);
  BOOST_TEST(&e.category() == &category());
  BOOST_TEST(e.message() == fi_strerror(FI_ENOAV));
  BOOST_TEST(category().name() == std::string("libfabric"));
}

BOOST_AUTO_TEST_CASE(equals_the_condition_of_the_standard) {
  BOOST_TEST((error(-FI_ECANCELED) == std::errc::operation_canceled));
  BOOST_TEST((error(-FI_EAGAIN) == std::errc::resource_unavailable_try_again));
  BOOST_TEST((error(-FI_ENOTCONN) == std::errc::not_connected));
  BOOST_TEST((error(-FI_ETRUNC) == std::errc::message_size));
  BOOST_TEST((error(-FI_ETOOSMALL) != std::errc::no_buffer_space));
}

BOOST_AUTO_TEST_CASE(that_means_try_again_is_told_without_a_category) {
  BOOST_TEST(is_again(-FI_EAGAIN));
  BOOST_TEST(!is_again(0));
  BOOST_TEST(!is_again(-FI_ENOENT));
}

BOOST_AUTO_TEST_CASE(of_set_up_names_the_call) {
  auto const why = failed("fi_domain", -FI_ENODEV);
  BOOST_TEST((why.code == std::errc::no_such_device));
  BOOST_TEST(why.detail.starts_with("fi_domain: "));
}

BOOST_AUTO_TEST_CASE(keeps_an_object_from_being_opened) {
  auto const made = open<fid_fabric>("fi_fabric", [](fid_fabric**) { return -FI_ENOMEM; });
  BOOST_TEST(!made);
  BOOST_TEST((made.error().code == std::errc::not_enough_memory));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
