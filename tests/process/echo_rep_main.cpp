// SPDX-License-Identifier: MIT
// echo_rep <url>: listens, says where, and answers each request with itself, until it is killed.
#include <weft/weft.hpp>

#include <iostream>
#include <utility>

int main(int, char* argv[]) {
  weft::engine engine;
  weft::rep_socket rep(engine);
  std::cout << rep.listen(argv[1]) << std::endl;
  for (;;) {
    auto request = rep.receive();
    rep.send(std::move(request));
  }
}
