// SPDX-License-Identifier: MIT
// A transport that exists is in the assembly: nobody forgets to register one.
#include "source_tree.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <regex>

namespace weft::hygiene {

namespace {

// stream is what some transports share; lossy wraps another and is made by tests.
constexpr std::string_view not_assembled[] = {"lossy", "stream"};

std::string without_directives(std::string_view text) {
  std::string rest;
  auto const code = code_of(text);
  for (auto const line : lines(code))
    if (!line.starts_with("#")) rest.append(line) += '\n';
  return rest;
}

complaints unassembled(std::vector<std::string> const& transports, std::vector<source> const& all) {
  std::string assembly;
  for (auto const& s : all)
    if (s.path.starts_with("src/assembly/") && s.path.ends_with(".cpp")) assembly += without_directives(s.text);
  complaints found;
  for (auto const& name : transports) {
    std::regex const named("(^|[^A-Za-z0-9])" + name + "([^A-Za-z0-9]|$)");
    bool const exempt = std::ranges::find(not_assembled, name) != std::end(not_assembled);
    if (!exempt && !std::regex_search(assembly, named))
      found.push_back("no file in src/assembly makes transports/" + name);
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(assembly)

BOOST_AUTO_TEST_CASE(every_transport_is_assembled) { expect_none(unassembled(folders_under("transports"), tree())); }

BOOST_AUTO_TEST_CASE(catches_a_forgotten_transport) {
  std::vector<source> const all = {
      {"src/assembly/builtin.cpp", "#include \"ipc/ipc.hpp\"\nadd(make_tcp_transport());  // and udp\n"}};
  BOOST_TEST(unassembled({"tcp", "stream", "lossy"}, all).empty());
  BOOST_TEST(unassembled({"udp"}, all).size() == 1u);
  BOOST_TEST(unassembled({"ipc"}, all).size() == 1u);
  BOOST_TEST(unassembled({"tc"}, all).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hygiene
