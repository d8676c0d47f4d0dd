// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/operation.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <any>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace weft::fabric {

class completion_queue;
class endpoint;
struct transfer;

/// An operation whose memory weft::fabric looks after, for endpoint::start_...(): one at a time, and another as soon as
/// that has ended, or a context for each. It may go away at any time: what libfabric still uses lives on in the
/// endpoint, until the completion or the end of the endpoint. Copies are the same context.
///
/// Thread safety: any thread, but for on_complete() and add_cleanup(), which want nothing in flight.
class WEFT_API completion_context {
 public:
  /// One with nothing in flight, that tells nobody.
  completion_context();

  /// Told how each operation ends, in the thread that drives the completion queue; not when the context was released
  /// before. Replaces the one before.
  void on_complete(std::function<void(completion const&)>);
  /// Run once: when the context is released or the last copy of it goes away, and nothing of it is in flight.
  void add_cleanup(std::function<void()>);

  /// The caller's own.
  std::any& value() noexcept;

  bool is_busy() const noexcept;      ///< an operation has been started and has not ended
  bool is_released() const noexcept;  ///< by release() of any of its copies

  /// How the last operation ended. \pre !is_busy()
  completion const& last() const noexcept;
  /// What the last operation received. \pre !is_busy()
  std::span<std::byte const> bytes() const noexcept;

  /// Until it is not busy. \return errc::canceled, timed_out: then it still is
  std::error_code wait(completion_queue&, op_options const& = {});

  /// Nothing is started with it any more (misuse::context_released), and it is told of no completion. A second time
  /// does nothing.
  void release() noexcept;

  /// The context whose operation that is: what a loop over completion_queue::read() asks. Empty for an operation that
  /// is no context's, or of a context that was released.
  static std::optional<completion_context> of(operation const&) noexcept;

 private:
  friend class endpoint;
  explicit completion_context(std::shared_ptr<transfer> t) noexcept;

  std::shared_ptr<transfer> transfer_;
};

}  // namespace weft::fabric
