// SPDX-License-Identifier: MIT
// Two peers talk whenever either likes: PAIR. One optional argument: the URL to listen at.
#include <weft/weft.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

// Nobody asks for what a pair sends: there are no turns.
void tell(weft::pair_socket& peer) {
  for (int i = 1; i <= 5; ++i) peer.send("tick " + std::to_string(i), {.until = 10s});
  peer.send("goodbye", {.until = 10s});
}

// Listens until the other says goodbye.
std::string hear(weft::pair_socket& peer) {
  std::string all;
  for (;;) {
    auto const heard = peer.receive({.until = 10s});
    if (heard.text() == "goodbye") return all;
    all.append(heard.text()) += ", ";
  }
}

}  // namespace

int main(int argc, char* argv[]) try {
  weft::engine engine;
  weft::pair_socket left{engine};
  weft::pair_socket right{engine};
  right.dial(left.listen(argc > 1 ? argv[1] : "ofi+tcp://127.0.0.1:0"));

  // A socket may be used from several threads at once: here two send while two receive.
  std::string left_heard, right_heard;
  {
    std::jthread const sending_left([&] { tell(left); }), sending_right([&] { tell(right); });
    std::jthread const hearing_right([&] { right_heard = hear(right); });
    left_heard = hear(left);
  }
  std::cout << "left heard " << left_heard << "goodbye\n";
  std::cout << "right heard " << right_heard << "goodbye\n";
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
