// SPDX-License-Identifier: MIT
#include "policy/backlog.hpp"

#include "support/fake_host.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::policy {

BOOST_AUTO_TEST_SUITE(backlog_)

BOOST_AUTO_TEST_CASE(is_tended_while_there_is_one) {
  test::fake_host host;
  backlog b(host);
  BOOST_TEST(!host.tended());
  b.add();
  b.add();
  b.remove();
  BOOST_TEST(host.tended());
  BOOST_TEST(b.size() == 1u);
  b.remove();
  BOOST_TEST(!host.tended());
}

BOOST_AUTO_TEST_CASE(two_of_one_protocol_do_not_end_each_other) {
  test::fake_host host;
  backlog one(host), other(host);
  one.add();
  other.add();
  one.remove();
  BOOST_TEST(host.tended());
  other.remove();
  BOOST_TEST(!host.tended());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::policy
