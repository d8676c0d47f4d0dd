// SPDX-License-Identifier: MIT
// nng at its best: messages change hands without a copy, and 128 of them fit each queue.
#include "peer.hpp"

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/tls/tls.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

void checked(int status, char const* what) {
  if (status != 0) throw std::runtime_error(std::string(what) + ": " + nng_strerror(status));
}

struct nng_library {};

struct free_message {
  void operator()(nng_msg* m) const { nng_msg_free(m); }
};

class nng_peer {
 public:
  nng_peer(nng_library&, perf::kind k, perf::options const& o) : certificate_(o.certificate) {
    checked(open(k), "open");
    checked(nng_socket_set_size(socket_, NNG_OPT_RECVMAXSZ, 0), "no limit of size");
    allow_unsupported(nng_socket_set_int(socket_, NNG_OPT_SENDBUF, queue));
    allow_unsupported(nng_socket_set_int(socket_, NNG_OPT_RECVBUF, queue));
    if (k == perf::kind::sub) checked(nng_socket_set(socket_, NNG_OPT_SUB_SUBSCRIBE, "", 0), "subscribe");
    checked(nng_pipe_notify(socket_, NNG_PIPE_EV_REM_POST, peer_left, left_.get()), "nng_pipe_notify");
  }
  nng_peer(nng_peer&& other) noexcept
      : socket_(std::exchange(other.socket_, nng_socket NNG_SOCKET_INITIALIZER)),
        certificate_(std::move(other.certificate_)),
        left_(std::move(other.left_)),
        message_(std::move(other.message_)) {}
  nng_peer& operator=(nng_peer&&) = delete;
  ~nng_peer() { nng_close(socket_); }

  void listen(std::string const& url) {
    nng_listener l;
    checked(nng_listener_create(&l, socket_, url.c_str()), "nng_listener_create");
    if (!certificate_.empty())
      checked(nng_listener_set_string(l, NNG_OPT_TLS_CERT_KEY_FILE, certificate_.c_str()), "certificate");
    checked(nng_listener_start(l, 0), "nng_listener_start");
  }
  void dial(std::string const& url) {
    nng_dialer d;
    checked(nng_dialer_create(&d, socket_, url.c_str()), "nng_dialer_create");
    if (url.starts_with("tls+"))
      checked(nng_dialer_set_int(d, NNG_OPT_TLS_AUTH_MODE, NNG_TLS_AUTH_MODE_NONE), "no verification");
    checked(nng_dialer_start(d, NNG_FLAG_NONBLOCK), "nng_dialer_start");
  }

  void make(std::size_t size) {
    nng_msg* m = nullptr;
    checked(nng_msg_alloc(&m, size), "nng_msg_alloc");
    message_.reset(m);
  }
  void send() {
    checked(nng_sendmsg(socket_, message_.get(), 0), "nng_sendmsg");
    static_cast<void>(message_.release());
  }
  std::size_t receive() {
    nng_msg* m = nullptr;
    checked(nng_recvmsg(socket_, &m, 0), "nng_recvmsg");
    message_.reset(m);
    return nng_msg_len(m);
  }

  unsigned char& front() { return *static_cast<unsigned char*>(nng_msg_body(message_.get())); }

  // nng_close() forgets what is queued, so the receiver closes first.
  void flush() { left_->wait(false); }

 private:
  static constexpr int queue = 128;

  int open(perf::kind k) {
    switch (k) {
      case perf::kind::req:
        return nng_req0_open(&socket_);
      case perf::kind::rep:
        return nng_rep0_open(&socket_);
      case perf::kind::push:
        return nng_push0_open(&socket_);
      case perf::kind::pull:
        return nng_pull0_open(&socket_);
      case perf::kind::pub:
        return nng_pub0_open(&socket_);
      case perf::kind::sub:
        return nng_sub0_open(&socket_);
      default:
        return nng_pair0_open(&socket_);
    }
  }
  static void allow_unsupported(int status) {
    if (status != NNG_ENOTSUP) checked(status, "queue length");
  }
  static void peer_left(nng_pipe, nng_pipe_ev, void* left) {
    auto& flag = *static_cast<std::atomic<bool>*>(left);
    flag = true;
    flag.notify_all();
  }

  nng_socket socket_ = NNG_SOCKET_INITIALIZER;
  std::string certificate_;
  std::unique_ptr<std::atomic<bool>> left_ = std::make_unique<std::atomic<bool>>(false);
  std::unique_ptr<nng_msg, free_message> message_;
};

}  // namespace

int main(int argc, char** argv) { return perf::run_peer<nng_library, nng_peer>(argc, argv, "peer_nng"); }
