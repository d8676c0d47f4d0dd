// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/memory.hpp>
#include <weft/result.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace weft::fabric {

class port;

/// Where memory is registered: with one endpoint, or for all of a domain.
struct registrar {
  registrar(port const&);
  explicit registrar(std::shared_ptr<domain const> d) noexcept : in(std::move(d)) {}

  std::shared_ptr<domain const> in;
  endpoint const* with = nullptr;
};

/// Memory that an endpoint may send from and receive into. Registers it where the provider wants that
/// (FI_MR_LOCAL) and it is no registered_memory, and does nothing where it does not. Lives no longer than the endpoint,
/// and no shorter than what is posted from it. Thread safety: make() and the destructor from any thread.
class region {
 public:
  region() noexcept = default;
  static setup<region> make(registrar const&, std::span<std::byte>);

  /// Memory that peers may read, for as long as this lives; whether or not the provider wants its own use registered.
  /// \param key what peers name it by, where the provider does not make that up: not to be guessed
  static setup<region> expose(registrar const&, std::span<std::byte>, std::uint64_t key);

  /// For every call that posts from this memory; null when the provider does not want one.
  void* descriptor() const noexcept { return std::bit_cast<void*>(memory_.local()); }
  std::uint64_t key() const noexcept { return memory_.key(); }
  std::uint64_t address() const noexcept { return memory_.address(); }
  bool is_registered() const noexcept { return static_cast<bool>(memory_); }

 private:
  explicit region(memory_region m) noexcept : memory_(std::move(m)) {}

  memory_region memory_;
};

}  // namespace weft::fabric
