/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_PAIR_H
#define NANOMSG_PAIR_H

#define NN_PROTO_PAIR 1
#define NN_PAIR (NN_PROTO_PAIR * 16 + 0)

#endif
