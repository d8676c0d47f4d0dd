/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_WATCH_H
#define WEFT_C_WATCH_H

#include <weft/c/message.h>
#include <weft/c/options.h>
#include <weft/c/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who is at the other end of a pipe. */
typedef struct weft_peer {
  weft_pipe pipe;
  const char *url;            /* as dialed or listened at */
  const char *address;        /* the peer's, for people */
  bool dialed;                /* this side connected; otherwise the peer did */
  bool has_credentials;       /* of a peer on the same host, where the transport can ask: the three that follow */
  uint32_t uid, gid, pid;
  bool has_tls;               /* of a connection that TLS protects: the two that follow */
  bool tls_verified;          /* its certificate was asked for, and is good */
  const char *tls_subject;    /* of its certificate; empty when it showed none */
} weft_peer;

enum weft_event_kind {
  WEFT_EVENT_CONNECTED = 0, /* a peer is attached */
  WEFT_EVENT_REFUSED = 1,   /* a dial failed; it is tried again */
  WEFT_EVENT_REJECTED = 2,  /* a peer came and was turned away, by us or by it */
  WEFT_EVENT_LOST = 3,      /* an attached peer is gone */
  WEFT_EVENT_WARNING = 4    /* a listen did what it was asked to, and perhaps should not have been */
};

/* Something that happened to a socket's connections. */
typedef struct weft_event {
  int kind;             /* weft_event_kind */
  weft_pipe pipe;       /* number 0 when there was none yet */
  const char *url;      /* as dialed or listened at */
  const char *address;  /* the peer's, when it is known */
  int why;              /* WEFT_OK for connected, and for a peer that said goodbye */
  const char *detail;   /* for people; may be empty */
  size_t unconfirmed;   /* lost: messages sent and not known to have arrived */
} weft_event;

/* For sockets that are opened with these options: told of what happens to their connections, in order, one at a time,
   on the engine's helper, and never after the socket was closed. What the event points at is valid until the function
   returns. It should not wait. Null: nobody. */
int weft_options_on_event(weft_options options, void (*on_event)(const weft_event *event, void *arg), void *arg);
/* The same, asked about every peer before it is attached: anything but WEFT_OK refuses it, and it is told which of
   WEFT_EWOULDBLOCK to WEFT_EUNTRUSTED that was where the wire can carry that. */
int weft_options_on_attach(weft_options options, int (*on_attach)(const weft_peer *peer, void *arg), void *arg);

/* Who is at the other end, in the function `tell`, before this returns: what the peer points at is valid for so long.
   WEFT_ENOPEERS when the pipe is gone. */
int weft_pipe_peer(weft_pipe pipe, void (*tell)(const weft_peer *peer, void *arg), void *arg);

enum weft_direction { WEFT_OUTGOING = 0, WEFT_INCOMING = 1 };

/* Why a message ended without reaching anybody. */
enum weft_drop_reason {
  WEFT_DROP_NO_PEER = 0,
  WEFT_DROP_FULL = 1,
  WEFT_DROP_DISPLACED = 2,
  WEFT_DROP_PEER_GONE = 3,
  WEFT_DROP_TOO_MANY_HOPS = 4,
  WEFT_DROP_MALFORMED = 5,
  WEFT_DROP_FILTERED = 6,
  WEFT_DROP_UNASKED = 7,
  WEFT_DROP_TOO_LARGE = 8,
  WEFT_DROP_UNREAD = 9,
  WEFT_DROP_LOST = 10,
  WEFT_DROP_LATE = 11
};

/* Messages that the socket has dropped, of one direction and for one reason. */
int weft_socket_dropped(weft_socket socket, int direction, int reason, uint64_t *out);

/* A named value, or a scope with others in it. */
typedef struct weft_statistic weft_statistic;

enum weft_statistic_kind { WEFT_SCOPE = 0, WEFT_COUNTER = 1, WEFT_LEVEL = 2, WEFT_TEXT = 3, WEFT_BOOLEAN = 4 };
enum weft_statistic_unit { WEFT_UNIT_NONE = 0, WEFT_UNIT_MESSAGES = 1, WEFT_UNIT_BYTES = 2, WEFT_UNIT_EVENTS = 3 };

/* What has become of a socket's messages and connections so far: all of it was true at once. */
int weft_statistics_take(weft_socket socket, weft_statistic **out);
/* Of the root, that weft_statistics_take() gave; what is in it goes too. Null is no error. */
void weft_statistics_free(weft_statistic *root);
/* The statistic at `index` in a scope; null behind the last, and for null. */
const weft_statistic *weft_statistic_at(const weft_statistic *scope, size_t index);
/* The one of that name in a scope; null when there is none. */
const weft_statistic *weft_statistic_find(const weft_statistic *scope, const char *name);
/* Its name; empty for null. */
const char *weft_statistic_name(const weft_statistic *statistic);
/* A weft_statistic_kind; WEFT_SCOPE for null. */
int weft_statistic_kind(const weft_statistic *statistic);
/* A weft_statistic_unit; WEFT_UNIT_NONE for null. */
int weft_statistic_unit(const weft_statistic *statistic);
/* Of a counter, a level or a boolean; 0 for any other. */
uint64_t weft_statistic_number(const weft_statistic *statistic);
/* Of a text; empty for any other. */
const char *weft_statistic_text(const weft_statistic *statistic);

#ifdef __cplusplus
}
#endif

#endif
