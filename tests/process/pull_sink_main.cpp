// SPDX-License-Identifier: MIT
// pull_sink <url>: listens, says where, and takes what comes until it is killed. It says so with the first message.
#include <weft/weft.hpp>

#include <iostream>

int main(int, char* argv[]) {
  weft::engine engine;
  weft::pull_socket pull(engine);
  std::cout << pull.listen(argv[1]) << std::endl;
  (void)pull.receive();
  std::cout << "receiving" << std::endl;
  for (;;) (void)pull.receive();
}
