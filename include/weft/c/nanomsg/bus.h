/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_BUS_H
#define NANOMSG_BUS_H

#define NN_PROTO_BUS 7
#define NN_BUS (NN_PROTO_BUS * 16 + 0)

#endif
