// SPDX-License-Identifier: MIT
// nanomsg at its best: its own chunks change hands without a copy, TCP does not delay, buffers hold four messages. With
// NANOMSG_PLAIN as nanomsg's own local_lat and its brothers use it: the caller's memory, and all options as they are.
#include "peer.hpp"

#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/tcp.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

int checked(int status, char const* what) {
  if (status < 0) throw std::runtime_error(std::string(what) + ": " + nn_strerror(nn_errno()));
  return status;
}

#ifdef NANOMSG_PLAIN
constexpr bool plain = true;
#else
constexpr bool plain = false;
#endif

struct nanomsg_library {};

class nanomsg_peer {
 public:
  nanomsg_peer(nanomsg_library&, perf::kind k, perf::options const& o)
      : socket_(checked(nn_socket(AF_SP, protocol(k)), "nn_socket")) {
    set(NN_SOL_SOCKET, NN_RCVMAXSIZE, -1);
    if (plain) {
      own_.resize(o.size);
    } else {
      constexpr int least_queue = 128 * 1024;
      int const queue = std::max(least_queue, static_cast<int>(std::min<std::size_t>(o.size, 1 << 28)) * 4);
      set(NN_SOL_SOCKET, NN_SNDBUF, queue);
      set(NN_SOL_SOCKET, NN_RCVBUF, queue);
      set(NN_TCP, NN_TCP_NODELAY, 1);
    }
    if (k == perf::kind::sub) checked(nn_setsockopt(socket_, NN_SUB, NN_SUB_SUBSCRIBE, "", 0), "subscribe");
  }
  nanomsg_peer(nanomsg_peer&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        message_(std::exchange(other.message_, nullptr)),
        own_(std::move(other.own_)) {}
  nanomsg_peer& operator=(nanomsg_peer&&) = delete;
  ~nanomsg_peer() {
    drop();
    if (socket_ >= 0) nn_close(socket_);
  }

  void listen(std::string const& url) { checked(nn_bind(socket_, url.c_str()), "nn_bind"); }
  void dial(std::string const& url) { checked(nn_connect(socket_, url.c_str()), "nn_connect"); }

  void make(std::size_t size) {
    if (plain) return own_.resize(size);
    drop();
    message_ = nn_allocmsg(size, 0);
    if (!message_) throw std::bad_alloc();
  }
  void send() {
    if (plain) {
      checked(nn_send(socket_, own_.data(), own_.size(), 0), "nn_send");
      return;
    }
    checked(nn_send(socket_, &message_, NN_MSG, 0), "nn_send");
    message_ = nullptr;
  }
  std::size_t receive() {
    if (plain) return static_cast<std::size_t>(checked(nn_recv(socket_, own_.data(), own_.size(), 0), "nn_recv"));
    drop();
    return static_cast<std::size_t>(checked(nn_recv(socket_, &message_, NN_MSG, 0), "nn_recv"));
  }

  unsigned char& front() { return plain ? own_.front() : *static_cast<unsigned char*>(message_); }

  // nn_close() forgets what is queued, so the receiver closes first.
  void flush() {
    while (nn_get_statistic(socket_, NN_STAT_CURRENT_CONNECTIONS) > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  static int protocol(perf::kind k) {
    switch (k) {
      case perf::kind::req:
        return NN_REQ;
      case perf::kind::rep:
        return NN_REP;
      case perf::kind::push:
        return NN_PUSH;
      case perf::kind::pull:
        return NN_PULL;
      case perf::kind::pub:
        return NN_PUB;
      case perf::kind::sub:
        return NN_SUB;
      default:
        return NN_PAIR;
    }
  }
  void set(int level, int option, int value) {
    checked(nn_setsockopt(socket_, level, option, &value, sizeof value), "nn_setsockopt");
  }
  void drop() {
    if (message_) nn_freemsg(std::exchange(message_, nullptr));
  }

  int socket_;
  void* message_ = nullptr;
  std::vector<unsigned char> own_;
};

}  // namespace

int main(int argc, char** argv) { return perf::run_peer<nanomsg_library, nanomsg_peer>(argc, argv, "peer_nanomsg"); }
