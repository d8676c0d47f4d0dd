// SPDX-License-Identifier: MIT
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>

int main() {
  int const one = nn_socket(AF_SP, NN_PAIR), other = nn_socket(AF_SP, NN_PAIR);
  if (nn_bind(one, "inproc://a") < 0 || nn_connect(other, "inproc://a") < 0) return 1;
  char heard[8];
  return nn_send(other, "hello", 5, 0) == 5 && nn_recv(one, heard, sizeof heard, 0) == 5 ? 0 : 2;
}
