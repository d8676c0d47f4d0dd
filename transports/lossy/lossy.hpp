// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>

namespace weft::transports {

/// How often each fault was injected. Thread safety: all members.
struct lossy_counters {
  std::atomic<std::uint64_t> arrived{0};   ///< messages, also those that were dropped then
  std::atomic<std::uint64_t> dropped{0};   ///< messages
  std::atomic<std::uint64_t> delayed{0};   ///< messages; not those that only stood behind one
  std::atomic<std::uint64_t> withheld{0};  ///< times that send credit was there and not told
  std::atomic<std::uint64_t> reset{0};     ///< connections
  std::atomic<std::uint64_t> refused{0};   ///< connects
};

/// Which faults, and how many of them. A probability is from 0 to 1.
struct lossy_options {
  std::uint32_t seed = 1;  ///< with it each connection's number decides all that happens to it
  double drop = 0;         ///< of a message on its arrival
  double delay = 0;        ///< of a message on its arrival: it and all behind it wait for `pause`
  clock::duration pause = std::chrono::milliseconds(1);
  double reset = 0;         ///< of a connection, after 1 to `lifetime` messages in both directions
  unsigned lifetime = 100;  ///< at least 1
  double refuse = 0;        ///< of a connect
  unsigned most_credit =
      std::numeric_limits<unsigned>::max();       ///< sends a socket may post before it is told of more; at least 1
  std::shared_ptr<lossy_counters> counters = {};  ///< where to count; may be null
};

/// `lossy+<scheme>`: what `inner` offers under <scheme>, with faults. For tests: a message may be dropped or
/// come late but never changes, overtakes another or comes twice, as on the network that it stands for.
std::unique_ptr<ext::transport> make_lossy(ext::reactor&, std::unique_ptr<ext::transport> inner, lossy_options);

}  // namespace weft::transports
