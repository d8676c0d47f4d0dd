// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/rdm_endpoint.hpp"
#include "fabric/region.hpp"
#include "fabric/tag.hpp"
#include <weft/fabric/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace weft::ofi {

/// The largest frame that weft takes, and the size of every posted buffer.
inline constexpr std::size_t frame_size = 16384;

class shared_endpoint;

/// A posted receive for frames, and the memory behind it.
class receive_buffer final : public fabric::operation {
 public:
  receive_buffer(callback f, shared_endpoint& e, std::byte* d, void* descriptor) noexcept
      : operation(f), home(e), data(d), descriptor_(descriptor) {}

  std::span<std::byte const> frame() const noexcept { return {data, size}; }

  shared_endpoint& home;
  std::byte* data;
  std::size_t size = 0;  // of what is in it

 private:
  friend class receive_pool;
  void* descriptor_;
};

/// The buffers of one endpoint: at least as many as its connections were promised, none of which is anybody's
/// in particular.
/// Thread safety: any thread. Outlives the endpoint's last completion.
class receive_pool {
 public:
  using arrival = void (*)(fabric::operation&, fabric::completion const&) noexcept;

  receive_pool(fabric::rdm_endpoint& ep, shared_endpoint& home, arrival f) noexcept
      : endpoint_(ep), home_(home), on_arrival_(f) {}
  receive_pool(receive_pool const&) = delete;
  receive_pool& operator=(receive_pool const&) = delete;

  /// Promises `n` more buffers, and posts what is missing. \return false when the provider takes no more
  bool reserve(std::size_t n);
  void release(std::size_t n) noexcept;

  /// \return false when the provider is short of something; try again later
  bool post(receive_buffer& b) noexcept;

  std::size_t promised() const noexcept;
  std::size_t made() const noexcept;

 private:
  static constexpr std::size_t slab_size = 32;
  struct slab;

  bool grow();

  fabric::rdm_endpoint& endpoint_;
  shared_endpoint& home_;
  arrival on_arrival_;
  mutable std::mutex mutex_;
  std::size_t promised_ = 0;
  std::size_t made_ = 0;
  bool full_ = false;
  std::vector<std::unique_ptr<slab, void (*)(slab*)>> slabs_;
};

}  // namespace weft::ofi
