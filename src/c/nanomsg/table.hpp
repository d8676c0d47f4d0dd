// SPDX-License-Identifier: MIT
#pragma once

#include "socket.hpp"

#include <weft/engine.hpp>

#include <memory>
#include <utility>

namespace weft::nanomsg {

/// The sockets of the process by number, and the engine they share.
/// Thread safety: all functions.

/// \return EMFILE when there are too many, ETERM after terminate(), or 0
int insert(kind const&, int& number);
/// Closes it, with the linger it has `since`; waits until every call on it is over, and forgets it. \return EBADF when
/// there is none, or 0
int remove(int number, clock::time_point since = clock::now());
/// Removes them all; from then on there are no new ones.
void terminate();
bool is_terminated();

/// The engine that sockets are made with. A fork's child has one of its own.
engine& shared_engine();

/// A socket that stays while it is held.
class held {
 public:
  explicit held(int number) noexcept;
  held(held const&) = delete;
  held& operator=(held const&) = delete;
  ~held();

  explicit operator bool() const noexcept { return socket_ != nullptr; }
  socket* operator->() const noexcept { return socket_; }
  socket& operator*() const noexcept { return *socket_; }

 private:
  int const number_;
  socket* socket_ = nullptr;
};

}  // namespace weft::nanomsg
