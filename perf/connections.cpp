// SPDX-License-Identifier: MIT
// Thousands of peers at one REP socket, in one thread.
#include "common/crowd.hpp"

#include <weft/engine.hpp>
#include <weft/rep.hpp>
#include <weft/url.hpp>

namespace {

struct server {
  unsigned listen() { return *weft::url::parse(socket.listen("tcp://127.0.0.1:0")).value().port; }
  void wait_for(std::size_t peers) { socket.wait_for_peers(peers); }
  void answer(std::size_t requests) {
    for (std::size_t i = 0; i != requests; ++i) socket.send(socket.receive());
  }

  weft::engine engine{{.helper = false}};
  weft::rep_socket socket{engine};
};

}  // namespace

int main(int argc, char** argv) { return perf::run_connections<server>(argc, argv, "connections"); }
