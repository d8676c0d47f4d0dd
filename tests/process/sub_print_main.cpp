// SPDX-License-Identifier: MIT
// sub_print <url>: dials, subscribes to everything, and says what it receives, until it is killed.
#include <weft/weft.hpp>

#include <iostream>

int main(int, char* argv[]) {
  weft::engine engine;
  weft::sub_socket sub(engine);
  sub.subscribe("");
  sub.dial(argv[1]);
  for (;;) std::cout << sub.receive().text() << std::endl;
}
