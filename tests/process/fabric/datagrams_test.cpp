// SPDX-License-Identifier: MIT
// Peers by datagrams, in other processes, that are killed.
#include "process/scene.hpp"

namespace weft::process {

BOOST_AUTO_TEST_CASE(a_killed_subscriber_of_datagrams_is_noticed_and_another_is_served) {
  engine e;
  pub_socket pub(e);
  monitor events(pub);
  auto const url = pub.listen("ofi+udp://127.0.0.1:0?ep=dgram");
  for (int i = 0; i != 3; ++i) {
    child sub("sub_print", {url});
    BOOST_TEST(await(events, monitor_event::connected).has_value());
    pub.send("hello", soon());
    BOOST_TEST((sub.line() == "hello"));
    sub.kill();
    BOOST_TEST(lost_in_time(events));
    BOOST_TEST(pub.peers() == 0u);
  }
}

}  // namespace weft::process
