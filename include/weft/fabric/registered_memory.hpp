// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/memory.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace weft::fabric {

/// Memory of the caller's that is registered once with each domain that uses it, and not anew for each message: for
/// providers that want every buffer registered (recipe::registers_buffers). Messages on it are made with
/// message::adopt(), and are sent from where they are, over any transport.
///
///   registered_memory const memory(buffer);  // at first use by a domain, some microseconds to milliseconds
///   socket.send(message::adopt(buffer.subspan(0, size), [&] { /* free again */ }));
///
/// Nothing is looked up for what goes into one frame, nor where the provider wants no registration.
/// Thread safety: distinct objects from any thread; messages on the memory may be on their way meanwhile.
class WEFT_API registered_memory {
 public:
  registered_memory() noexcept = default;
  /// The memory must outlive this, and the messages on it. Whatever is being sent when this ends is sent.
  /// \throws std::bad_alloc
  explicit registered_memory(std::span<std::byte> memory);
  registered_memory(registered_memory&&) noexcept = default;
  registered_memory& operator=(registered_memory&&) noexcept;
  ~registered_memory();

  /// With how many domains it is registered by now.
  std::size_t registrations() const noexcept;

  /// The registration with that domain of whatever such memory these bytes are in; made, if it is the first time.
  /// Nothing when they are in none, when the provider binds memory to endpoints (memory_mode::endpoint), or does not
  /// take it.
  static std::optional<memory_region> find(std::shared_ptr<domain const> const&, std::span<std::byte const>);

 private:
  struct state;
  std::shared_ptr<state> state_ = {};
};

}  // namespace weft::fabric
