// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "base/fd.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace weft::stream {

class flow;

/// Notices on the loop that a peer has hung up, also where nobody drives the lane: a pusher is never received on,
/// and must dial again. Data does not wake it.
class vigil {
 public:
  explicit vigil(ext::reactor& r) : reactor_(r) {}
  vigil(vigil const&) = delete;
  vigil& operator=(vigil const&) = delete;

  void add(std::shared_ptr<flow> const&);  ///< on the loop. \throws std::system_error
  void remove(flow&) noexcept;             ///< any thread

 private:
  void look() noexcept;

  ext::reactor& reactor_;
  base::unique_fd epoll_;  // made, like its watch, with the first connection
  std::unique_ptr<ext::watch> watch_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::weak_ptr<flow>> flows_;
};

}  // namespace weft::stream
