/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_TCP_H
#define NANOMSG_TCP_H

#define NN_TCP -3
#define NN_TCP_NODELAY 1

#endif
