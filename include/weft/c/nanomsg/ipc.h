/* SPDX-License-Identifier: MIT */
#ifndef NANOMSG_IPC_H
#define NANOMSG_IPC_H

#define NN_IPC -2

/* Of Windows' named pipes: kept, and without effect. */
#define NN_IPC_SEC_ATTR 1
#define NN_IPC_OUTBUFSZ 2
#define NN_IPC_INBUFSZ 3

#endif
