// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/address.hpp>
#include <weft/fabric/constants.hpp>
#include <weft/fabric/offers.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct fi_info;

namespace weft::fabric {

/// One endpoint that can be opened here, as fi_getinfo(3) found it, with all its attributes. Copies are deep.
/// Thread safety: reading from any thread; no other access while one assigns.
class WEFT_API info {
 public:
  /// Takes one over. \pre not null, and not linked to another
  explicit info(fi_info* owned) noexcept : raw_(owned) {}
  info(info const& other);
  info& operator=(info const& other) { return *this = info(other); }
  info(info&&) noexcept = default;
  info& operator=(info&&) noexcept = default;

  /// As libfabric names them, and good as long as this is: "tcp;ofi_rxm", for a fabric or a domain often an interface
  /// or a network.
  ///@{
  std::string_view provider() const noexcept;
  std::string_view fabric_name() const noexcept;
  std::string_view domain_name() const noexcept;
  ///@}
  endpoint_type type() const noexcept;  ///< of the endpoints that it opens

  /// What such an endpoint can do, and what the provider wants of who uses it: of each operation, and of memory.
  /// Several bits at once are asked about as all of them.
  ///@{
  capability capabilities() const noexcept;
  bool supports(capability wanted) const noexcept { return has(capabilities(), wanted); }
  fabric::mode mode() const noexcept;
  fabric::memory_mode memory_modes() const noexcept;
  bool requires_mode(fabric::mode m) const noexcept { return has(mode(), m); }
  bool requires_memory(fabric::memory_mode m) const noexcept { return has(memory_modes(), m); }
  bool registers_locally() const noexcept { return requires_memory(memory_mode::local); }
  ///@}
  /// Order that the provider keeps between two operations to one peer.
  ordering orders() const noexcept;

  std::size_t inject_limit() const noexcept;       ///< bytes whose buffer is free when the call returns
  std::size_t max_message() const noexcept;        ///< bytes of one operation
  std::size_t iov_limit() const noexcept;          ///< pieces of one send
  std::size_t receive_iov_limit() const noexcept;  ///< pieces of one receive
  std::size_t mr_iov_limit() const noexcept;       ///< segments of one registration
  std::size_t key_bytes() const noexcept;          ///< of a remote key
  std::size_t data_bytes() const noexcept;         ///< of remote completion queue data
  std::size_t send_depth() const noexcept;         ///< operations in flight
  std::size_t receive_depth() const noexcept;      ///< receives posted at a time
  unsigned tag_bits() const noexcept;              ///< bits of a tag that are the caller's; 0: there are no tags

  raw_address source() const;       ///< local; empty when the provider will choose
  raw_address destination() const;  ///< what a node asked for as a remote one has become; else empty

  /// In words, for people.
  offer describe() const;

  fi_info* native_handle() const noexcept { return raw_.get(); }  ///< stays this one's; calls may write to it
  fi_info* operator->() const noexcept { return raw_.get(); }     ///< of native_handle(): fields without a name here

 private:
  struct WEFT_API free_info {
    void operator()(fi_info*) const noexcept;
  };
  std::unique_ptr<fi_info, free_info> raw_;
};

/// Whose address `node` and `service` are.
enum class end { remote, local };

/// What discover() looks for: fi_getinfo(3). A default asks for nothing. Asked for are things that weft::fabric can
/// work with: all memory modes but raw, mmu_notify, rma_event, hmem and collective, and both context
/// modes.
struct hints {
  std::string node = {};                            ///< name, number, or for shm a name of its own; empty: not asked
  std::string service = {};                         ///< port
  end of = end::remote;                             ///< whose they are; local ones are bound to
  std::string provider = {};                        ///< exactly this one: "tcp" does not find "tcp;ofi_rxm"
  std::string fabric = {};                          ///< exactly this one, likewise
  std::string domain = {};                          ///< the interface or device, likewise
  endpoint_type type = endpoint_type::unspecified;  ///< of endpoint; unspecified: any of them
  capability capabilities = capability::none;       ///< all of them, at least
  fabric::mode mode = fabric::mode::context | fabric::mode::context2;  ///< what the caller puts up with
  std::optional<fabric::memory_mode> memory = {};                ///< likewise; nothing: all that weft::fabric handles
  ordering orders = ordering::none;                              ///< that is kept, at least
  fabric::threading threading = fabric::threading::safe;         ///< less than safe: the caller sees to turns
  progress control = progress::unspecified;                      ///< of connections and look-ups
  progress data = progress::unspecified;                         ///< of messages, RMA and atomics
  resource_management resources = resource_management::enabled;  ///< a full queue says so, and loses nothing
  address_table table = address_table::unspecified;              ///< the kind of address vector
  std::size_t send_depth = 0;                                    ///< operations in flight; 0: the provider's default
  std::size_t receive_depth = 0;                                 ///< receives posted at a time, likewise
  std::size_t inject = 0;                                        ///< bytes at least; 0: the provider's default
};

/// What can be opened here, best first as libfabric ranks it. Takes milliseconds.
/// Thread safety: any thread.
/// \return std::errc::no_message_available when there is none, with words that name what was asked for
WEFT_API setup<std::vector<info>> discover(hints const& = {});

/// Whether anything would be found with that type of endpoint, before it is opened: some providers crash when they are
/// asked to open what they do not have.
WEFT_API bool supports_endpoint_type(hints, endpoint_type);

}  // namespace weft::fabric
