// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "fabric/region.hpp"
#include "fabric/rendezvous.hpp"
#include "fabric/route.hpp"
#include <weft/fabric/operation.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace weft::ofi {

/// The large bodies that a connection is sending: each stays here, in the memory of its message, until the
/// library has let go of its last chunk.
/// Thread safety: by role, as outbound.
class outgoing_transfers {
 public:
  outgoing_transfers() noexcept = default;
  outgoing_transfers(outgoing_transfers const&) = delete;
  outgoing_transfers& operator=(outgoing_transfers const&) = delete;

  /// Before anything else.
  void open(route const& r) noexcept { route_ = r; }

  // Flusher.
  /// The numbers that a request may use now, as bits.
  unsigned free_numbers() noexcept;
  /// The body waits for its clears. To be called before its request is posted: they may be quick. \pre the number is
  /// free
  void begin(std::uint32_t number, message&& m) noexcept;
  message const& body(std::uint32_t number) const noexcept;
  /// Where the peer may read it; nothing when it is to be sent.
  std::optional<remote_memory> place(std::uint32_t number) const noexcept;
  /// The request was not posted after all.
  message take_back(std::uint32_t number) noexcept;

  /// Sends what is cleared, and lets go of what the peer has read.
  posting pump() noexcept;
  std::uint32_t bulks() const noexcept { return bulks_; }  ///< sent so far

  // Driver.
  /// \return false when the clear is malformed
  bool cleared(clearance const&) noexcept;
  /// The peer has read all of it. \return false when that cannot be
  bool taken(std::uint32_t number) noexcept;

  // Any thread.
  bool has_news() const noexcept { return !clears_.empty() || taken_.load(std::memory_order_relaxed) != 0; }
  bool any() const noexcept { return in_use_.load(std::memory_order_acquire) != 0; }
  unsigned in_flight() const noexcept { return in_flight_.load(std::memory_order_acquire); }

 private:
  struct transfer;
  class chunk_operation;
  using table = std::array<transfer, most_transfers>;

  void expose(std::uint32_t number) noexcept;
  void let_go_of_taken() noexcept;
  posting send(clear_queue::chunk const&, transfer&, chunk_operation&) noexcept;
  void complete(chunk_operation&, fabric::completion const&) noexcept;
  void* descriptor_for(transfer&) noexcept;

  route route_;
  std::uint32_t bulks_ = 0;
  std::atomic<unsigned> in_use_{0};   // bits
  std::atomic<unsigned> offered_{0};  // bits: those of them that the peer reads
  std::atomic<unsigned> taken_{0};    // and those of these that it has
  std::atomic<unsigned> in_flight_{0};
  clear_queue clears_;
  struct free_table {
    void operator()(table*) const noexcept;
  };
  std::unique_ptr<table, free_table> transfers_;  // made with the first
};

}  // namespace weft::ofi
