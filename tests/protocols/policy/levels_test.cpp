// SPDX-License-Identifier: MIT
#include "policy/levels.hpp"

#include "support/scripted_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace weft::protocols {

namespace {

struct fixture {
  // The ids of all in line, first to last.
  std::string order() {
    std::string ids;
    for (auto* p = line.first(); p; p = line.next(*p, p->send_priority()))
      ids += std::to_string(static_cast<std::uint32_t>(p->id()));
    return ids;
  }
  void add(ext::pipe& p, unsigned level) {
    p.set_priorities(level, 8);
    line.push_back(p, level);
  }

  test::scripted_connection link;
  ext::pipe a{pipe_id{1}, link, 1}, b{pipe_id{2}, link, 1}, c{pipe_id{3}, link, 1}, d{pipe_id{4}, link, 1};
  policy::levels<&ext::pipe::send_hook> line;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(levels, fixture)

BOOST_AUTO_TEST_CASE(nobody_is_first_of_none) {
  BOOST_TEST(line.empty());
  BOOST_TEST(line.first() == nullptr);
}

BOOST_AUTO_TEST_CASE(of_one_level_who_came_first_is_first) {
  for (auto* p : {&c, &a, &b}) add(*p, 8);
  BOOST_TEST(order() == "312");
}

BOOST_AUTO_TEST_CASE(lower_levels_stand_before_higher_ones) {
  add(a, 16);
  add(b, 8);
  add(c, 1);
  add(d, 8);
  BOOST_TEST(order() == "3241");
}

BOOST_AUTO_TEST_CASE(who_leaves_leaves_no_trace) {
  add(a, 1);
  add(b, 16);
  a.send_hook.unlink();
  BOOST_TEST(!line.empty());
  BOOST_TEST(order() == "2");
  b.send_hook.unlink();
  BOOST_TEST(line.empty());
  BOOST_TEST(line.first() == nullptr);
  add(a, 1);
  BOOST_TEST(order() == "1");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
