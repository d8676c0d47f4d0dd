// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/intrusive_list.hpp>
#include <weft/ext/meeting.hpp>
#include <weft/ext/protocol.hpp>
#include <weft/message.hpp>

#include <memory>
#include <system_error>

namespace weft::ext {

/// Something that was begun on a socket and completes later. Its owner keeps it where it is until complete().
class operation {
 public:
  /// Exactly once, from any thread, under no lock; `why` is set. The last that is done with it.
  virtual void complete() noexcept = 0;

  // For the socket.
  list_hook hook;  // the place it waits in, then the list of the finished
  std::error_code why;
  bool parked = false;  // waiting still; under the socket's lock

 protected:
  ~operation() = default;
};

struct send_operation : operation {
  context* through = nullptr;
  message* outgoing = nullptr;  ///< taken when it ends well, untouched otherwise
  bool buffered = false;        // the socket's own: a channel's buffer

 protected:
  ~send_operation() = default;
};

struct receive_operation : operation {
  message incoming;
  bool patient = false;  ///< waits on when there is nothing it could wait for: see context::idle()
  bool started = false;  // by start(): nobody waits in a call, who would see to context::waiting
  bool served = false;   // the protocol answered, well or badly

 protected:
  ~receive_operation() = default;
};

/// Waits for something about the socket rather than for a message.
struct condition_operation : operation {
  virtual bool holds() const noexcept = 0;  ///< under the socket's lock

 protected:
  ~condition_operation() = default;
};

/// Who wants to hear that something may be ready, to try it then. raise() may come late, and in vain.
class signal {
 public:
  virtual ~signal() = default;
  virtual void raise() noexcept = 0;  ///< from any thread, under no lock; must not wait
  /// Of who waits for several things, of which others may do one for it; null for who does all itself.
  virtual meeting* meets() noexcept { return nullptr; }
};

/// Where a signal is registered. Its owner takes it back before it goes.
struct observation {
  std::shared_ptr<signal> who;
  list_hook hook;
  context* through = nullptr;
  void* offer = nullptr;  // at a channel without a buffer: the value to be taken, or where one may be put
};
using observers = intrusive_list<observation, &observation::hook>;

}  // namespace weft::ext
