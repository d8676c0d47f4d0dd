// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/ext/connection.hpp>
#include <weft/ext/reactor.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>
#include <weft/url.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weft::ext {

/// What both ends tell each other before the first message.
struct handshake {
  std::uint16_t self = 0;  ///< protocol numbers, as SP assigns them
  std::uint16_t peer = 0;
  std::size_t max_message = 0;  ///< the largest body this end takes
  std::uint64_t socket = 0;  ///< whose connection it will be: a number for each socket of an engine, never used again
};

using connection_result = setup<std::unique_ptr<connection>>;
using connection_handler = std::function<void(connection_result)>;

/// Makes one connection at a time to one address. Trying again is core's business, not the transport's.
/// Used, and calls back, on the reactor's loop only.
class connector {
 public:
  virtual ~connector() = default;  ///< as cancel(), but without the callback

  /// Calls back once, never from inside.
  virtual void connect(connection_handler) = 0;
  /// The pending connect(), if any, ends in errc::canceled.
  virtual void cancel() noexcept = 0;
};

/// Yields the connections that come in at one address, from the moment it is made until it is destroyed.
/// Used, and calls back, on the reactor's loop only (local() from any thread). A peer that fails its
/// handshake is reported as a failure; accepting goes on.
class acceptor {
 public:
  virtual ~acceptor() = default;
  virtual url local() const = 0;  ///< with the port the system chose, if it chose one
  virtual void start(connection_handler) = 0;
  /// What its owner should know about listening there; empty for nothing.
  virtual std::string warning() const { return {}; }
};

/// Some URL schemes. Given to an engine, which keeps it; there is no global registry.
class transport {
 public:
  virtual ~transport() = default;
  virtual std::span<std::string_view const> schemes() const noexcept = 0;

  // Both check the URL and say at once what is wrong with it. From any thread. A dial()ed address need not
  // exist yet; a listen()ed one is bound when this returns.
  virtual setup<std::unique_ptr<connector>> dial(url const&, handshake const&, dial_options const&) = 0;
  virtual setup<std::unique_ptr<acceptor>> listen(url const&, handshake const&, listen_options const&) = 0;
};

/// Makes a transport on an engine's loop. The engine outlives it.
using transport_factory = std::function<std::unique_ptr<transport>(reactor&)>;

}  // namespace weft::ext
