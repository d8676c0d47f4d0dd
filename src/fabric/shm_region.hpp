// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft::fabric {

/// The region of one of the shm provider's endpoints, mapped once more, so that what a dead process left in it can
/// be put right. libfabric has no call for that: the processes trust each other to live.
///
/// Known is the layout of libfabric 1.17 (its version 4); what has another does not open.
/// Thread safety: any thread, at once; end_sends() as it says.
class shm_region {
 public:
  /// \param address as the provider gives it, "fi_shm://name"
  static std::optional<shm_region> open(std::string_view address);
  shm_region(shm_region&& other) noexcept
      : path_(std::move(other.path_)), data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  shm_region& operator=(shm_region&&) = delete;
  ~shm_region();

  pid_t owner() const noexcept;

  /// The lock under which everybody, peers too, touches the region. It does not say who holds it.
  bool is_locked() const noexcept;
  void unlock() noexcept;

  /// Ends, as failed, the sends from here to `peer` that wait for its answer. One that waits for ever would hold up
  /// the completions of all behind it, whomever they went to.
  /// \pre This is a region of our own process, and nobody reads its completion queue meanwhile. The peer will not
  /// answer.
  void end_sends(std::string_view peer) noexcept;

  /// Whether it still has its name. A region loses it when its endpoint is closed.
  bool has_name() const noexcept;
  void remove_name() noexcept;

 private:
  shm_region(std::string path, std::byte* data, std::size_t size) noexcept
      : path_(std::move(path)), data_(data), size_(size) {}

  bool is_sound() const noexcept;
  std::int64_t index_of(std::string_view peer) const noexcept;

  std::string path_;
  std::byte* data_;
  std::size_t size_;
};

}  // namespace weft::fabric
