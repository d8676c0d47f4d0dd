// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

#include "core/parker.hpp"

#include <system_error>

namespace weft::core {

/// A caller that waits: in a blocking call, a channel or a select. Owned by the caller until completed.
class operation {
 public:
  /// One of several cases of a select may run; the first to be claimed wins.
  virtual bool claim() noexcept { return true; }
  virtual void complete() noexcept = 0;  ///< exactly once, no lock held; `why` is set

  ext::list_hook hook;  // the place it waits in, then the list of the finished
  std::error_code why;
  bool parked = false;  // waiting still; under the socket's lock

 protected:
  ~operation() = default;
};

struct send_operation : operation {
  ext::context* through = nullptr;
  message* outgoing = nullptr;  // taken when it ends well, untouched otherwise
};

struct receive_operation : operation {
  message incoming;
  bool started = false;  // by start(): nobody waits in a call, who would see to context::waiting
  bool served = false;   // the protocol answered, well or badly
};

/// Waits for something about the socket rather than for a message.
struct condition_operation : operation {
  virtual bool holds() const noexcept = 0;  ///< under the socket's lock

 protected:
  ~condition_operation() = default;
};

/// An operation whose caller sleeps until it completes.
template <class Operation>
struct blocking final : Operation {
  parker here;
  void complete() noexcept override { here.finish()(); }
};

using operation_list = ext::intrusive_list<operation, &operation::hook>;

}  // namespace weft::core

/// What the socket keeps for each context: who waits on it, and its alarm.
struct weft::ext::context::parking {
  explicit parking(context& c) noexcept : owner(c) {}

  context& owner;
  core::operation_list receivers;  // oldest first
  list_hook listed;                // among all of the socket
  list_hook marked;                // among those whose receivers may go on
  list_hook armed;                 // among those with an alarm
  clock::time_point alarm{};
};
