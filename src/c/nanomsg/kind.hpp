// SPDX-License-Identifier: MIT
#pragma once

#include <weft/any_socket.hpp>
#include <weft/engine.hpp>

#include "settings.hpp"

#include <memory>

namespace weft::nanomsg {

/// What nanomsg calls a protocol, in a domain.
struct kind {
  int domain;
  int protocol;
  bool sends;
  bool receives;
  std::unique_ptr<any_socket> (*open)(engine&, settings const&);
  void (*adjust)(any_socket&, settings const&);  ///< to what may change while the socket lives
};

/// \return null when there is none
kind const* find_kind(int domain, int protocol) noexcept;

}  // namespace weft::nanomsg
