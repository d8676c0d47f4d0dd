/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_OPTIONS_H
#define WEFT_C_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_FOREVER (-1)

/* What something is to be made with. An id of 0 is no options wherever some are asked for. */
typedef struct weft_options {
  uint64_t id;
} weft_options;

enum weft_option_type { WEFT_BOOL = 1, WEFT_INT = 2, WEFT_MS = 3, WEFT_SIZE = 4, WEFT_STRING = 5 };

/* One row of the table of options: docs/c-api.md has it in words. */
typedef struct weft_option {
  const char *name;
  int type;         /* weft_option_type */
  bool changeable;  /* while the socket or context lives */
  bool read_only;
  int64_t least;    /* of what is a number */
  int64_t most;
} weft_option;

/* Walks the table. WEFT_EOPTION behind its end. */
int weft_option_at(size_t index, weft_option *out);

/* Makes an empty set of options. It can be used as often as one likes, and what was made with it keeps no part of
   it. */
int weft_options_open(weft_options *out);
/* Lets go of it. */
int weft_options_close(weft_options options);

/* Set an option of weft_options, or of a live socket or context, which are told by their id: weft_set_ms(socket.id,
   "receive-timeout", 100). WEFT_EOPTION: there is no such option, or it is none of a thing of this kind; WEFT_ETYPE;
   WEFT_ERANGE; WEFT_EREADONLY: it cannot be set, or only before the thing is made. */
int weft_set_bool(uint64_t id, const char *name, bool value);
int weft_set_int(uint64_t id, const char *name, int value);
/* Milliseconds; WEFT_FOREVER where the table has -1. */
int weft_set_ms(uint64_t id, const char *name, int value);
/* Bytes or messages. */
int weft_set_size(uint64_t id, const char *name, size_t value);
/* The string is copied. */
int weft_set_string(uint64_t id, const char *name, const char *value);

/* Get an option of an engine, socket, context, dialer, listener, or weft_options. WEFT_EOPTION, WEFT_ETYPE. */
int weft_get_bool(uint64_t id, const char *name, bool *out);
int weft_get_int(uint64_t id, const char *name, int *out);
int weft_get_ms(uint64_t id, const char *name, int *out);
int weft_get_size(uint64_t id, const char *name, size_t *out);
/* Copies the string and the 0 behind it. `size`: the room there is; then the room that it takes. `out` may be null
   while that is 0. WEFT_ENOSPACE: nothing was copied, but the room it takes was told. */
int weft_get_string(uint64_t id, const char *name, char *out, size_t *size);

#ifdef __cplusplus
}
#endif

#endif
