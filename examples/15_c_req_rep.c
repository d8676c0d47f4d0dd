/* SPDX-License-Identifier: MIT */
/* From C: a server that answers by callbacks, and a client that waits. */
#include <weft/c/weft.h>

#include <stdio.h>
#include <string.h>

struct server {
  weft_socket socket;
  weft_aio in;
  weft_aio out;
};

static int fail(char const *what, int code) {
  fprintf(stderr, "%s: %s (%s)\n", what, weft_strerror(code), weft_error_detail());
  return 1;
}

/* A request has come, or the socket was closed. */
static void on_request(void *arg) {
  struct server *it = arg;
  weft_message *request, *answer;
  if (weft_aio_result(it->in) != WEFT_OK) return;
  request = weft_aio_take_message(it->in);
  if (weft_message_from("hello, ", 7, &answer) == WEFT_OK &&
      weft_message_append(answer, weft_message_body(request), weft_message_size(request)) == WEFT_OK &&
      weft_socket_reply_aio(it->socket, request, answer, it->out) == WEFT_OK)
    answer = NULL; /* the library's now */
  weft_message_free(answer);
  weft_message_free(request);
}

/* The answer is on its way: the next one. */
static void on_answered(void *arg) {
  struct server *it = arg;
  weft_message_free(weft_aio_take_message(it->out)); /* there is one if it could not be sent */
  (void)weft_socket_receive_request_aio(it->socket, it->in);
}

static int ask(char const *url) {
  weft_socket socket;
  char answer[32];
  size_t size = sizeof answer;
  int code;
  if ((code = weft_socket_open(WEFT_REQ, &socket)) != WEFT_OK) return fail("open", code);
  if ((code = weft_set_ms(socket.id, "receive-timeout", 10000)) != WEFT_OK ||
      (code = weft_socket_dial(socket, url, (weft_options){0}, NULL)) != WEFT_OK ||
      (code = weft_socket_send_bytes(socket, "world", 5, 0)) != WEFT_OK ||
      (code = weft_socket_receive_bytes(socket, answer, &size, 0)) != WEFT_OK)
    fail("ask", code);
  else
    printf("%.*s\n", (int)size, answer);
  weft_socket_close(socket, 0, NULL);
  return code == WEFT_OK && size == 12 && memcmp(answer, "hello, world", size) == 0 ? 0 : 1;
}

int main(void) {
  struct server greeter;
  char url[256];
  size_t size = sizeof url;
  int code, failed;
  if ((code = weft_socket_open(WEFT_REP, &greeter.socket)) != WEFT_OK ||
      (code = weft_socket_listen(greeter.socket, "tcp://127.0.0.1:0", (weft_options){0}, NULL)) != WEFT_OK ||
      (code = weft_socket_local_url(greeter.socket, url, &size)) != WEFT_OK ||
      (code = weft_aio_open(on_request, &greeter, &greeter.in)) != WEFT_OK ||
      (code = weft_aio_open(on_answered, &greeter, &greeter.out)) != WEFT_OK ||
      (code = weft_socket_receive_request_aio(greeter.socket, greeter.in)) != WEFT_OK)
    return fail("greeter", code);
  failed = ask(url);
  weft_socket_close(greeter.socket, 0, NULL);
  weft_aio_close(greeter.out);
  weft_aio_close(greeter.in);
  return failed;
}
