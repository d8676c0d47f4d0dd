// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "fabric/region.hpp"
#include <weft/fabric/operation.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weft::ofi {

class flow;

/// A frame on its way that the library has not copied: its bytes, and for a body sent from where it is, the message.
class send_operation final : public fabric::operation {
 public:
  send_operation(callback f, std::byte* b, void* d) noexcept : operation(f), buffer(b), descriptor(d) {}

  std::byte* buffer;  // frame_size bytes
  void* descriptor;
  flow* from = nullptr;
  message held;

 private:
  friend class send_pool;
  send_operation* next_ = nullptr;
};

/// The frames on their way from one endpoint, or the links of one domain, all connections together. They stay its own
/// until their completions: a dead peer may keep some for ever. Thread safety: any thread.
class send_pool {
 public:
  using completion_handler = void (*)(fabric::operation&, fabric::completion const&) noexcept;

  static constexpr std::size_t most = 256;

  send_pool(fabric::registrar r, completion_handler f) noexcept : memory_(std::move(r)), on_complete_(f) {}
  send_pool(send_pool const&) = delete;
  send_pool& operator=(send_pool const&) = delete;

  /// \return null when too many are on their way, or there is no memory
  send_operation* acquire(flow& from) noexcept;
  void release(send_operation&) noexcept;
  /// Those that are still on their way: the link is closed, and its last completion read.
  void take_back(flow const& from) noexcept;

  /// Frames sent so far from the endpoint, through the pool or not, by those that count them here.
  std::uint32_t sent() const noexcept { return sent_.load(std::memory_order_relaxed); }
  void count_sent() noexcept { sent_.fetch_add(1, std::memory_order_relaxed); }

 private:
  static constexpr std::size_t slab_size = 8;
  struct slab;

  bool grow() noexcept;
  send_operation* find(flow const& from) noexcept;

  fabric::registrar memory_;
  completion_handler on_complete_;
  std::atomic<std::uint32_t> sent_{0};
  std::mutex mutex_;
  send_operation* free_ = nullptr;
  std::size_t made_ = 0;
  std::vector<std::unique_ptr<slab, void (*)(slab*)>> slabs_;
};

}  // namespace weft::ofi
