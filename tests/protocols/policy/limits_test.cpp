// SPDX-License-Identifier: MIT
#include "policy/limits.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::policy {

namespace {

auto says(std::string text) {
  return [text = std::move(text)](std::system_error const& e) {
    return e.code() == make_error_code(errc::invalid_option) && std::string(e.what()).find(text) != std::string::npos;
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(hops_are_from_1_to_255) {
  for (unsigned const good : {1u, 8u, 255u}) BOOST_CHECK_NO_THROW(check_hops(good));
  for (unsigned const bad : {0u, 256u})
    BOOST_CHECK_EXCEPTION(check_hops(bad), std::system_error, says("hops are from 1 to 255"));
}

BOOST_AUTO_TEST_CASE(a_queue_has_8192_places_at_most_and_the_error_names_it) {
  for (std::size_t const good : {0u, 8192u}) BOOST_CHECK_NO_THROW(check_queue("send_queue", good));
  BOOST_CHECK_EXCEPTION(check_queue("send_queue", 8193), std::system_error, says("send_queue is from 0 to 8192"));
}

BOOST_AUTO_TEST_CASE(some_queues_have_at_least_one) {
  BOOST_CHECK_NO_THROW(check_queue("queue", 1, 1));
  BOOST_CHECK_EXCEPTION(check_queue("queue", 0, 1), std::system_error, says("queue is from 1 to 8192"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::policy
