// SPDX-License-Identifier: MIT
// What weftcat says to arguments that it cannot obey, and how it reads those that it can.
#include "interop/tool.hpp"
#include "tools/run.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace weft::tools {

namespace {

constexpr int failed = 1, misused = 2;

/// It says one line that begins so, and nothing else.
void refused(words const& arguments, std::string const& complaint, int status = misused) {
  auto const end = ran(arguments);
  BOOST_TEST_CONTEXT(complaint) {
    BOOST_TEST(end.status == status);
    BOOST_TEST(end.err.starts_with("weftcat: " + complaint), "it said " << end.err);
    BOOST_TEST(end.err.find('\n') == end.err.size() - 1);
    BOOST_TEST(end.out == "");
  }
}

words with(words const& first, words const& second) {
  auto all = first;
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

/// What is shown when one that talks to itself is called like this.
outcome talked(words const& arguments) {
  return ran(with({"--bus", "--listen", "inproc://self", "--dial", "inproc://self", "-C", "1"}, arguments));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(refuses_what_is_missing) {
  refused({}, "protocol: ");
  refused({"--pull"}, "address: ");
  for (auto const* p : {"--push", "--pub", "--req", "--surveyor"}) refused({p, "-L", "0"}, "--data, --file: ");
  refused({"--pull", "--dial"}, "--dial: ");
  refused({"--pull", "-L", "0", "-C"}, "--count: ");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_too_much) {
  refused({"--req", "--rep", "-L", "0"}, "--rep: one protocol only, and --req was first");
  refused({"--sub0", "--sub", "-L", "0"}, "--sub: one protocol only");
  refused({"--pull", "-L", "0", "--raw", "--hex"}, "--hex: one format only, and --raw was first");
  refused({"--pull", "-L", "0", "--format", "raw", "-Q"}, "--quoted: one format only, and --format was first");
  refused({"--push", "-L", "0", "-D", "a", "-F", "b"}, "--file: not together with --data");
  refused({"--push", "-L", "0", "-D", "a", "-D", "b"}, "--data: ");
  refused({"--pull", "-L", "0", "stray"}, "The following argument was not expected: stray");
}

BOOST_AUTO_TEST_CASE(refuses_what_the_protocol_cannot) {
  for (auto const* p : {"--pull", "--sub"}) {
    refused({p, "-L", "0", "--data", "x"}, "--data: ");
    refused({p, "-L", "0", "--file", "-"}, "--file: ");
    refused({p, "-L", "0", "--interval", "1"}, "--interval: ");
  }
  for (auto const* p : {"--push", "--pub"}) refused({p, "-L", "0", "-D", "x", "--raw"}, "--raw: ");
  refused({"--push", "-L", "0", "-D", "x", "--format", "hex"}, "--format: ");
  for (auto const* p : {"--rep", "--respondent"}) refused({p, "-L", "0", "-D", "x", "-i", "1"}, "--interval: ");
  for (auto const* p : {"--pair", "--pair1", "--bus"}) refused({p, "-L", "0", "-i", "1"}, "--interval: ");
  refused({"--pull", "-L", "0", "--subscribe", "x"}, "--subscribe: ");
}

BOOST_AUTO_TEST_CASE(refuses_what_does_not_go_with_compat) {
  refused({"--pull", "-L", "0", "--compat", "--async"}, "--async: ");
  refused({"--pull", "-L", "0", "--compat", "--count", "1"}, "--count: ");
  refused({"--pair1", "-L", "0", "--compat"}, "--pair1: ");
}

BOOST_AUTO_TEST_CASE(refuses_values_that_are_none) {
  for (std::string const bad : {"", "1x", "-1", "nan", "inf", "1e400", " 1", "0x10"}) {
    refused({"--pull", "-L", "0", "--recv-timeout", bad}, "--recv-timeout: \"" + bad + "\" is no number of seconds");
    refused({"--pull", "-L", "0", "--count", bad}, "--count: \"" + bad + "\" is no number");
  }
  for (std::string const flag : {"--delay", "--interval", "--send-timeout", "--recv-maxsz"})
    refused({"--bus", "-L", "0", "-D", "x", flag, "x"}, flag + ": \"x\" is no number");
  refused({"--pull", "-L", "65536"}, "--bind-local: \"65536\"");
  refused({"--pull", "-l", "http"}, "--connect-local: \"http\"");
  refused({"--pull", "-L", "0", "--format", "poem"}, "--format: \"poem\"");
  refused({"--pull", "-L", "0", "-C", "99999999999999999999"}, "--count: ");
}

BOOST_AUTO_TEST_CASE(refuses_options_that_there_are_not) {
  refused({"--pull", "-L", "0", "--loud"}, "--loud: there is no such option");
  refused({"--pull", "-L", "0", "-z"}, "The following argument was not expected: -z");
  refused({"--su", "-L", "0"}, "--su: may mean --sub, --surveyor, --subscribe");
  refused({"--pull", "-L", "0", "--raw=yes"}, "--raw: takes no value");
}

BOOST_AUTO_TEST_CASE(refuses_files_that_it_cannot_read) {
  for (auto const* flag : {"--file", "--cacert", "--cert"})
    refused({"--req", "-L", "0", flag == std::string("--file") ? "-q" : "-Dx", flag, "/no/such"},
            std::string(flag) + ": /no/such: No such file or directory");
  refused({"--req", "-L", "0", "--file", "/"}, "--file: /: Is a directory");
  refused({"--pull", "-L", "0", "--key", "/etc/passwd"}, "--key: with --cert only");
  refused({"--pull", "--listen", "wss://localhost:0"}, "--cert: needed to listen at wss://localhost:0");
}

BOOST_AUTO_TEST_CASE(refuses_addresses_that_are_none) {
  refused({"--pull", "--listen", "smoke://signals"}, "--listen: 'smoke://signals'", failed);
  refused({"--pull", "--connect", "tcp://"}, "--dial: tcp://: ", failed);
  run taken({"--pull", "-L", "0", "-v"});
  auto const url = taken.said_after("listening at ");
  refused({"--pull", "--bind", url}, "--listen: " + url, failed);
}

BOOST_AUTO_TEST_CASE(takes_values_in_three_ways_and_names_in_part) {
  for (words const& w : {words{"--data", "a=b:c", "--ascii"}, {"--data=a=b:c", "-A"}, {"--data:a=b:c", "--asc"}})
    BOOST_TEST(talked(w).out == "a=b:c\n");
  for (words const& w : {words{"-AD--raw"}, {"-AD", "--raw"}, {"--dat", "--raw", "--form:ascii"}})
    BOOST_TEST(talked(w).out == "--raw\n");
  BOOST_TEST(talked({"--data=", "-Q"}).out == "\"\"\n");
  BOOST_TEST(talked({"--data", "", "-Q"}).out == "\"\"\n");
  BOOST_TEST(talked({"--data", "[1,\"2\"]", "-A"}).out == "[1,\"2\"]\n");
}

BOOST_AUTO_TEST_CASE(tells_of_itself) {
  BOOST_TEST(ran({"--version"}).out == ran({"-V"}).out);
  auto const help = ran({"-h"});
  BOOST_TEST(help.status == 0);
  BOOST_TEST(help.err == "");
  for (auto const* flag : {"--req0", "--connect-ipc", "--msgpack", "--recv-maxsz", "--insecure", "--rate"})
    BOOST_TEST(help.out.find(flag) != std::string::npos, flag);
}

BOOST_AUTO_TEST_CASE(answers_to_the_names_of_nanomsg) {
  interop::scratch_folder const folder;
  constexpr std::pair<char const*, int> numbers[] = {{"req", 48},        {"rep", 49}, {"push", 80}, {"pull", 81},
                                                     {"pub", 32},        {"sub", 33}, {"bus", 112}, {"surveyor", 98},
                                                     {"respondent", 99}, {"pair", 16}};
  for (auto const& [name, number] : numbers) {
    auto const path = folder.path("nn_" + std::string(name));
    std::filesystem::create_symlink(WEFT_BIN_DIR "/weftcat", path);
    // Nobody comes; what it says then tells what it speaks.
    words all{"--bind", "inproc://a", "--stats", "--recv-timeout", "0.01", "--send-timeout", "0.01"};
    if (number != 81 && number != 33) all.emplace_back("-Dx");
    auto const end = run(all, "", run::pipes, path).end();
    BOOST_TEST(end.err.find("  protocol: " + std::to_string(number) + "\n") != std::string::npos, end.err);
  }
  auto const end = run({"--pull", "-L", "0"}, "", run::pipes, folder.path("nn_req")).end();
  BOOST_TEST(end.err == "weftcat: --pull: one protocol only, and the name nn_req was first\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tools
