/* SPDX-License-Identifier: MIT */
#ifndef WEFT_C_AIO_H
#define WEFT_C_AIO_H

#include <weft/c/engine.h>
#include <weft/c/message.h>
#include <weft/c/socket.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One operation at a time that goes on by itself, and its callback. */
typedef struct weft_aio {
  uint64_t id;
} weft_aio;

/* Makes one. `callback` (may be null) runs once for each operation that was begun, on the engine's helper, or, without
   one, in whichever call drives the engine; never inside the call that began it. It may begin the next operation, free
   this one, and close the socket; it should not wait. */
int weft_aio_open(void (*callback)(void *arg), void *arg, weft_aio *out);
/* Cancels what goes on, waits until its callback has returned, and is gone. Inside a callback of the same engine it
   does not wait: the callback of a canceled operation then still comes, once. */
int weft_aio_close(weft_aio aio);
/* Milliseconds that operations begun from now on may take; WEFT_FOREVER, as at first, or 0 and more. */
int weft_aio_set_timeout(weft_aio aio, int timeout);
/* Asks the operation to end in WEFT_ECANCELED, if it has not ended by itself until then. Does not wait for that. */
int weft_aio_cancel(weft_aio aio);
/* Waits until the operation has ended and its callback returned; at once when there is none. WEFT_ESTATE inside a
   callback of the same engine, which would wait for itself. */
int weft_aio_wait(weft_aio aio);
/* How the latest operation ended: WEFT_OK, WEFT_ETIMEDOUT, WEFT_ECANCELED, what the call that waits would return;
   WEFT_EBUSY while it goes on. */
int weft_aio_result(weft_aio aio);
/* The message that was received, or that could not be sent. The caller's from then on; null when there is none. */
weft_message *weft_aio_take_message(weft_aio aio);

/* Begin an operation. When they return WEFT_OK a callback will come, and a message that is sent is the library's until
   then; else none will come, and it is still the caller's. WEFT_EBUSY while another operation goes on. */
int weft_socket_send_aio(weft_socket socket, weft_message *message, weft_aio aio);
/* A receive of WEFT_REQ or WEFT_SURVEYOR waits for the request, if there is none yet. */
int weft_socket_receive_aio(weft_socket socket, weft_aio aio);
/* As weft_socket_receive_request(). */
int weft_socket_receive_request_aio(weft_socket socket, weft_aio aio);
/* As weft_socket_reply(). */
int weft_socket_reply_aio(weft_socket socket, const weft_message *request, weft_message *reply, weft_aio aio);
int weft_context_send_aio(weft_context context, weft_message *message, weft_aio aio);
int weft_context_receive_aio(weft_context context, weft_aio aio);
/* Ends in WEFT_OK after so many milliseconds. WEFT_EARGUMENT when they are less than none. */
int weft_engine_sleep_aio(weft_engine engine, int duration, weft_aio aio);

#ifdef __cplusplus
}
#endif

#endif
