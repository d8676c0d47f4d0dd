// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/domain.hpp>
#include <weft/message.hpp>

#include <cstddef>
#include <memory>

namespace weft::ofi {

/// Where large bodies are received: in blocks that stay registered with the domain, and come back when their messages
/// are gone; and in ordinary memory where the provider wants no registration, or the body is very large.
/// Such a message that is sent on over the same domain needs no registration either.
/// Thread safety: any thread. Messages may outlive it.
class body_store {
 public:
  static constexpr std::size_t smallest = std::size_t{32} << 10;  // blocks, in powers of two
  static constexpr std::size_t largest = std::size_t{16} << 20;
  static constexpr std::size_t most_kept = std::size_t{64} << 20;  // that nobody uses

  explicit body_store(fabric::domain const&);
  body_store(body_store const&) = delete;
  body_store& operator=(body_store const&) = delete;
  ~body_store();

  /// A body of so many bytes, to be written. \throws std::bad_alloc
  message make(std::size_t bytes);
  std::size_t kept() const noexcept;  ///< bytes that wait for a message

 private:
  struct state;
  struct registered_block;

  std::shared_ptr<state> state_;  // null where nothing is registered
};

}  // namespace weft::ofi
