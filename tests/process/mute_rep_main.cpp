// SPDX-License-Identifier: MIT
// mute_rep <url>: listens, says where, and says what it was asked, but never to who asked, until it is killed.
#include <weft/weft.hpp>

#include <iostream>

int main(int, char* argv[]) {
  weft::engine engine;
  weft::rep_socket rep(engine);
  std::cout << rep.listen(argv[1]) << std::endl;
  for (;;) std::cout << rep.receive().text() << std::endl;
}
