// SPDX-License-Identifier: MIT
// The manual pages and bash's completion know what the tools know.
#include "interop/tool.hpp"
#include "tools/run.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <regex>
#include <set>

namespace weft::tools {

namespace {

std::string const sources = WEFT_SOURCE_DIR "/src/tools/";

std::set<std::string> long_options(std::string const& text) {
  static std::regex const option("--[a-z][-a-z0-9]*");
  std::set<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), option), end; i != end; ++i) found.insert(i->str());
  return found;
}

outcome bash(std::string const& script) { return run({"-c", script}, "", run::pipes, "/bin/bash").end(); }

/// What bash offers behind these words.
std::string completed(std::string const& function, std::string const& line) {
  auto const out = bash("source " + sources + "weft.bash-completion; COMP_LINE='" + line +
                        "'; COMP_POINT=${#COMP_LINE}; " + function + "; printf '%s\n' \"${COMPREPLY[@]}\"");
  BOOST_TEST(out.err == "");
  return out.out;
}

std::string page(std::string const& tool) {
  auto const path = sources + "man/" + tool + ".1";
  auto text = run({path}, "", run::pipes, "/bin/cat").end().out;
  return std::regex_replace(text, std::regex(R"(\\-)"), "-");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(manual_pages_have_every_option) {
  for (std::string const tool : {"weftcat", "weft-info", "weft-device"}) {
    auto const known = long_options(run({"--help"}, "", run::pipes, tool).end().out);
    BOOST_TEST(known.size() >= 3u);
    auto const told = long_options(page(tool));
    BOOST_TEST(known == told, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(completion_has_every_option) {
  for (auto const& [tool, function] :
       {std::pair{"weftcat", "_weftcat"}, {"weft-info", "_weft_info"}, {"weft-device", "_weft_device"}}) {
    auto const known = long_options(run({"--help"}, "", run::pipes, tool).end().out);
    BOOST_TEST(known == long_options(completed(function, std::string(tool) + " --")), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(completion_offers_values_that_there_are) {
  BOOST_TEST(completed("_weftcat", "weftcat --pull --format m") == "msgpack\n");
  BOOST_TEST(completed("_weftcat", "weftcat --pull --dial tl") == "tls+tcp://\n");
  // Behind a colon bash replaces only what follows it.
  BOOST_TEST(completed("_weftcat", "weftcat --pull --dial ofi+tcp:") == "//\n");
  BOOST_TEST(completed("_weftcat", "weftcat --data --") == "\n");
  BOOST_TEST(completed("_weft_device", "weft-device pip") == "pipeline\n");
  BOOST_TEST(completed("_weft_info", "weft-info ofi+s") == "ofi+shm://\nofi+sockets://\n");
  interop::scratch_folder const folder;
  interop::write_file(folder.path("certificate"), "");
  BOOST_TEST(completed("_weftcat", "weftcat --cert " + folder.path("cert")) == folder.path("certificate") + "\n");
}

BOOST_AUTO_TEST_CASE(manual_pages_are_well_formed) {
  if (!interop::is_installed("groff")) {
    std::cout << "SKIPPED: groff is not installed\n";
    return;
  }
  for (std::string const tool : {"weftcat", "weft-info", "weft-device"})
    BOOST_TEST(bash("groff -man -Tutf8 -ww -z " + sources + "man/" + tool + ".1").err == "");
}

BOOST_AUTO_TEST_CASE(all_tools_refuse_in_one_line) {
  for (std::string const tool : {"weftcat", "weft-info", "weft-device"}) {
    auto const end = run({"--loud"}, "", run::pipes, tool).end();
    BOOST_TEST(end.status == 2);
    BOOST_TEST(end.err.starts_with(tool + ": "));
    BOOST_TEST(end.err.find('\n') == end.err.size() - 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tools
