// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/address.hpp>
#include <weft/fabric/event_queue.hpp>
#include <weft/fabric/info.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <system_error>

namespace weft::fabric {

class network;

/// Listens for connections (MSG endpoints): fi_passive_ep(3), fi_listen(3). A request comes as an event in events();
/// who wants it opens an endpoint with event::request in a domain of the same network, and accepts.
///
/// Thread safety: any thread. Endpoints that were accepted live on when it closes.
class WEFT_API passive_endpoint {
 public:
  /// Listening at the local address of the info: hints{.of = end::local}. Without an event queue it makes one.
  static setup<std::unique_ptr<passive_endpoint>> open(std::shared_ptr<network const>, info const& of,
                                                       std::shared_ptr<event_queue> = nullptr);

  std::shared_ptr<event_queue> const& events() const noexcept { return events_; }     ///< where requests come
  std::shared_ptr<network const> const& parent() const noexcept { return network_; }  ///< accepted endpoints are in it
  raw_address address() const;  ///< with the port that the system has chosen, if none was asked for

  /// Waits for a request of its own in events(): event::request is set. Events of other kinds that come to it are
  /// dropped. \return errc::canceled, timed_out; or what has failed
  result<event> next_request(op_options const&);
  /// `why` comes to the peer, as the `refusal` of its endpoint::connect(): at most endpoint::cm_data_limit() bytes.
  /// \return misuse::not_offered for an event that is no request
  std::error_code reject(event const& request, std::span<std::byte const> why) noexcept;

  fid_pep* native_handle() const noexcept { return endpoint_.get(); }  ///< for other calls; stays this one's

 private:
  passive_endpoint(std::shared_ptr<network const>, std::shared_ptr<event_queue>, info of) noexcept;

  std::shared_ptr<network const> network_;
  std::shared_ptr<event_queue> events_;
  info of_;  // sockets goes on using it
  handle<fid_pep> endpoint_;
};

}  // namespace weft::fabric
