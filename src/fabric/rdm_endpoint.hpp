// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include "fabric/port.hpp"
#include "fabric/shm_guard.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace weft::fabric {

struct endpoint_options {
  std::size_t send_depth = 0;     ///< operations in flight wished for; 0, or more than there is: the provider's default
  std::size_t receive_depth = 0;  ///< receives posted at a time, likewise
  std::string name;               ///< shm only: the region's exact name in /dev/shm; empty: the library's choice
};

/// An endpoint for any number of peers: reliable, with tagged messages.
class rdm_endpoint : public port {
 public:
  static setup<std::unique_ptr<rdm_endpoint>> open(std::shared_ptr<fabric::domain const>, endpoint_options const& = {});

  raw_address const& address() const noexcept { return address_; }
  std::string address_text() const { return text(address_); }
  std::string text(std::span<std::byte const> raw) const { return endpoint_->peers()->text(raw); }
  unsigned tag_bits() const noexcept { return info().tag_bits(); }

  /// Makes a peer known. Its address is checked first: it may come from anywhere.
  result<fi_addr_t> insert(std::span<std::byte const> raw);
  std::error_code remove(fi_addr_t p) noexcept { return endpoint_->peers()->remove(peer(p)); }
  /// Ends the sends to a peer whose process has died, or whose endpoint is closed, where the provider would keep them
  /// for ever, and all completions behind them with them (shm). To be called by the thread that reads the completion
  /// queue.
  void end_sends_to_dead(fi_addr_t p) noexcept {
    if (endpoint_->guard_) endpoint_->guard_->end_sends(p);
  }

 private:
  explicit rdm_endpoint(std::unique_ptr<endpoint> e) : port(std::move(e)), address_(endpoint_->address()) {}

  raw_address address_;
};

}  // namespace weft::fabric
