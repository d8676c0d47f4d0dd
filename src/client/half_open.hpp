// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/endpoint.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace weft::fabric {

/// Connections that wait for the other end, each with an event queue of its own. Thread safety: any thread.
class half_open {
 public:
  /// There are no more: the next one ends the oldest.
  static constexpr std::size_t most = 64;

  /// One that has begun to accept, or to connect.
  void add(std::unique_ptr<endpoint>);
  /// One that is connected by now, if there is any. Those that have failed are closed.
  std::unique_ptr<endpoint> take();
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::unique_ptr<endpoint>> all_;  // oldest first
};

}  // namespace weft::fabric
