// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/port.hpp"
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

class flow;
class shared_endpoint;

/// A posted receive for frames, and the memory behind it.
class receive_buffer final : public fabric::operation {
 public:
  receive_buffer(callback f, shared_endpoint& e, std::byte* d, void* descriptor) noexcept
      : operation(f), home(e), data(d), descriptor_(descriptor) {}

  std::span<std::byte const> frame() const noexcept { return {data, size}; }

  shared_endpoint& home;
  std::byte* data;
  std::size_t size = 0;     // of what is in it
  flow* lent_to = nullptr;  // whose link it is posted at; of an RDM endpoint they are everybody's

 private:
  friend class receive_pool;
  void* descriptor_;
  fabric::port* at_ = nullptr;  // null: not to be posted
};

/// The buffers of one endpoint, at least as many as its connections were promised, none of which is anybody's in
/// particular; or those that the links of one domain borrow.
/// Thread safety: any thread. Outlives the last completion.
class receive_pool {
 public:
  using arrival = void (*)(fabric::operation&, fabric::completion const&) noexcept;

  receive_pool(fabric::port& everybodys, shared_endpoint& home, arrival f) noexcept
      : memory_(everybodys), everybodys_(&everybodys), home_(home), on_arrival_(f) {}
  /// For links, which are in no more than `most` buffers' debt at a time.
  receive_pool(fabric::registrar r, std::size_t most, shared_endpoint& home, arrival f) noexcept
      : memory_(std::move(r)), most_(most), home_(home), on_arrival_(f) {}
  receive_pool(receive_pool const&) = delete;
  receive_pool& operator=(receive_pool const&) = delete;

  /// Promises `n` more buffers, and posts what is missing. \return false when the provider takes no more
  bool reserve(std::size_t n);
  void release(std::size_t n) noexcept;

  /// Posts so many buffers at a link. \return 0, or what libfabric says
  long lend(flow&, fabric::port& at, std::size_t n);
  /// The link takes no more.
  void stop_lending(flow const&) noexcept;
  /// The link is closed, and its last completion read.
  void take_back(flow const&) noexcept;

  /// \return false when the provider is short of something; try again later
  bool post(receive_buffer& b) noexcept { return !b.at_ || receive(b) == 0; }

  std::size_t promised() const noexcept;
  std::size_t made() const noexcept;

 private:
  static constexpr std::size_t slab_size = 32;
  struct slab;

  bool grow();
  slab* add_slab();
  receive_buffer& add_buffer(slab&);
  receive_buffer* take_idle();
  template <class Do>
  void for_each_of(flow const&, Do const&) noexcept;
  static long receive(receive_buffer& b) noexcept {
    return b.at_->trecv(b, b.data, frame_size, b.descriptor_, tag::frame(0, 0), tag::any);
  }

  fabric::registrar memory_;
  fabric::port* everybodys_ = nullptr;
  std::size_t most_ = 0;
  shared_endpoint& home_;
  arrival on_arrival_;
  mutable std::mutex mutex_;
  std::size_t promised_ = 0;
  std::size_t made_ = 0;
  bool full_ = false;
  std::vector<receive_buffer*> idle_;  // of links
  std::vector<std::unique_ptr<slab, void (*)(slab*)>> slabs_;
};

}  // namespace weft::ofi
