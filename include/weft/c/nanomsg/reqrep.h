/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_REQREP_H
#define NANOMSG_REQREP_H

#include "nn.h"

#define NN_PROTO_REQREP 3
#define NN_REQ (NN_PROTO_REQREP * 16 + 0)
#define NN_REP (NN_PROTO_REQREP * 16 + 1)

/* Option of NN_REQ, in milliseconds. */
#define NN_REQ_RESEND_IVL 1

typedef union nn_req_handle {
  int i;
  void *ptr;
} nn_req_handle;

#endif
