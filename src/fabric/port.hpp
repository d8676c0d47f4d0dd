// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_endpoint.h>
#include <rdma/fi_rma.h>
#include <rdma/fi_tagged.h>

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace weft::fabric {

/// Where weft's transport posts: an endpoint, and nothing between the call and libfabric's. Tags are for RDM endpoints
/// alone; on a connected (MSG) endpoint messages have none, and meet receives in their order.
///
/// Posting calls return what libfabric returns: 0, or a negative FI_* number (see is_again() and error()).
/// They are for any thread, at once. Operations, and the memory of what is posted, must outlive their completions or
/// the endpoint.
class port {
 public:
  completion_queue& completions() noexcept { return *endpoint_->sends(); }
  std::shared_ptr<fabric::domain const> const& domain() const noexcept { return endpoint_->domain(); }
  fabric::info const& info() const noexcept { return domain()->info(); }
  fabric::endpoint const& face() const noexcept { return *endpoint_; }

  std::size_t inject_size() const noexcept { return endpoint_->inject_limit(); }
  std::size_t max_message() const noexcept { return endpoint_->max_message(); }
  std::size_t send_depth() const noexcept { return endpoint_->send_depth(); }
  std::size_t receive_depth() const noexcept { return endpoint_->receive_depth(); }
  std::size_t max_pieces() const noexcept { return endpoint_->info().iov_limit(); }  ///< of a tsendv()

  long tsend(operation& op, void const* data, std::size_t bytes, void* descriptor, fi_addr_t to,
             std::uint64_t tag) noexcept {
    if (!tagged_) return fi_send(native_, data, bytes, descriptor, to, op.native_handle());
    return fi_tsend(native_, data, bytes, descriptor, to, tag, op.native_handle());
  }
  /// Several pieces as one message. \pre at most max_pieces(); descriptors is null or as long
  long tsendv(operation& op, std::span<iovec const> pieces, void** descriptors, fi_addr_t to,
              std::uint64_t tag) noexcept {
    if (!tagged_) return fi_sendv(native_, pieces.data(), descriptors, pieces.size(), to, op.native_handle());
    return fi_tsendv(native_, pieces.data(), descriptors, pieces.size(), to, tag, op.native_handle());
  }
  /// Copies: the memory is free on return, and there is no completion. \pre bytes <= inject_size()
  long tinject(void const* data, std::size_t bytes, fi_addr_t to, std::uint64_t tag) noexcept {
    return tagged_ ? fi_tinject(native_, data, bytes, to, tag) : fi_inject(native_, data, bytes, to);
  }
  /// From any peer. A set bit in `ignore` is one in which tags may differ. Some providers take no more than
  /// receive_depth() at a time, and shm calls its full queue a lack of memory.
  long trecv(operation& op, void* data, std::size_t bytes, void* descriptor, std::uint64_t tag,
             std::uint64_t ignore) noexcept {
    long const rc = tagged_
                        ? fi_trecv(native_, data, bytes, descriptor, FI_ADDR_UNSPEC, tag, ignore, op.native_handle())
                        : fi_recv(native_, data, bytes, descriptor, FI_ADDR_UNSPEC, op.native_handle());
    return rc == -FI_ENOMEM ? -FI_EAGAIN : rc;
  }
  /// Out of a peer's memory. \param key and \param address what the peer calls it
  long read(operation& op, void* data, std::size_t bytes, void* descriptor, fi_addr_t from, std::uint64_t address,
            std::uint64_t key) noexcept {
    return fi_read(native_, data, bytes, descriptor, from, address, key, op.native_handle());
  }
  /// Ends a posted receive in FI_ECANCELED. For a send it does nothing, in every provider seen.
  long cancel(operation& op) noexcept { return fi_cancel(&native_->fid, op.native_handle()); }

 protected:
  explicit port(std::unique_ptr<endpoint> e) noexcept
      : endpoint_(std::move(e)),
        native_(endpoint_->native_handle()),
        tagged_(endpoint_->type() != endpoint_type::msg) {}
  ~port() = default;

  std::unique_ptr<endpoint> endpoint_;
  fid_ep* native_;

 private:
  bool tagged_;
};

}  // namespace weft::fabric
