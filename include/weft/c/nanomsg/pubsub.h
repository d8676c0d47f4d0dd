/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_PUBSUB_H
#define NANOMSG_PUBSUB_H

#define NN_PROTO_PUBSUB 2
#define NN_PUB (NN_PROTO_PUBSUB * 16 + 0)
#define NN_SUB (NN_PROTO_PUBSUB * 16 + 1)

/* Options of NN_SUB: the value is the prefix. */
#define NN_SUB_SUBSCRIBE 1
#define NN_SUB_UNSUBSCRIBE 2

#endif
