/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_WS_H
#define NANOMSG_WS_H

#include "nn.h"

#define NN_WS -4

/* Option of NN_WS; its values are the opcodes of RFC 6455. */
#define NN_WS_MSG_TYPE 1
#define NN_WS_MSG_TYPE_TEXT 0x01
#define NN_WS_MSG_TYPE_BINARY 0x02

#endif
