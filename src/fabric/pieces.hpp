// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/transfers.hpp>

#include <rdma/fabric.h>
#include <sys/uio.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <system_error>

namespace weft::fabric {

// What posting calls are given, as libfabric wants it.

/// No provider takes more pieces than that.
inline constexpr std::size_t most_pieces = 16;

inline fi_addr_t number_of(peer p) noexcept { return static_cast<fi_addr_t>(p); }
inline void* native(descriptor d) noexcept { return std::bit_cast<void*>(d); }
inline std::uint64_t native(operation_flag f) noexcept { return static_cast<std::uint64_t>(f); }

constexpr std::uint64_t data_flag(std::optional<std::uint64_t> const& data) noexcept {
  return data ? FI_REMOTE_CQ_DATA : 0;
}

inline std::error_code nowhere() noexcept { return make_error_code(std::errc::destination_address_required); }

template <class Buffer>
struct pieces {
  /// \pre no more than most_pieces
  explicit pieces(std::span<Buffer const> all) noexcept : count(all.size()) {
    for (std::size_t i = 0; i != count; ++i) {
      iov[i] = {.iov_base = const_cast<std::byte*>(all[i].bytes.data()), .iov_len = all[i].bytes.size()};
      descriptors[i] = native(all[i].registered);
    }
  }
  std::array<iovec, most_pieces> iov;
  std::array<void*, most_pieces> descriptors;
  std::size_t count;
};

template <class Buffer>
bool is_registered(Buffer const& b) noexcept {
  return b.registered != descriptor::none || b.bytes.empty();
}

struct measured {
  std::size_t bytes = 0;
  bool registered = true;
};

template <class Buffer>
measured measure(std::span<Buffer const> all) noexcept {
  measured m;
  for (auto const& b : all) {
    m.bytes += b.bytes.size();
    m.registered &= is_registered(b);
  }
  return m;
}

}  // namespace weft::fabric
