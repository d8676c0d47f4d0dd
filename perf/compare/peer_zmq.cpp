// SPDX-License-Identifier: MIT
// libzmq at its best: messages change hands without a copy, and the high-water marks are out of the way.
#include "peer.hpp"

#include <zmq.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

int checked(int status, char const* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + ": " + zmq_strerror(zmq_errno()));
  return status;
}

/// The context. Ends when what was sent is delivered, or the peer has closed.
class zmq_library {
 public:
  zmq_library() : context_(zmq_ctx_new()) {}
  zmq_library(zmq_library const&) = delete;
  ~zmq_library() { zmq_ctx_term(context_); }
  void* context() { return context_; }

 private:
  void* context_;
};

class zmq_peer {
 public:
  zmq_peer(zmq_library& library, perf::kind k, perf::options const& o)
      : socket_(zmq_socket(library.context(), type(k))) {
    if (!socket_) checked(-1, "zmq_socket");
    // Up to 64 MiB of messages on their way, and never fewer than zmq's own 1000 messages.
    constexpr std::size_t memory = std::size_t{64} << 20;
    int const mark =
        static_cast<int>(std::clamp<std::size_t>(memory / std::max<std::size_t>(o.size, 1), 1000, 100'000));
    set(ZMQ_SNDHWM, mark);
    set(ZMQ_RCVHWM, mark);
    set(ZMQ_LINGER, k == perf::kind::pub ? 0 : -1);
    if (k == perf::kind::pub) set(ZMQ_XPUB_NODROP, 1);  // beyond the mark it waits
    if (k == perf::kind::sub) checked(zmq_setsockopt(socket_, ZMQ_SUBSCRIBE, "", 0), "subscribe");
    zmq_msg_init(&message_);
  }
  zmq_peer(zmq_peer&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {
    zmq_msg_init(&message_);
    zmq_msg_move(&message_, &other.message_);
  }
  zmq_peer& operator=(zmq_peer&&) = delete;
  ~zmq_peer() {
    zmq_msg_close(&message_);
    if (socket_) zmq_close(socket_);
  }

  void listen(std::string const& url) { checked(zmq_bind(socket_, url.c_str()), "zmq_bind"); }
  void dial(std::string const& url) { checked(zmq_connect(socket_, url.c_str()), "zmq_connect"); }

  void make(std::size_t size) {
    zmq_msg_close(&message_);
    checked(zmq_msg_init_size(&message_, size), "zmq_msg_init_size");
  }
  void send() { checked(zmq_msg_send(&message_, socket_, 0), "zmq_msg_send"); }
  std::size_t receive() {
    return static_cast<std::size_t>(checked(zmq_msg_recv(&message_, socket_, 0), "zmq_msg_recv"));
  }

  unsigned char& front() { return *static_cast<unsigned char*>(zmq_msg_data(&message_)); }

  void flush() {}  // the context does that

 private:
  static int type(perf::kind k) {
    switch (k) {
      case perf::kind::req:
        return ZMQ_REQ;
      case perf::kind::rep:
        return ZMQ_REP;
      case perf::kind::push:
        return ZMQ_PUSH;
      case perf::kind::pull:
        return ZMQ_PULL;
      case perf::kind::pub:
        return ZMQ_PUB;
      case perf::kind::sub:
        return ZMQ_SUB;
      default:
        return ZMQ_PAIR;
    }
  }
  void set(int option, int value) { checked(zmq_setsockopt(socket_, option, &value, sizeof value), "zmq_setsockopt"); }

  void* socket_;
  zmq_msg_t message_{};
};

}  // namespace

int main(int argc, char** argv) { return perf::run_peer<zmq_library, zmq_peer>(argc, argv, "peer_zmq"); }
