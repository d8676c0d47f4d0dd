// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/completion_queue.hpp>
#include <weft/fabric/transfers.hpp>

#include <any>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace weft::fabric {

class in_flight;

/// An operation with everything that libfabric needs of it. From begin() to its end it keeps itself alive.
struct transfer final : operation, std::enable_shared_from_this<transfer> {
  transfer() noexcept : operation(on_end) {}
  ~transfer();

  /// \return null when the operation is none
  static std::shared_ptr<transfer> of(operation const& op) noexcept {
    return op.ends_in(on_end) ? const_cast<transfer&>(static_cast<transfer const&>(op)).shared_from_this() : nullptr;
  }

  const_buffer sent(std::size_t bytes) const noexcept;
  mutable_buffer taken(std::size_t bytes) noexcept;

  /// What it is about: the slice's memory, or its own.
  std::span<std::byte> memory() noexcept;

  // Its own memory: kept from one operation to the next, since registration and allocation cost more than a copy.
  std::vector<std::byte> own;
  memory_region own_region;
  domain const* registered_in = nullptr;  // own_region's, which keeps it
  slice borrowed;

  completion last;
  std::atomic<bool> done{true};
  std::atomic<bool> released{false};
  std::function<void(completion const&)> told;
  std::vector<std::function<void()>> cleanups;
  std::any value;

 private:
  friend class in_flight;
  static void on_end(operation&, completion const&) noexcept;
  void end(completion const&) noexcept;

  std::shared_ptr<transfer> self_;
  in_flight* home_ = nullptr;
  transfer* next_ = nullptr;
  transfer* previous_ = nullptr;
};

/// The transfers of one endpoint. Its end is the end of all that are left: the endpoint is closed by then.
/// Thread safety: any thread.
class in_flight {
 public:
  explicit in_flight(std::shared_ptr<domain const> in) noexcept : domain_(std::move(in)) {}
  ~in_flight();

  /// With memory of its own for so many bytes, registered where the provider wants that.
  /// \return null when it refuses to register
  std::shared_ptr<transfer> take(std::size_t bytes);
  bool give_memory(transfer&, std::size_t bytes);
  /// For another take().
  void put_back(std::shared_ptr<transfer>) noexcept;

  /// A receive that nobody waits for any more, and that its provider cannot cancel: what comes to it must not be lost.
  void abandon(std::shared_ptr<transfer>);
  /// Such a receive of at least so many bytes, which may have ended meanwhile; null when there is none.
  std::shared_ptr<transfer> adopt(std::size_t bytes);

  /// \return whether it is one now: not when something is in flight with it already
  bool begin(std::shared_ptr<transfer> const&) noexcept;
  /// It was not posted after all.
  void undo(transfer&) noexcept;

 private:
  friend struct transfer;
  void add(transfer&) noexcept;
  void remove(transfer&) noexcept;

  std::shared_ptr<domain const> domain_;
  std::mutex mutex_;
  transfer* first_ = nullptr;
  std::vector<std::shared_ptr<transfer>> idle_;
  std::deque<std::shared_ptr<transfer>> abandoned_;  // oldest first, as messages come
};

}  // namespace weft::fabric
