// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "fabric/frame.hpp"
#include "fabric/port.hpp"
#include "fabric/region.hpp"
#include "fabric/rendezvous.hpp"
#include "fabric/route.hpp"
#include "fabric/slots.hpp"
#include <weft/fabric/operation.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace weft::ofi {

/// The large bodies that a connection is receiving, each into the memory of its message.
/// Thread safety: by role, as inbound.
class incoming_transfers {
 public:
  incoming_transfers() noexcept = default;
  incoming_transfers(incoming_transfers const&) = delete;
  incoming_transfers& operator=(incoming_transfers const&) = delete;

  /// Before anything else. \param here where the bulk messages will come
  void open(fabric::port&, slot_table::place const& here, flow& owner) noexcept;
  /// Bodies may be offered, to be read out of that peer's memory. Before the first.
  void read_from(fi_addr_t peer) noexcept { from_ = peer; }

  // Socket.
  bool reads() const noexcept { return from_ != FI_ADDR_NOTAVAIL; }
  bool has_room() const noexcept;
  /// Whether the number belongs to a transfer that is not wholly cleared yet, or taken.
  bool is_in_use(std::uint32_t number) const noexcept;
  /// Makes room for the body. \return where to ask for it \pre has_room() \throws std::bad_alloc
  unsigned begin(transfer_request const&, record const& with_words);
  bool is_complete(unsigned index) const noexcept;
  message take(unsigned index) noexcept;  ///< \pre is_complete()

  // Flusher.
  /// Posts receives and reads where there is room for some, and notes what the peer must hear.
  posting pump() noexcept;
  /// What is to be told next, oldest first. \param most clears
  transfer_notices notices(std::size_t most) const noexcept;
  /// \return whether that made room
  bool told(transfer_notices const&) noexcept;

  // Driver.
  /// Ends the receives that are posted: nothing will come for them.
  void cancel() noexcept;
  std::uint32_t bulks() const noexcept { return bulks_; }  ///< received so far

  // Any thread.
  /// Those of in_flight() that read the peer's memory.
  unsigned reading() const noexcept { return reading_.load(std::memory_order_acquire); }
  unsigned in_flight() const noexcept { return in_flight_.load(std::memory_order_acquire); }
  bool any() const noexcept { return in_use_.load(std::memory_order_acquire) != 0; }

 private:
  enum class state : std::uint8_t { free, begun, complete };
  struct transfer;
  class chunk_operation;
  using table = std::array<transfer, most_transfers>;

  posting pump(transfer&) noexcept;
  posting clear(transfer&) noexcept;
  posting read(transfer&) noexcept;
  void note_taken(transfer&) noexcept;
  bool release(unsigned index) noexcept;
  posting post(transfer&, chunk_operation&) noexcept;
  long post_receive(transfer&, chunk_operation&, incoming_plan::piece const&, void* descriptor) noexcept;
  long post_read(transfer&, chunk_operation&, incoming_plan::piece const&, void* descriptor) noexcept;
  void* descriptor_for(transfer&) noexcept;
  void complete(chunk_operation&, fabric::completion const&) noexcept;

  fabric::port* endpoint_ = nullptr;
  slot_table::place here_;
  flow* owner_ = nullptr;
  fi_addr_t from_ = FI_ADDR_NOTAVAIL;

  struct free_table {
    void operator()(table*) const noexcept;
  };
  std::unique_ptr<table, free_table> transfers_;  // made with the first
  std::atomic<unsigned> in_use_{0};               // bits; publishes transfers_ as well
  std::atomic<unsigned> in_flight_{0};
  std::atomic<unsigned> reading_{0};
  std::uint32_t bulks_ = 0;

  // Flusher: receives that are posted, and of which the peer has not heard.
  std::array<clearance, most_clears> clears_;
  std::size_t clear_count_ = 0;
  // Transfers that are read, and of which it has not heard that.
  std::array<std::uint32_t, most_transfers> taken_{};
  std::array<unsigned, most_transfers> taken_at_{};
  std::size_t taken_count_ = 0;
};

}  // namespace weft::ofi
