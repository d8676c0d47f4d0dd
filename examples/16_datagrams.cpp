// SPDX-License-Identifier: MIT
// A publisher that would rather lose a reading than wait: PUB and SUB by datagrams. One optional argument: the URL to
// listen at.
#include <weft/weft.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

int main(int argc, char* argv[]) try {
  weft::engine engine;
  weft::pub_socket sensor{engine};
  std::string const at = argc > 1 ? argv[1] : "ofi+udp://127.0.0.1:0?ep=dgram";

  weft::sub_socket display{engine};
  display.subscribe("temperature ");
  display.dial(sensor.listen(at));
  sensor.wait_for_peers(1, {.until = 10s});

  // Nobody acknowledges them. What is lost is counted, and the next reading is as good.
  for (int i = 0; i != 100; ++i) {
    sensor.send("temperature " + std::to_string(20 + i % 5));
    sensor.send("humidity 40");  // filtered at the publisher, once it has heard what is wanted
  }
  std::cout << display.receive({.until = 10s}).text() << '\n';

  // One datagram is one message, and there is no larger one.
  std::error_code why;
  weft::message large("temperature " + std::string(20'000, '0'));
  sensor.send(large, {}, why);
  std::cout << "20 kB: " << why.message() << '\n';

  sensor.close(1s);  // its goodbye says how many there were
  int shown = 1;
  for (std::error_code none; display.receive({.until = 500ms}, none).size() != 0;) ++shown;
  auto const lost = display.statistics().dropped.at(weft::drop_reason::lost, weft::direction::incoming);
  std::cout << shown << " readings shown, " << lost << " datagrams lost\n";
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
