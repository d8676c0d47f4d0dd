/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_PIPELINE_H
#define NANOMSG_PIPELINE_H

#define NN_PROTO_PIPELINE 5
#define NN_PUSH (NN_PROTO_PIPELINE * 16 + 0)
#define NN_PULL (NN_PROTO_PIPELINE * 16 + 1)

#endif
