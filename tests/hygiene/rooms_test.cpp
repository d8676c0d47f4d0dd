// SPDX-License-Identifier: MIT
// Draws the graph of the rooms from the #include lines, and fails on any edge that the plan does not have.
#include "rooms.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

namespace weft::hygiene {

namespace {

// What is wrong with the includes of one small file, in a house where these other files exist.
complaints wrong(std::string path, std::string text) {
  std::vector<source> house = {
      {"include/weft/error.hpp", ""},     {"include/weft/ext/pipe.hpp", ""},
      {"include/weft/push.hpp", ""},      {"include/weft/weft.hpp", ""},
      {"protocols/policy/queue.hpp", ""}, {"protocols/push.hpp", ""},
      {"src/base/ring.hpp", ""},          {"src/core/lane.hpp", ""},
      {"src/fabric/endpoint.hpp", ""},    {"transports/stream/framing.hpp", ""},
      {"transports/tcp/tcp.hpp", ""},     {"transports/fabric/endpoint.hpp", ""},
  };
  complaints all;
  for (auto const& e : edges_of({std::move(path), std::move(text)}, house))
    for (auto& complaint : forbidden(e)) all.push_back(std::move(complaint));
  return all;
}

// Rooms that nothing left on the table needs are taken off it, until only a cycle remains.
std::set<std::string_view> in_a_cycle(std::vector<room> const& rows) {
  std::set<std::string_view> left;
  for (auto const& r : rows) left.insert(r.name);
  auto const leads_on = [&](room const& r) {
    return std::ranges::any_of(r.may_include, [&](std::string_view to) { return left.contains(to); });
  };
  for (std::size_t before = 0; before != left.size();) {
    before = left.size();
    for (auto const& r : rows)
      if (!leads_on(r)) left.erase(r.name);
  }
  return left;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rooms)

BOOST_AUTO_TEST_CASE(rooms_include_what_the_plan_allows) {
  std::set<std::string> drawn;
  for (auto const& s : tree())
    for (auto const& e : edges_of(s, tree())) {
      expect_none(forbidden(e));
      if (!e.to.empty()) drawn.insert(room_of(e.from) + " -> " + e.to);
    }
  for (auto const& line : drawn) BOOST_TEST_MESSAGE(line);
}

BOOST_AUTO_TEST_CASE(a_header_name_means_one_file) {
  for (auto const& s : tree()) expect_none(ambiguous_includes(s, tree()));
}

BOOST_AUTO_TEST_CASE(the_plan_has_no_cycle) { BOOST_TEST(in_a_cycle(plan()).empty()); }

BOOST_AUTO_TEST_CASE(catches_a_cycle) {
  BOOST_TEST(in_a_cycle({{"a", {"b"}, {}}, {"b", {"c"}, {}}, {"c", {"b"}, {}}, {"d", {}, {}}}).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_room_may_include_itself_the_standard_library_and_its_own_rows) {
  BOOST_TEST(
      wrong("src/core/a.cpp", "#include \"core/lane.hpp\"\n#include \"base/ring.hpp\"\n#include <vector>\n").empty());
  BOOST_TEST(
      wrong("protocols/a.cpp", "#include \"push.hpp\"\n#include <weft/ext/pipe.hpp>\n#include \"policy/queue.hpp\"\n")
          .empty());
  BOOST_TEST(
      wrong("transports/tcp/a.cpp", "#include \"tcp.hpp\"\n#include \"stream/framing.hpp\"\n#include <sys/uio.h>\n")
          .empty());
  BOOST_TEST(wrong("src/fabric/a.cpp", "#include <rdma/fi_cq.h>\n").empty());
  BOOST_TEST(wrong("src/assembly/a.cpp", "#include \"tcp/tcp.hpp\"\n").empty());
  BOOST_TEST(wrong("examples/01_a.cpp", "#include <weft/weft.hpp>\n").empty());
}

BOOST_AUTO_TEST_CASE(catches_a_room_that_reaches_too_far) {
  BOOST_TEST(wrong("protocols/a.cpp", "#include \"core/lane.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("protocols/a.cpp", "#include \"base/ring.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("protocols/a.cpp", "#include \"../src/core/lane.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("src/core/a.cpp", "#include \"push.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("src/base/a.hpp", "#include <weft/error.hpp>\n").size() == 1u);
  BOOST_TEST(wrong("transports/tcp/a.cpp", "#include \"core/lane.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("transports/tcp/a.cpp", "#include \"fabric/endpoint.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("transports/inproc/a.cpp", "#include \"tcp/tcp.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("include/weft/ext/a.hpp", "#include <weft/push.hpp>\n").size() == 1u);
  BOOST_TEST(wrong("perf/a.cpp", "#include \"base/ring.hpp\"\n").size() == 1u);
  BOOST_TEST(wrong("src/new_room/a.cpp", "#include \"base/ring.hpp\"\n").size() == 1u);
}

BOOST_AUTO_TEST_CASE(catches_a_library_in_the_wrong_room) {
  BOOST_TEST(wrong("transports/fabric/a.cpp", "#include <rdma/fabric.h>\n").size() == 1u);
  BOOST_TEST(wrong("src/core/a.cpp", "#include <boost/asio.hpp>\n").size() == 1u);
  BOOST_TEST(wrong("protocols/a.cpp", "#include <unistd.h>\n").size() == 1u);
  BOOST_TEST(wrong("perf/compare/a.cpp", "#include <zmq.h>\n#include <rdma/fabric.h>\n").size() == 1u);
}

BOOST_AUTO_TEST_CASE(catches_a_header_name_that_means_two_files) {
  std::vector<source> const house = {{"src/fabric/endpoint.hpp", ""}, {"transports/fabric/endpoint.hpp", ""}};
  BOOST_TEST(ambiguous_includes({"transports/fabric/a.cpp", "#include \"fabric/endpoint.hpp\"\n"}, house).size() == 1u);
  BOOST_TEST(ambiguous_includes({"transports/fabric/a.cpp", "#include \"endpoint.hpp\"\n"}, house).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
