/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_SOCKET_H
#define WEFT_C_SOCKET_H

#include <weft/c/engine.h>
#include <weft/c/message.h>
#include <weft/c/options.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A socket: any number of threads at once. */
typedef struct weft_socket {
  uint64_t id;
} weft_socket;

/* One of several independent conversations on a socket: one thread at a time for each. */
typedef struct weft_context {
  uint64_t id;
} weft_context;

/* An address that a socket keeps connecting to. */
typedef struct weft_dialer {
  uint64_t id;
} weft_dialer;

/* An address at which a socket accepts peers. */
typedef struct weft_listener {
  uint64_t id;
} weft_listener;

/* What carries messages between two raw sockets. */
typedef struct weft_device {
  uint64_t id;
} weft_device;

/* Protocols. WEFT_RAW is added to one for a socket that shows its headers, for devices; WEFT_PAIR_HUB has none. */
enum weft_protocol {
  WEFT_REQ = 1,
  WEFT_REP = 2,
  WEFT_PUB = 3,
  WEFT_SUB = 4,
  WEFT_PUSH = 5,
  WEFT_PULL = 6,
  WEFT_SURVEYOR = 7,
  WEFT_RESPONDENT = 8,
  WEFT_BUS = 9,
  WEFT_PAIR = 10,     /* version 0 */
  WEFT_PAIR1 = 11,    /* version 1 */
  WEFT_PAIR_HUB = 12, /* version 1, with many peers */
  WEFT_RAW = 0x100
};

/* For what sends and receives. */
enum weft_flag { WEFT_NONBLOCK = 1 /* WEFT_EWOULDBLOCK, WEFT_ENOPEERS or WEFT_EPEERSFULL instead of waiting */ };

/* What became of the messages that had been sent. */
typedef struct weft_close_report {
  size_t unconfirmed; /* sent, and not known to have reached the peer: some may be lost */
  size_t discarded;   /* received, and never asked for */
} weft_close_report;

/* Makes a socket of the default engine, with default options. WEFT_EARGUMENT for no protocol, WEFT_ESYSTEM. */
int weft_socket_open(int protocol, weft_socket *out);
/* The same with an engine and options. WEFT_EOPTION for one that no such socket has. */
int weft_socket_open_with(weft_engine engine, int protocol, weft_options options, weft_socket *out);
/* Delivers what was sent for up to `linger` milliseconds, ends everything that waits on it with WEFT_ECLOSED, and is
   gone. `report` may be null. */
int weft_socket_close(weft_socket socket, int linger, weft_close_report *report);

/* Connects to `url`, now and again whenever the connection is lost. Returns at once. `out` may be null. WEFT_EURL,
   WEFT_ESCHEME, WEFT_EPROVIDER. */
int weft_socket_dial(weft_socket socket, const char *url, weft_options options, weft_dialer *out);
/* Accepts peers at `url`; bound when it returns. `out` may be null. As weft_socket_dial(), and WEFT_EADDRINUSE. */
int weft_socket_listen(weft_socket socket, const char *url, weft_options options, weft_listener *out);
/* Ends it, and the connections it has made: what they had not delivered is lost. */
int weft_dialer_close(weft_dialer dialer);
/* The same of a listener. */
int weft_listener_close(weft_listener listener);
/* The address of the latest listen, as others may dial it, as weft_get_string() does it; empty when there is none. */
int weft_socket_local_url(weft_socket socket, char *out, size_t *size);
/* Peers attached now. */
int weft_socket_peers(weft_socket socket, size_t *out);
/* Waits for that many milliseconds at most until there are at least `n`. WEFT_ETIMEDOUT, WEFT_ECLOSED. */
int weft_socket_wait_for_peers(weft_socket socket, size_t n, int timeout);

/* Sends a message, and waits for "send-timeout" at most until the protocol has a peer that takes it. The message is the
   library's when it returns WEFT_OK, and otherwise still the caller's. WEFT_EUNSUPPORTED when this protocol does not
   send; WEFT_ETIMEDOUT, WEFT_ECLOSED, WEFT_ETOOLARGE, WEFT_ESTATE, WEFT_EMALFORMED. */
