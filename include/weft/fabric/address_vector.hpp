// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/address.hpp>
#include <weft/fabric/constants.hpp>
#include <weft/fabric/handle.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace weft::fabric {

class domain;
class shm_guard;
struct acquaintances;

/// What an address vector is made for: fi_av(3).
struct address_vector_options {
  address_table table = address_table::table;  ///< how peers are numbered
  std::size_t count = 0;                       ///< peers expected; 0: the provider's default
};

/// The peers that connectionless endpoints can reach: fi_av(3). Shared by the endpoints that are opened with it.
///
/// Thread safety: any thread. A peer must not be removed while a send to it is being posted.
class WEFT_API address_vector {
 public:
  /// Empty. An endpoint is opened with it as endpoint_bindings::peers.
  static setup<std::shared_ptr<address_vector>> open(std::shared_ptr<domain const>, address_vector_options const& = {});
  ~address_vector();
  address_vector(address_vector const&) = delete;
  address_vector& operator=(address_vector const&) = delete;

  /// Makes a peer known by the bytes of its endpoint::address(). They may come from anywhere: what cannot be an address
  /// of this provider is refused (std::errc::invalid_argument) before libfabric reads it.
  result<peer> insert(std::span<std::byte const> raw);
  /// By name and port: fi_av_insertsvc, and where the provider has none (shm, rxd) what discover() finds.
  /// Takes as long as a name look-up.
  result<peer> insert_service(std::string const& node, std::string const& service);
  /// Sends that are in flight to it may end in any way, or never.
  std::error_code remove(peer) noexcept;

  /// The address of a peer.
  result<raw_address> lookup(peer) const;
  /// For people; "(no address)" for what is none.
  std::string text(std::span<std::byte const> raw) const;

  fid_av* native_handle() const noexcept { return av_.get(); }  ///< for other calls; stays this one's

 private:
  friend class endpoint;

  explicit address_vector(std::shared_ptr<domain const> in);

  bool is_plausible(std::span<std::byte const> raw) const noexcept;
  // An endpoint is bound: what its address looks like, and who guards its shared memory, if that is what it has.
  void bound(raw_address const& own, std::shared_ptr<shm_guard> const&);
  std::shared_ptr<fid_av> const& shared_handle() const noexcept { return av_; }

  std::shared_ptr<domain const> domain_;
  std::shared_ptr<fid_av> av_;  // shared with what is left of endpoints over shm: see shm_neighbours
  std::unique_ptr<acquaintances> known_;
};

}  // namespace weft::fabric
