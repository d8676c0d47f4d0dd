// SPDX-License-Identifier: MIT
// A client asks, a server answers: REQ and REP. One optional argument: the URL to listen at.
#include <weft/weft.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

// Answers until it is asked to stop, which ends the receive() it waits in.
void serve(std::stop_token stop, weft::rep_socket& server) {
  for (;;) {
    std::error_code why;
    auto const question = server.receive({.stop = stop}, why);
    if (why) return;
    server.send("hello, " + std::string(question.text()));
  }
}

}  // namespace

int main(int argc, char* argv[]) try {
  weft::engine engine;

  // Port 0: the system chooses one, and listen() says which.
  weft::rep_socket server{engine};
  auto const url = server.listen(argc > 1 ? argv[1] : "ofi+tcp://127.0.0.1:0");
  std::jthread const serving([&](std::stop_token stop) { serve(stop, server); });

  // dial() returns at once; send() waits until there is a peer.
  weft::req_socket client{engine};
  client.dial(url);
  for (auto const* name : {"Ada", "Grace", "Barbara"}) {
    client.send(name, {.until = 10s});
    std::cout << client.receive({.until = 10s}).text() << '\n';
  }
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
