// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/constants.hpp>

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace weft::fabric {

/// What libfabric is given of each operation for its own use: as much as the mode FI_CONTEXT2 asks for.
inline constexpr std::size_t operation_context_bytes = 64;

/// How an operation ended: fi_cq(3). With an error only `error`, `provider_error` and, for FI_ETRUNC, `missing` mean
/// something: providers leave rubbish in the rest.
struct completion {
  std::error_code error;                          ///< nothing when it has done what it was to do
  std::size_t bytes = 0;                          ///< received; 0 for a send
  std::uint64_t tag = 0;                          ///< of a received message
  completion_flag flags = completion_flag::none;  ///< what it was
  std::uint64_t data = 0;                         ///< the sender's, with completion_flag::remote_cq_data
  std::size_t missing = 0;                        ///< bytes that did not fit; some providers say 0 even then
  int provider_error = 0;                         ///< for completion_queue::text()
  fabric::peer source = fabric::peer::any;        ///< who sent it, from a queue with sources; `any`: not known
  std::byte* at = nullptr;                        ///< in the buffer of a multi-receive: where the message begins
};

/// One posted send, receive, RMA or atomic. Embed it in whatever the completion is about; libfabric keeps
/// its address, and writes to it, until the completion or the close of the endpoint: so it neither
/// moves nor copies, and lives that long. Where that is too much to ask, see completion_context.
/// Thread safety: one completion at a time, in the thread that drives the completion queue.
class operation {
 public:
  operation(operation const&) = delete;
  operation& operator=(operation const&) = delete;

  /// What libfabric is given, and gives back: the operation's own address.
  void* native_handle() noexcept { return context_; }

  /// Runs the callback, in this thread: what completion_queue::dispatch() and entry::complete() do.
  void complete(completion const& c) noexcept { on_complete_(*this, c); }

  /// What runs at an end: libfabric is done with the operation, which may be posted again, or destroyed. Of a receive
  /// with operation_flag::multi_recv that is so at the end with completion_flag::multi_recv only.
  using callback = void (*)(operation&, completion const&) noexcept;
  /// Whether it is one of those that end in this function.
  bool ends_in(callback f) const noexcept { return on_complete_ == f; }

 protected:
  /// The same callback for each of its ends. \pre not null
  explicit operation(callback f) noexcept : on_complete_(f) {}
  ~operation() = default;

 private:
  alignas(std::uint64_t) std::byte context_[operation_context_bytes]{};  // first: its address is the operation's
  callback on_complete_;
};

static_assert(std::is_standard_layout_v<operation>);

}  // namespace weft::fabric
