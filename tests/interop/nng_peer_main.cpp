// SPDX-License-Identifier: MIT
// nng's part in a test: see script.hpp.
#include "interop/script.hpp"

#include <nng/nng.h>
#include <nng/protocol/bus0/bus.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/protocol/pair1/pair.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/protocol/survey0/respond.h>
#include <nng/protocol/survey0/survey.h>

#include <map>
#include <optional>

namespace weft::interop {

namespace {

void checked(int status, std::string const& what) {
  if (status != 0) throw std::runtime_error(what + ": " + nng_strerror(status));
}

using opener = int (*)(nng_socket*);
std::map<std::string, opener> const protocols = {
    {"req", nng_req0_open},
    {"rep", nng_rep0_open},
    {"surveyor", nng_surveyor0_open},
    {"respondent", nng_respondent0_open},
    {"pair", nng_pair0_open},
    {"pair1", nng_pair1_open},
    {"pair1_poly", nng_pair1_open_poly},
    {"bus", nng_bus0_open},
    {"push", nng_push0_open},
    {"pull", nng_pull0_open},
    {"pub", nng_pub0_open},
    {"sub", nng_sub0_open},
    {"raw_req", nng_req0_open_raw},
    {"raw_rep", nng_rep0_open_raw},
    {"raw_surveyor", nng_surveyor0_open_raw},
    {"raw_respondent", nng_respondent0_open_raw},
    {"raw_pair", nng_pair0_open_raw},
    {"raw_pair1", nng_pair1_open_raw},
    {"raw_bus", nng_bus0_open_raw},
    {"raw_push", nng_push0_open_raw},
    {"raw_pull", nng_pull0_open_raw},
    {"raw_pub", nng_pub0_open_raw},
    {"raw_sub", nng_sub0_open_raw},
};

class nng_peer {
 public:
  explicit nng_peer(std::string const& protocol) {
    auto const it = protocols.find(protocol);
    if (it == protocols.end()) throw std::runtime_error("unknown protocol: " + protocol);
    checked(it->second(&socket_), "open");
    checked(nng_socket_set_ms(socket_, NNG_OPT_RECONNMINT, 20), "reconnect");
    checked(nng_socket_set_ms(socket_, NNG_OPT_RECONNMAXT, 20), "reconnect");
    if (protocol == "sub") checked(nng_socket_set(socket_, NNG_OPT_SUB_SUBSCRIBE, "", 0), "subscribe");
  }
  nng_peer(nng_peer const&) = delete;
  nng_peer& operator=(nng_peer const&) = delete;
  ~nng_peer() { nng_close(socket_); }

  void listen(std::string const& url) { checked(nng_listen(socket_, url.c_str(), nullptr, 0), "listen"); }
  void dial(std::string const& url) { checked(nng_dial(socket_, url.c_str(), nullptr, NNG_FLAG_NONBLOCK), "dial"); }
  void set_hops(int n) { checked(nng_socket_set_int(socket_, NNG_OPT_MAXTTL, n), "hops"); }
  void set_survey_time(int ms) { checked(nng_socket_set_ms(socket_, NNG_OPT_SURVEYOR_SURVEYTIME, ms), "survey time"); }

  bool send(std::string const& text) {
    std::string copy = text;
    return nng_send(socket_, copy.data(), copy.size(), 0) == 0;
  }
  std::optional<std::string> receive() {
    nng_msg* m = nullptr;
    auto const status = nng_recvmsg(socket_, &m, 0);
    if (status == NNG_ETIMEDOUT) return {};
    checked(status, "receive");
    std::string text(static_cast<char const*>(nng_msg_body(m)), nng_msg_len(m));
    nng_msg_free(m);
    return text;
  }
  void echo() {
    nng_msg* m = nullptr;
    checked(nng_recvmsg(socket_, &m, 0), "receive");
    checked(nng_sendmsg(socket_, m, 0), "send");
  }
  static void device(nng_peer& front, nng_peer& back) { checked(nng_device(front.socket_, back.socket_), "device"); }

 private:
  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
};

}  // namespace

}  // namespace weft::interop

int main(int argc, char** argv) { return weft::interop::run_script<weft::interop::nng_peer>(argc, argv); }
