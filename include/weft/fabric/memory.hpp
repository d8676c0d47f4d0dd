// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/constants.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

struct fid_mr;

namespace weft::fabric {

class domain;
class endpoint;

/// What a provider calls registered memory in a call that posts from it: fi_mr_desc. Opaque.
enum class descriptor : std::uintptr_t { none = 0 };

/// How memory is registered: fi_mr(3).
struct region_options {
  std::optional<std::uint64_t> key =
      {};                    ///< what peers name it by; the provider has the last word (memory_mode::prov_key)
  std::uint64_t offset = 0;  ///< of its first byte, for providers without memory_mode::virt_addr
  endpoint const* belongs_to = nullptr;  ///< for memory_mode::endpoint: it must live longer than the region
};

/// Memory known to a domain: fi_mr(3). A handle: copies are the same region, which ends with the last of them. An
/// operation that weft::fabric has begun with one holds one, so that neither a time-out nor a cancel can unmap memory
/// that a provider still uses.
///
/// Flags that the provider wants (memory_mode::local, endpoint) are seen to. Cost: with RDMA hardware a registration
/// pins pages and takes microseconds to milliseconds; see memory_pool. Thread safety: as a std::shared_ptr.
class WEFT_API memory_region {
 public:
  memory_region() noexcept = default;
  /// The caller's memory, which must outlive the region and what was posted from it.
  /// \return std::errc::invalid_argument for an empty one
  static setup<memory_region> make(std::shared_ptr<domain const>, std::span<std::byte>, memory_access,
                                   region_options const& = {});
  /// Several pieces as one region. \return misuse::too_many_pieces above info::mr_iov_limit()
  static setup<memory_region> make(std::shared_ptr<domain const>, std::span<std::span<std::byte> const>, memory_access,
                                   region_options const& = {});
  /// Memory of its own.
  static setup<memory_region> allocate(std::shared_ptr<domain const>, std::size_t bytes, memory_access,
                                       region_options const& = {});

  explicit operator bool() const noexcept { return state_ != nullptr; }
  descriptor local() const noexcept;   ///< for the buffers of local operations
  std::uint64_t key() const noexcept;  ///< for the remote ones
  std::uint64_t address()
      const noexcept;  ///< what a peer calls its first byte: an address or an offset, as the provider wants
  std::size_t size() const noexcept;            ///< bytes of all pieces
  std::span<std::byte> bytes() const noexcept;  ///< of the first piece
  bool allows(memory_access) const noexcept;    ///< all of them; local ones always where the provider registers locally
  fid_mr* native_handle() const noexcept;       ///< for calls that have no name here; null in one without memory
  /// All of that for a person: "net: 4096 bytes in 1 piece, for send, recv; key 0x4711, address 0, descriptor 0".
  std::string describe() const;

 private:
  struct state;
  static setup<memory_region> make(std::shared_ptr<state>, std::span<std::span<std::byte> const>, memory_access,
                                   region_options const&);

  std::shared_ptr<state> state_ = {};
};

/// Part of a region's first piece, memory_region::bytes(). The region lives as long as what is done with it.
struct slice {
  memory_region region;    ///< held by operations on the slice
  std::size_t offset = 0;  ///< bytes from its beginning
  std::size_t bytes = 0;   ///< from there

  /// What is not inside is refused: misuse::outside_region.
  bool is_inside() const noexcept {
    auto const all = region.bytes().size();
    return offset <= all && bytes <= all - offset;
  }
};

/// A fixed number of registered buffers of one size, made once. Registration is what is dear.
/// Thread safety: any thread. Buffers may outlive the pool.
class WEFT_API memory_pool {
 public:
  /// How many buffers, and for what.
  struct shape {
    std::size_t bytes = 4096;                                           ///< of each
    std::size_t count = 32;                                             ///< there are no more: whoever wants one waits
    memory_access allowed = memory_access::send | memory_access::recv;  ///< with each
  };

  /// Gives itself back when it goes away.
  class WEFT_API buffer {
   public:
    buffer() noexcept = default;
    buffer(buffer&& other) noexcept : pool_(std::move(other.pool_)), index_(other.index_) {}
    buffer& operator=(buffer&& other) noexcept;
    ~buffer();

    explicit operator bool() const noexcept { return pool_ != nullptr; }
    std::span<std::byte> bytes() const noexcept;  ///< all of it; empty in one that is none
    fabric::slice slice() const noexcept;         ///< all of it, for an endpoint

   private:
    friend class memory_pool;
    struct shared;
    buffer(std::shared_ptr<shared> p, std::size_t i) noexcept : pool_(std::move(p)), index_(i) {}

    std::shared_ptr<shared> pool_;
    std::size_t index_ = 0;
  };

  /// All buffers lie in one region, registered here. Fails as memory_region::allocate() does.
  static setup<memory_pool> make(std::shared_ptr<domain const>, shape const&, region_options const& = {});
  memory_pool(memory_pool&&) noexcept = default;
  memory_pool& operator=(memory_pool&&) noexcept;
  ~memory_pool();

  /// \return errc::would_block when none is free, errc::closed
  result<buffer> try_acquire();
  /// Waits for one. op_options::interruptible does not count. \return errc::canceled, timed_out, closed
  result<buffer> acquire(op_options const&);
  /// Whoever waits, or asks later, gets errc::closed. Buffers that are out stay good.
  void close() noexcept;

  std::size_t outstanding() const noexcept;  ///< buffers that somebody has

 private:
  explicit memory_pool(std::shared_ptr<buffer::shared> s) noexcept : shared_(std::move(s)) {}

  std::shared_ptr<buffer::shared> shared_;
};

}  // namespace weft::fabric
