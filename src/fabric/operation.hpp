// SPDX-License-Identifier: MIT
#pragma once

#include <rdma/fabric.h>

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace weft::fabric {

/// How an operation ended. With an error only `error`, `provider_error` and, for FI_ETRUNC, `missing` mean
/// something: providers leave rubbish in the rest.
struct completion {
  std::error_code error;
  std::size_t bytes = 0;    ///< received; 0 for a send
  std::uint64_t tag = 0;    ///< of a received message
  std::uint64_t flags = 0;  ///< FI_SEND, FI_RECV, FI_REMOTE_CQ_DATA, ...
  std::uint64_t data = 0;   ///< the sender's, with FI_REMOTE_CQ_DATA
  std::size_t missing = 0;  ///< bytes that did not fit; some providers say 0 even then
  int provider_error = 0;   ///< for completion_queue::text()
};

/// One posted send, receive or RMA. Embed it in whatever the completion is about; libfabric keeps
/// its address, and writes to it, until the completion or the close of the endpoint: so it neither
/// moves nor copies, and lives that long.
class operation : fi_context2 {
 public:
  operation(operation const&) = delete;
  operation& operator=(operation const&) = delete;

  void* context() noexcept { return static_cast<fi_context2*>(this); }
  static operation& from(void* context) noexcept {
    return static_cast<operation&>(*static_cast<fi_context2*>(context));
  }

  void complete(completion const& c) noexcept { on_complete_(*this, c); }

 protected:
  using callback = void (*)(operation&, completion const&) noexcept;

  explicit operation(callback f) noexcept : fi_context2{}, on_complete_(f) {}
  ~operation() = default;

 private:
  callback on_complete_;
};

}  // namespace weft::fabric