int weft_socket_send(weft_socket socket, weft_message *message, int flags);
/* The next message, after "receive-timeout" at most. It is the caller's to free. WEFT_EUNSUPPORTED, WEFT_ETIMEDOUT,
   WEFT_ECLOSED, WEFT_ESTATE, WEFT_ECONNRESET, WEFT_EGAVEUP, WEFT_ECANCELED. */
int weft_socket_receive(weft_socket socket, weft_message **out, int flags);
/* Sends a copy of these bytes. As weft_socket_send(). */
int weft_socket_send_bytes(weft_socket socket, const void *data, size_t size, int flags);
/* Receives into `out`. `size`: the room there is; then the message's size. WEFT_ENOSPACE: it did not fit, its size was
   told, and it is received next time. As weft_socket_receive(). */
int weft_socket_receive_bytes(weft_socket socket, void *out, size_t *size, int flags);
/* Sends to one peer, and never waits. Of WEFT_PAIR_HUB. WEFT_ENOPEERS when the pipe is gone, WEFT_EPEERSFULL. */
int weft_socket_send_to(weft_socket socket, weft_pipe pipe, weft_message *message);

/* The next request, which carries its way back: many may be held, and answered in any order. Of WEFT_REP and
   WEFT_RESPONDENT. As weft_socket_receive(). */
int weft_socket_receive_request(weft_socket socket, weft_message **out, int flags);
/* Answers a request of weft_socket_receive_request(), which stays the caller's. As weft_socket_send(). */
int weft_socket_reply(weft_socket socket, const weft_message *request, weft_message *reply, int flags);

/* From now on messages that begin with these bytes are received too; none at all match everything. Of WEFT_SUB. */
int weft_socket_subscribe(weft_socket socket, const void *prefix, size_t size);
/* WEFT_EARGUMENT when there was no such subscription. */
int weft_socket_unsubscribe(weft_socket socket, const void *prefix, size_t size);

/* A descriptor that is readable exactly while a receive would not wait. The socket's own: not to be read or closed. */
int weft_socket_receive_fd(weft_socket socket, int *out);
/* The same of a send: readable, not writable. */
int weft_socket_send_fd(weft_socket socket, int *out);

/* Opens a conversation of its own, with options of its own in place of the socket's. Of WEFT_REQ, WEFT_REP, WEFT_SUB,
   WEFT_SURVEYOR and WEFT_RESPONDENT. */
int weft_context_open(weft_socket socket, weft_options options, weft_context *out);
/* Ends it, and what waits on it with WEFT_ECLOSED. */
int weft_context_close(weft_context context);
/* As of a socket. */
int weft_context_send(weft_context context, weft_message *message, int flags);
int weft_context_receive(weft_context context, weft_message **out, int flags);
int weft_context_send_bytes(weft_context context, const void *data, size_t size, int flags);
int weft_context_receive_bytes(weft_context context, void *out, size_t *size, int flags);
int weft_context_subscribe(weft_context context, const void *prefix, size_t size);
int weft_context_unsubscribe(weft_context context, const void *prefix, size_t size);

/* Carries messages between two raw sockets, as if the peers of one were those of the other, on the engine's helper. `b`
   with an id of 0: what comes out of `a` goes back in. It ends with either socket, and closes both. WEFT_EARGUMENT when
   they do not fit each other, or belong to different engines. */
int weft_device_open(weft_socket a, weft_socket b, weft_device *out);
/* Waits until it has ended, and says why: WEFT_ECLOSED once a socket was closed, WEFT_ETIMEDOUT when it still runs. */
int weft_device_wait(weft_device device, int timeout);
/* Messages carried so far. */
int weft_device_carried(weft_device device, uint64_t *out);
/* Ends it, closes both sockets, and is gone. */
int weft_device_close(weft_device device);
/* All in one, in the calling thread: returns when a socket is closed. */
int weft_device_run(weft_socket a, weft_socket b);

#ifdef __cplusplus
}
#endif

#endif
