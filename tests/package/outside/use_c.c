/* SPDX-License-Identifier: MIT */
#include <weft/c/weft.h>

#include <string.h>

int main(void) {
  weft_socket one, other;
  char heard[8];
  size_t size = sizeof heard;
  if (weft_socket_open(WEFT_PAIR, &one) != WEFT_OK || weft_socket_open(WEFT_PAIR, &other) != WEFT_OK) return 1;
  if (weft_socket_listen(one, "inproc://a", (weft_options){0}, NULL) != WEFT_OK) return 2;
  if (weft_socket_dial(other, "inproc://a", (weft_options){0}, NULL) != WEFT_OK) return 3;
  if (weft_socket_send_bytes(other, "hello", 5, 0) != WEFT_OK) return 4;
  if (weft_socket_receive_bytes(one, heard, &size, 0) != WEFT_OK || size != 5 || memcmp(heard, "hello", 5) != 0) return 5;
  weft_socket_close(one, 0, NULL);
  weft_socket_close(other, 0, NULL);
  return 0;
}
