// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/socket.hpp>
#include <weft/statistics.hpp>

#include "settings.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::nanomsg {

/// A weft socket, whatever it speaks. What it cannot do says `unsupported`.
class face {
 public:
  virtual ~face() = default;

  virtual std::error_code send(message&, op_options const&) = 0;
  virtual std::error_code try_send(message&) = 0;
  virtual std::error_code receive(message&, op_options const&) = 0;
  virtual std::error_code try_receive(message&) = 0;

  virtual void dial(std::string_view url, dial_options const&) = 0;
  virtual void listen(std::string_view url, listen_options const&) = 0;
  virtual bool hang_up(std::size_t endpoint) = 0;
  virtual void close(clock::duration linger) = 0;
  virtual void adjust(settings const&) = 0;  ///< to what may change while the socket lives

  virtual int receive_fd() = 0;  ///< \pre it receives
  virtual int send_fd() = 0;     ///< \pre it sends
  virtual std::error_code subscribe(std::string_view prefix) = 0;
  virtual std::error_code unsubscribe(std::string_view prefix) = 0;
  virtual std::size_t peers() const = 0;
  virtual socket_statistics statistics() const = 0;
};

/// What nanomsg calls a protocol, in a domain.
struct kind {
  int domain;
  int protocol;
  bool sends;
  bool receives;
  std::unique_ptr<face> (*open)(engine&, settings const&);
};

/// \return null when there is none
kind const* find_kind(int domain, int protocol) noexcept;

}  // namespace weft::nanomsg
