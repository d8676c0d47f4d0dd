/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_ENGINE_H
#define WEFT_C_ENGINE_H

#include <weft/c/options.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What sockets hang from: transports, timers, and one helper thread at most. An id of 0 is the default engine wherever
   one is asked for. */
typedef struct weft_engine {
  uint64_t id;
} weft_engine;

/* Makes an engine; without options (an id of 0) one like the default engine. WEFT_ESYSTEM when the system has no
   descriptors left. */
int weft_engine_open(weft_options options, weft_engine *out);

/* Lets go of it. Its sockets and operations go on, and it ends with the last of them. */
int weft_engine_close(weft_engine engine);

/* The engine that an id of 0 stands for. It is made when it is first needed, and never ends. WEFT_ESYSTEM. */
int weft_engine_default(weft_engine *out);

/* Drives everything once, without waiting: for engines with "engine.helper" false. `moved` (may be null): whether there
   was anything to do. */
int weft_engine_poll(weft_engine engine, bool *moved);

/* A descriptor that is readable when weft_engine_poll() may have something to do. The engine's own: not to be
   closed. */
int weft_engine_fd(weft_engine engine, int *out);

#ifdef __cplusplus
}
#endif

#endif
