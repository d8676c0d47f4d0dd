// SPDX-License-Identifier: MIT
// The command weft-device, between processes.
#include "process/scene.hpp"

#include <csignal>
#include <memory>
#include <vector>

namespace weft::process {

namespace {

using words = std::vector<std::string>;

/// The address in "listening at <url>"; nothing when it says something else.
std::string address_in(std::optional<std::string> const& line) {
  std::string const begin = "listening at ";
  BOOST_TEST_REQUIRE((line && line->starts_with(begin)));
  return line->substr(begin.size());
}

/// Told to end, it says what it did, and ends well.
void ends_well(child& device) {
  device.kill(SIGTERM);
  auto const carried = device.line();
  BOOST_TEST_REQUIRE(carried.has_value());
  BOOST_TEST_INFO_SCOPE(*carried);
  BOOST_TEST((carried->starts_with("carried ") && !carried->starts_with("carried 0 ")));
  BOOST_TEST((device.wait() == 0));
}

void carries_requests_and_replies(std::string const& fresh) {
  child service("echo_rep", {fresh});
  child device("weft-device", {"reqrep", "--front-listen", fresh, "--back-dial", service.line().value()});
  engine e;
  req_socket req(e);
  req.dial(address_in(device.line()));
  for (int i = 0; i != 100; ++i) {
    req.send(std::to_string(i), soon());
    BOOST_TEST(req.receive(soon()).text() == std::to_string(i));
  }
  ends_well(device);
}

void carries_what_is_published(std::string const& fresh) {
  child device("weft-device", {"pubsub", "--front-listen", fresh, "--back-listen", fresh});
  auto const front = address_in(device.line()), back = address_in(device.line());
  child subscriber("sub_print", {back});
  engine e;
  pub_socket pub(e);
  pub.dial(front);
  pub.wait_for_peers(1, soon());
  // It comes when it comes, and hears what is published from then on.
  std::optional<std::string> heard;
  for (auto const end = clock::now() + patience; !heard && clock::now() < end; heard = subscriber.line(10ms))
    pub.send("news");
  BOOST_TEST((heard == "news"));
  ends_well(device);
}

void ends_well_in_the_middle(std::string const& fresh) {
  child device("weft-device", {"pipeline", "--front-listen", fresh, "--back-listen", fresh});
  auto const front = address_in(device.line()), back = address_in(device.line());
  child const flood("push_flood", {front, "1000"});
  engine e;
  pull_socket pull(e);
  pull.dial(back);
  for (std::uint64_t n = 0; n != 1000; ++n) BOOST_TEST_REQUIRE(number_in(pull.receive(soon())) == n);
  ends_well(device);
}

/// What it says when it is called like that, and what it returns.
void refuses(words const& arguments, std::string const& complaint, int code) {
  child device("weft-device", arguments, {}, STDERR_FILENO);
  auto const said = device.line();
  BOOST_TEST_INFO_SCOPE(complaint << " in: " << said.value_or("nothing"));
  BOOST_TEST((said && said->find(complaint) != std::string::npos));
  BOOST_TEST((device.wait() == code));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(weft_device)

BOOST_AUTO_TEST_CASE(carries_requests_and_replies_over_tcp) { carries_requests_and_replies("tcp://127.0.0.1:0"); }
BOOST_AUTO_TEST_CASE(carries_what_is_published_over_tcp) { carries_what_is_published("tcp://127.0.0.1:0"); }
BOOST_AUTO_TEST_CASE(ends_well_in_the_middle_over_tcp) { ends_well_in_the_middle("tcp://127.0.0.1:0"); }
BOOST_AUTO_TEST_CASE(carries_requests_and_replies_over_a_fabric) {
  carries_requests_and_replies("ofi+tcp://127.0.0.1:0");
}
BOOST_AUTO_TEST_CASE(carries_what_is_published_over_a_fabric) { carries_what_is_published("ofi+tcp://127.0.0.1:0"); }
BOOST_AUTO_TEST_CASE(ends_well_in_the_middle_over_a_fabric) { ends_well_in_the_middle("ofi+tcp://127.0.0.1:0"); }

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_its_arguments) {
  constexpr int usage = 2;
  refuses({}, "kind is required", usage);
  refuses({"telepathy", "--front-listen", "tcp://127.0.0.1:0"}, "telepathy", usage);
  refuses({"pair", "--back-listen", "tcp://127.0.0.1:0"}, "--front-listen", usage);
  refuses({"pair", "--front-listen", "tcp://127.0.0.1:0"}, "--back-listen", usage);
  refuses({"bus", "--front-listen", "tcp://127.0.0.1:0", "--hops", "0"}, "--hops", usage);
  refuses({"bus", "--front-listen", "tcp://127.0.0.1:0", "--loud"}, "--loud", usage);
}

BOOST_AUTO_TEST_CASE(says_what_it_cannot_do) {
  refuses({"bus", "--front-listen", "smoke://signals"}, "smoke://signals", 1);
  engine e;
  pair_socket taken(e);
  refuses({"bus", "--front-listen", taken.listen("tcp://127.0.0.1:0")}, "in use", 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::process
