/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_MESSAGE_H
#define WEFT_C_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A header and a body. One thread at a time for each; those that share a body count as different ones. */
typedef struct weft_message weft_message;

/* One connection of a socket. `number` is 0 for none, and never used twice by the same socket. */
typedef struct weft_pipe {
  uint64_t socket;
  uint32_t number;
} weft_pipe;

/* Makes a message with a body of `size` bytes, which are whatever they are until they are written. */
int weft_message_alloc(size_t size, weft_message **out);
/* Makes a message with a copy of these bytes. `data` may be null while `size` is 0. */
int weft_message_from(const void *data, size_t size, weft_message **out);
/* Makes a message of the caller's own memory, without a copy. `release` runs exactly once, on any thread, when the last
   message on these bytes is gone; until then nobody may write to them. It must not call the library. On failure the
   memory is still the caller's, and `release` is not called. */
int weft_message_adopt(void *data, size_t size, void (*release)(void *data, size_t size, void *arg), void *arg,
                       weft_message **out);
/* Makes another message on the same body, header included. */
int weft_message_share(const weft_message *message, weft_message **out);
/* Makes another message with a body of its own, header included. */
int weft_message_copy(const weft_message *message, weft_message **out);
/* Null is no message, and no error. */
void weft_message_free(weft_message *message);

/* The body, to read. Null for null. Valid until the message is changed, sent or freed. */
const void *weft_message_body(const weft_message *message);
/* Bytes of the body. 0 for null. */
size_t weft_message_size(const weft_message *message);
/* The body, to write to: it is copied first when another message shares it. */
int weft_message_edit(weft_message *message, void **out);
/* Adds bytes behind the body. */
int weft_message_append(weft_message *message, const void *data, size_t size);
/* Drops bytes from the front of the body. WEFT_EARGUMENT when there are not so many. */
int weft_message_trim(weft_message *message, size_t size);
/* Drops bytes from the back of the body. WEFT_EARGUMENT when there are not so many. */
int weft_message_chop(weft_message *message, size_t size);

/* Words of the header: hops, then a request id. Of raw sockets only; 0 for null. */
size_t weft_message_header_size(const weft_message *message);
/* The word at `index`, outermost hop first. WEFT_EARGUMENT behind the last. */
int weft_message_header_at(const weft_message *message, size_t index, uint32_t *out);
/* Adds a word behind the others. WEFT_EARGUMENT when there are 256. */
int weft_message_header_push(weft_message *message, uint32_t word);
/* Drops all words. */
int weft_message_header_clear(weft_message *message);

/* The pipe it came in by. All zero for a message made here, and for null. */
weft_pipe weft_message_pipe(const weft_message *message);

#ifdef __cplusplus
}
#endif

#endif
