// SPDX-License-Identifier: MIT
// What perf/connections does, done by nng.
#include "../common/crowd.hpp"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>

#include <atomic>

namespace {

void checked(int status, char const* what) {
  if (status != 0) throw std::runtime_error(std::string(what) + ": " + nng_strerror(status));
}

class server {
 public:
  server() {
    checked(nng_rep0_open(&socket_), "open");
    checked(nng_pipe_notify(socket_, NNG_PIPE_EV_ADD_POST, came, &peers_), "nng_pipe_notify");
  }
  server(server const&) = delete;
  server& operator=(server const&) = delete;
  ~server() { nng_close(socket_); }

  unsigned listen() {
    nng_listener at;
    checked(nng_listen(socket_, "tcp://127.0.0.1:0", &at, 0), "nng_listen");
    nng_sockaddr here;
    checked(nng_listener_get_addr(at, NNG_OPT_LOCADDR, &here), "address");
    return ntohs(here.s_in.sa_port);
  }
  void wait_for(std::size_t peers) {
    for (auto n = peers_.load(); n < peers; n = peers_.load()) peers_.wait(n);
  }
  void answer(std::size_t requests) {
    for (std::size_t i = 0; i != requests; ++i) {
      nng_msg* m = nullptr;
      checked(nng_recvmsg(socket_, &m, 0), "nng_recvmsg");
      checked(nng_sendmsg(socket_, m, 0), "nng_sendmsg");
    }
  }

 private:
  static void came(nng_pipe, nng_pipe_ev, void* count) {
    auto& peers = *static_cast<std::atomic<std::size_t>*>(count);
    ++peers;
    peers.notify_one();
  }

  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
  std::atomic<std::size_t> peers_{0};
};

}  // namespace

int main(int argc, char** argv) { return perf::run_connections<server>(argc, argv, "connections_nng"); }
