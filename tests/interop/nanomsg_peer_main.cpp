// SPDX-License-Identifier: MIT
// nanomsg's part in a test: see script.hpp.
#include "interop/script.hpp"

#include <nanomsg/bus.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>

#include <cerrno>
#include <map>
#include <optional>

namespace weft::interop {

namespace {

void checked(int status, std::string const& what) {
  if (status < 0) throw std::runtime_error(what + ": " + nn_strerror(nn_errno()));
}

std::map<std::string, int> const protocols = {
    {"req", NN_REQ},   {"rep", NN_REP}, {"surveyor", NN_SURVEYOR}, {"respondent", NN_RESPONDENT},
    {"pair", NN_PAIR}, {"bus", NN_BUS}, {"push", NN_PUSH},         {"pull", NN_PULL},
    {"pub", NN_PUB},   {"sub", NN_SUB},
};

class nanomsg_peer {
 public:
  explicit nanomsg_peer(std::string const& protocol) {
    bool const raw = protocol.starts_with("raw_");
    auto const it = protocols.find(raw ? protocol.substr(4) : protocol);
    if (it == protocols.end()) throw std::runtime_error("unknown protocol: " + protocol);
    socket_ = nn_socket(raw ? AF_SP_RAW : AF_SP, it->second);
    checked(socket_, "nn_socket");
    set(NN_SOL_SOCKET, NN_RECONNECT_IVL, 20, "reconnect");
    if (protocol == "sub") checked(nn_setsockopt(socket_, NN_SUB, NN_SUB_SUBSCRIBE, "", 0), "subscribe");
  }
  nanomsg_peer(nanomsg_peer const&) = delete;
  nanomsg_peer& operator=(nanomsg_peer const&) = delete;
  ~nanomsg_peer() { nn_close(socket_); }

  void listen(std::string const& url) { checked(nn_bind(socket_, url.c_str()), "nn_bind"); }
  void dial(std::string const& url) { checked(nn_connect(socket_, url.c_str()), "nn_connect"); }
  void set_hops(int n) { set(NN_SOL_SOCKET, NN_MAXTTL, n, "hops"); }
  void set_survey_time(int ms) { set(NN_SURVEYOR, NN_SURVEYOR_DEADLINE, ms, "survey time"); }

  bool send(std::string const& text) { return nn_send(socket_, text.data(), text.size(), 0) >= 0; }
  std::optional<std::string> receive() {
    void* body = nullptr;
    int const size = nn_recv(socket_, &body, NN_MSG, 0);
    if (size < 0 && nn_errno() == ETIMEDOUT) return {};
    checked(size, "receive");
    std::string text(static_cast<char const*>(body), static_cast<std::size_t>(size));
    nn_freemsg(body);
    return text;
  }
  /// With its header, if the socket is raw.
  void echo() {
    void *body = nullptr, *control = nullptr;
    nn_iovec piece{&body, NN_MSG};
    nn_msghdr m{&piece, 1, &control, NN_MSG};
    checked(nn_recvmsg(socket_, &m, 0), "receive");
    checked(nn_sendmsg(socket_, &m, 0), "send");
  }
  static void device(nanomsg_peer& front, nanomsg_peer& back) {
    checked(nn_device(front.socket_, back.socket_), "nn_device");
  }

 private:
  void set(int level, int option, int value, char const* what) {
    checked(nn_setsockopt(socket_, level, option, &value, sizeof value), what);
  }

  int socket_ = -1;
};

}  // namespace

}  // namespace weft::interop

int main(int argc, char** argv) { return weft::interop::run_script<weft::interop::nanomsg_peer>(argc, argv); }
