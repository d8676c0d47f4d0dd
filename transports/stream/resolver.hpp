// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "stream/connector.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace weft::stream {

/// A host and a port, and what kinds of addresses will do.
struct place {
  std::string host;
  std::uint16_t port = 0;
  int family = 0;        ///< AF_UNSPEC, AF_INET, AF_INET6
  bool passive = false;  ///< to listen at: an empty host is every address
};

/// All addresses the system knows for it. Blocks for as long as a name server takes.
addresses look_up(place const&);
/// The same for numbers, at once; nothing when the host is a name.
addresses read_number(place const&);

/// Looks names up without holding up a lane: each on a short-lived thread. On the loop.
class resolver {
 public:
  using look_up_function = std::function<addresses(place const&)>;

  /// `ask` may block; it runs on threads that may outlive the resolver.
  explicit resolver(ext::reactor&, look_up_function ask = look_up);
  resolver(resolver const&) = delete;
  resolver& operator=(resolver const&) = delete;
  ~resolver();

  /// Calls back once, on the loop, from inside when the host is a number; not at all when the answer is destroyed.
  std::unique_ptr<pending> resolve(place const&, std::function<void(addresses)>);

 private:
  struct desk;

  std::shared_ptr<desk> desk_;
  look_up_function ask_;
};

}  // namespace weft::stream
