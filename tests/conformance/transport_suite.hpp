// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>

#include <functional>
#include <string>

namespace weft::conformance {

/// What the suite must know of a transport.
struct transport_under_test {
  std::string name;                                      ///< of the suite
  std::function<std::string()> fresh_url;                ///< an address to listen at that nobody used before
  std::function<void(engine&)> set_up = [](engine&) {};  ///< adds what engines do not have by themselves
  bool two_engines = false;                              ///< peers may live in different engines; inproc's may not
  bool carries_wildcard_port = false;  ///< fresh_url() leaves the port to the system: only listen() tells the address
  bool carries_large = true;           ///< also messages of many MiB
  bool tells_peers = true;     ///< limits and reasons reach the other end; SP's own wires have no words for them
  bool survives_loss = false;  ///< messages and connections get lost: only REQ's promise is left
};

/// Adds a suite of that name with every case of the conformance suite that applies. It is written against the
/// public interface alone. To test a transport, make one of these at namespace scope:
///
///   transport_suite const inproc({.name = "inproc", .fresh_url = numbered("inproc://conformance-")});
///
/// Where the engine does not know the scheme, or has no provider for it, the cases print SKIPPED and why.
class transport_suite {
 public:
  explicit transport_suite(transport_under_test);
};

/// `prefix` with a number behind it that is different each time, and in each process.
std::function<std::string()> numbered(std::string prefix);
/// Always the same URL: one that ends in port 0.
std::function<std::string()> always(std::string url);

}  // namespace weft::conformance
