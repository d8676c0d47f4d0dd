// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/endpoint.hpp>
#include <weft/result.hpp>

#include "fabric/error.hpp"
#include "fabric/shm_guard.hpp"

#include <rdma/fi_cm.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_tagged.h>

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace weft::fabric {

struct endpoint_options {
  std::size_t send_depth = 0;     ///< operations in flight wished for; 0, or more than there is: the provider's default
  std::size_t receive_depth = 0;  ///< receives posted at a time, likewise
  std::string name;               ///< shm only: the region's exact name in /dev/shm; empty: the library's choice
};

/// What weft's transport wants of an endpoint: reliable, for any number of peers, tagged messages and nothing between
/// the call and libfabric's.
///
/// Posting calls return what libfabric returns: 0, or a negative FI_* number (see is_again() and error()).
/// They are for any thread, at once. Operations, and the memory of what is posted, must outlive their completions or
/// the endpoint.
class rdm_endpoint {
 public:
  static setup<std::unique_ptr<rdm_endpoint>> open(std::shared_ptr<domain const>, endpoint_options const& = {});

  completion_queue& completions() noexcept { return *endpoint_->sends(); }
  std::shared_ptr<fabric::domain const> const& domain() const noexcept { return endpoint_->domain(); }
  fabric::info const& info() const noexcept { return domain()->info(); }
  fabric::endpoint const& face() const noexcept { return *endpoint_; }

  raw_address const& address() const noexcept { return address_; }
  std::string address_text() const { return text(address_); }
  std::string text(std::span<std::byte const> raw) const { return endpoint_->peers()->text(raw); }

  std::size_t inject_size() const noexcept { return endpoint_->inject_limit(); }
  std::size_t max_message() const noexcept { return endpoint_->max_message(); }
  unsigned tag_bits() const noexcept { return info().tag_bits(); }
  std::size_t send_depth() const noexcept { return endpoint_->send_depth(); }
  std::size_t receive_depth() const noexcept { return endpoint_->receive_depth(); }
  std::size_t max_pieces() const noexcept { return endpoint_->info().iov_limit(); }  ///< of a tsendv()

  /// Makes a peer known. Its address is checked first: it may come from anywhere.
  result<fi_addr_t> insert(std::span<std::byte const> raw);
  std::error_code remove(fi_addr_t p) noexcept { return endpoint_->peers()->remove(peer(p)); }
  /// Ends the sends to a peer whose process has died, or whose endpoint is closed, where the provider would keep them
  /// for ever, and all completions behind them with them (shm). To be called by the thread that reads the completion
  /// queue.
  void end_sends_to_dead(fi_addr_t p) noexcept {
    if (endpoint_->guard_) endpoint_->guard_->end_sends(p);
  }

  long tsend(operation& op, void const* data, std::size_t bytes, void* descriptor, fi_addr_t to,
             std::uint64_t tag) noexcept {
    return fi_tsend(native_, data, bytes, descriptor, to, tag, op.native_handle());
  }
  /// Several pieces as one message. \pre at most max_pieces(); descriptors is null or as long
  long tsendv(operation& op, std::span<iovec const> pieces, void** descriptors, fi_addr_t to,
              std::uint64_t tag) noexcept {
    return fi_tsendv(native_, pieces.data(), descriptors, pieces.size(), to, tag, op.native_handle());
  }
  /// Copies: the memory is free on return, and there is no completion. \pre bytes <= inject_size()
  long tinject(void const* data, std::size_t bytes, fi_addr_t to, std::uint64_t tag) noexcept {
    return fi_tinject(native_, data, bytes, to, tag);
  }
  /// From any peer. A set bit in `ignore` is one in which tags may differ. Some providers take no more than
  /// receive_depth() at a time, and shm calls its full queue a lack of memory.
  long trecv(operation& op, void* data, std::size_t bytes, void* descriptor, std::uint64_t tag,
             std::uint64_t ignore) noexcept {
    long const rc = fi_trecv(native_, data, bytes, descriptor, FI_ADDR_UNSPEC, tag, ignore, op.native_handle());
    return rc == -FI_ENOMEM ? -FI_EAGAIN : rc;
  }
  /// Ends a posted receive in FI_ECANCELED. For a send it does nothing, in every provider seen.
  long cancel(operation& op) noexcept { return fi_cancel(&native_->fid, op.native_handle()); }

 private:
  explicit rdm_endpoint(std::unique_ptr<endpoint> e)
      : endpoint_(std::move(e)), native_(endpoint_->native_handle()), address_(endpoint_->address()) {}

  std::unique_ptr<endpoint> endpoint_;
  fid_ep* native_;
  raw_address address_;
};

}  // namespace weft::fabric
