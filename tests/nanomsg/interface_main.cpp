// SPDX-License-Identifier: MIT
// Prints the interface as a program sees it. Built against nanomsg's header and library, and against weft's.
#include <nanomsg/bus.h>
#include <nanomsg/inproc.h>
#include <nanomsg/ipc.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <nanomsg/tcp.h>
#include <nanomsg/ws.h>

#include <cstddef>
#include <cstdio>
#include <initializer_list>

namespace {

#define SHOW(x) std::printf("%s %lld\n", #x, static_cast<long long>(x))

void show_constants() {
  SHOW(NN_VERSION_CURRENT), SHOW(NN_VERSION_REVISION), SHOW(NN_VERSION_AGE), SHOW(NN_HAUSNUMERO), SHOW(ETERM);
  SHOW(EFSM), SHOW(EACCESS), SHOW(NN_MSG), SHOW(PROTO_SP), SHOW(SP_HDR), SHOW(NN_SOCKADDR_MAX);
  SHOW(NN_PROTO_PAIR), SHOW(NN_PROTO_PUBSUB), SHOW(NN_PROTO_REQREP), SHOW(NN_PROTO_PIPELINE), SHOW(NN_PROTO_SURVEY);
  SHOW(NN_PROTO_BUS), SHOW(NN_IPC_SEC_ATTR), SHOW(NN_IPC_OUTBUFSZ), SHOW(NN_IPC_INBUFSZ);
}

void show_structs() {
  SHOW(sizeof(nn_symbol_properties)), SHOW(offsetof(nn_symbol_properties, name)), SHOW(sizeof(nn_req_handle));
  SHOW(offsetof(nn_symbol_properties, ns)), SHOW(offsetof(nn_symbol_properties, type));
  SHOW(offsetof(nn_symbol_properties, unit)), SHOW(sizeof(nn_iovec)), SHOW(offsetof(nn_iovec, iov_len));
  SHOW(sizeof(nn_msghdr)), SHOW(offsetof(nn_msghdr, msg_iovlen)), SHOW(offsetof(nn_msghdr, msg_control));
  SHOW(offsetof(nn_msghdr, msg_controllen)), SHOW(sizeof(nn_cmsghdr)), SHOW(offsetof(nn_cmsghdr, cmsg_level));
  SHOW(offsetof(nn_cmsghdr, cmsg_type)), SHOW(sizeof(nn_pollfd)), SHOW(offsetof(nn_pollfd, events));
  SHOW(offsetof(nn_pollfd, revents)), SHOW(NN_CMSG_SPACE(5)), SHOW(NN_CMSG_LEN(5)), SHOW(NN_CMSG_ALIGN_(9));
}

void show_symbols() {
  nn_symbol_properties p;
  for (int i = 0; nn_symbol_info(i, &p, sizeof p) == static_cast<int>(sizeof p); ++i) {
    int value = 0;
    char const* const name = nn_symbol(i, &value);
    std::printf("%d %s %d %d %d %d %s %d\n", i, p.name, p.value, p.ns, p.type, p.unit, name, value);
  }
  SHOW(nn_symbol(-1, nullptr) == nullptr), SHOW(nn_errno()), SHOW(nn_symbol_info(-1, &p, sizeof p));
  SHOW(nn_symbol_info(0, &p, 8)), SHOW(nn_symbol_info(1000, &p, sizeof p));
}

/// Every option and value of a socket's, and how it answers.
void show_options(int domain, int protocol) {
  int const s = nn_socket(domain, protocol);
  for (int const level : {NN_SOL_SOCKET, NN_TCP, NN_WS, NN_IPC, NN_INPROC, NN_REQ, NN_SUB, NN_PAIR, 5}) {
    for (int option = -1; option < 20; ++option) {
      bool const differs = level == NN_SOL_SOCKET && (option == NN_LINGER || option == NN_SOCKET_NAME);
      if (differs || (level == NN_IPC && option == NN_IPC_SEC_ATTR)) continue;
      int value = 0;
      std::size_t size = sizeof value;
      int got = nn_getsockopt(s, level, option, &value, &size);
      bool const is_fd = level == NN_SOL_SOCKET && (option == NN_SNDFD || option == NN_RCVFD);
      std::printf("%d %d: %d %d %d", level, option, got, got < 0 ? nn_errno() : is_fd ? 0 : value, int(size));
      for (int const set : {-2, -1, 0, 1, 8, 16, 17, 255, 256, 100000}) {
        got = nn_setsockopt(s, level, option, &set, sizeof set);
        std::printf(" %d:%d", set, got < 0 ? nn_errno() : 0);
      }
      got = nn_setsockopt(s, level, option, nullptr, 4);
      std::printf(" null:%d\n", got < 0 ? nn_errno() : 0);
    }
  }
  nn_close(s);
}

void show_errors() {
  for (int const domain : {AF_SP, AF_SP_RAW, 7})
    for (int protocol = 0; protocol < 130; ++protocol) {
      int const s = nn_socket(domain, protocol);
      if (s < 0)
        std::printf("%d %d: %d\n", domain, protocol, nn_errno());
      else
        nn_close(s);
    }
  for (auto const* address : {"",
                              "foo",
                              "tcp:",
                              "tcp://",
                              "bad://x",
                              "tcp://*",
                              "tcp://*:",
                              "tcp://*:1000000",
                              "tcp://*:x",
                              "tcp://eth10000;127.0.0.1:5555",
                              "tcp://127.0.0.1",
                              "tcp://:5555",
                              "tcp://-host:5555",
                              "tcp://abc.123.---.#:5555",
                              "tcp://[::1]:5555",
                              "tcp://abc...123:5555",
                              "tcp://.1:5555",
                              "tcp://*:0",
                              "ws://*:bad",
                              "ws://eth10000;127.0.0.1:1",
                              "ws://:1"}) {
    int const s = nn_socket(AF_SP, NN_PAIR);
    SHOW(nn_bind(s, address)), SHOW(nn_errno()), SHOW(nn_connect(s, address)), SHOW(nn_errno());
    nn_close(s);
  }
}

/// What is left when all is over.
void show_end() {
  int const s = nn_socket(AF_SP, NN_PAIR);
  nn_term();
  SHOW(nn_socket(AF_SP, NN_PAIR)), SHOW(nn_errno()), SHOW(nn_socket(7, NN_PAIR)), SHOW(nn_errno());
  SHOW(nn_send(s, "", 0, 0)), SHOW(nn_errno()), SHOW(nn_close(s)), SHOW(nn_errno());
  SHOW(nn_poll(nullptr, 0, 0)), SHOW(nn_device(1, 2)), SHOW(nn_errno());
  nn_term();
}

}  // namespace

int main() {
  show_constants();
  show_structs();
  show_symbols();
  for (int const protocol : {NN_PAIR, NN_SUB, NN_REQ, NN_PUSH})
    for (int const domain : {AF_SP, AF_SP_RAW}) show_options(domain, protocol);
  show_errors();
  show_end();
}
