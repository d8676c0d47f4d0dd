// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "fabric/address.hpp"
#include "fabric/completion_queue.hpp"
#include "fabric/domain.hpp"
#include "fabric/error.hpp"
#include "fabric/handle.hpp"
#include "fabric/operation.hpp"
#include "fabric/shm_guard.hpp"
#include "fabric/shm_neighbours.hpp"

#include <rdma/fi_cm.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_tagged.h>

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

namespace weft::fabric {

struct endpoint_options {
  std::size_t send_depth = 0;     ///< operations in flight wished for; 0, or more than there is: the provider's default
  std::size_t receive_depth = 0;  ///< receives posted at a time, likewise
  std::string name;               ///< shm only: the region's exact name in /dev/shm; empty: the library's choice
};

/// A reliable endpoint that reaches any number of peers, with its address vector and its completion queue,
/// bound and enabled: it receives from the moment it exists.
///
/// Posting calls return what libfabric returns: 0, or a negative FI_* number (see is_again() and error()).
/// They are for any thread, at once. Operations, and the memory of what is posted, must outlive their completions or
/// the endpoint.
class rdm_endpoint {
 public:
  static setup<std::unique_ptr<rdm_endpoint>> open(std::shared_ptr<domain const>, endpoint_options const& = {});
  rdm_endpoint(rdm_endpoint const&) = delete;
  rdm_endpoint& operator=(rdm_endpoint const&) = delete;
  ~rdm_endpoint();

  completion_queue& completions() noexcept { return *completions_; }
  fabric::domain const& domain() const noexcept { return *domain_; }
  fabric::info const& info() const noexcept { return domain_->info(); }
  fid_ep* get() const noexcept { return endpoint_.get(); }

  raw_address const& address() const noexcept { return address_; }
  std::string address_text() const { return text(address_); }
  std::string text(std::span<std::byte const> raw) const;

  std::size_t inject_size() const noexcept { return inject_size_; }
  std::size_t max_message() const noexcept { return max_message_; }
  unsigned tag_bits() const noexcept { return info().tag_bits(); }
  std::size_t send_depth() const noexcept { return send_depth_; }
  std::size_t receive_depth() const noexcept { return receive_depth_; }
  std::size_t max_pieces() const noexcept { return max_pieces_; }  ///< of a tsendv()

  /// Makes a peer known. Its address is checked first: it may come from anywhere.
  result<fi_addr_t> insert(std::span<std::byte const> raw);
  std::error_code remove(fi_addr_t peer) noexcept;
  /// Ends the sends to a peer whose process has died, or whose endpoint is closed, where the provider would keep them
  /// for ever, and all completions behind them with them (shm). To be called by the thread that reads the completion
  /// queue.
  void end_sends_to_dead(fi_addr_t peer) noexcept {
    if (guard_) guard_->end_sends(peer);
  }

  long tsend(operation& op, void const* data, std::size_t bytes, void* descriptor, fi_addr_t to,
             std::uint64_t tag) noexcept {
    return fi_tsend(endpoint_.get(), data, bytes, descriptor, to, tag, op.context());
  }
  /// Several pieces as one message. \pre at most max_pieces(); descriptors is null or as long
  long tsendv(operation& op, std::span<iovec const> pieces, void** descriptors, fi_addr_t to,
              std::uint64_t tag) noexcept {
    return fi_tsendv(endpoint_.get(), pieces.data(), descriptors, pieces.size(), to, tag, op.context());
  }
  /// Copies: the memory is free on return, and there is no completion. \pre bytes <= inject_size()
  long tinject(void const* data, std::size_t bytes, fi_addr_t to, std::uint64_t tag) noexcept {
    return fi_tinject(endpoint_.get(), data, bytes, to, tag);
  }
  /// From any peer. A set bit in `ignore` is one in which tags may differ. Some providers take no more than
  /// receive_depth() at a time, and shm calls its full queue a lack of memory.
  long trecv(operation& op, void* data, std::size_t bytes, void* descriptor, std::uint64_t tag,
             std::uint64_t ignore) noexcept {
    long const rc = fi_trecv(endpoint_.get(), data, bytes, descriptor, FI_ADDR_UNSPEC, tag, ignore, op.context());
    return rc == -FI_ENOMEM ? -FI_EAGAIN : rc;
  }
  /// Ends a posted receive in FI_ECANCELED. For a send it does nothing, in every provider seen.
  long cancel(operation& op) noexcept { return fi_cancel(&endpoint_->fid, op.context()); }

 private:
  explicit rdm_endpoint(std::shared_ptr<fabric::domain const> in) noexcept : domain_(std::move(in)) {}

  struct parts;

  std::optional<failure> make(endpoint_options const&);
  std::optional<failure> make_endpoint(endpoint_options const&);
  std::optional<failure> bind_and_enable(std::string const& name);
  std::optional<failure> learn_address();

  // Closed from the last to the first: the endpoint before what it is bound to.
  std::shared_ptr<fabric::domain const> domain_;
  handle<fid_av> peers_;
  std::unique_ptr<completion_queue> completions_;
  std::unique_ptr<shm_guard> guard_;  // closing can hang on a dead peer's lock, too
  handle<fid_ep> endpoint_;

  // shm: see shm_neighbours.
  std::map<fi_addr_t, std::shared_ptr<shm_neighbours::house>> neighbours_;
  std::shared_ptr<shm_neighbours::house> house_;
  std::mutex neighbours_mutex_;

  raw_address address_;
  std::size_t inject_size_ = 0;
  std::size_t max_message_ = 0;
  std::size_t max_pieces_ = 1;
  std::size_t send_depth_ = 0;
  std::size_t receive_depth_ = 0;
};

}  // namespace weft::fabric
