// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/message_ring.hpp>
#include <weft/ext/operation.hpp>

#include "core/parker.hpp"

#include <cstddef>

namespace weft::core {

using ext::condition_operation;
using ext::operation;
using ext::receive_operation;
using ext::send_operation;

/// An operation whose caller sleeps until it completes.
template <class Operation>
struct blocking final : Operation {
  parker here;
  void complete() noexcept override { here.finish()(); }
};

using operation_list = ext::intrusive_list<operation, &operation::hook>;

}  // namespace weft::core

/// What the socket keeps for each context: who waits on it, its alarm, and what its channel holds.
struct weft::ext::context::parking {
  explicit parking(context& c) noexcept : owner(c) {}

  context& owner;
  core::operation_list receivers;  // oldest first
  observers watchers;              // of messages
  list_hook listed;                // among all of the socket
  list_hook marked;                // among those whose receivers may go on
  list_hook armed;                 // among those with an alarm
  clock::time_point alarm{};

  message_ring returned;  // taken from the protocol, and not received after all: comes first
  bool has_channel = false;
  std::size_t buffered = 0;  // sends of the channel's that wait among the socket's senders
};
