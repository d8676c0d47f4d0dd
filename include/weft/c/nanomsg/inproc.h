/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_INPROC_H
#define NANOMSG_INPROC_H

#define NN_INPROC -1

#endif
