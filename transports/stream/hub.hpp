// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "stream/channel.hpp"
#include "stream/frame.hpp"
#include "stream/lane.hpp"
#include "stream/vigil.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace weft::stream {

/// What the connections of one transport share: a lane for each socket, and the vigil.
/// Used on the loop only.
class hub {
 public:
  explicit hub(ext::reactor& r) : reactor_(r), vigil_(std::make_shared<vigil>(r)) {}

  ext::reactor& reactor() noexcept { return reactor_; }

  /// The connection of two ends that have shaken hands. \throws std::system_error, std::bad_alloc
  std::unique_ptr<ext::connection> connect(established, framing, ext::handshake const&, std::string peer);
  /// The same for what may have failed, or fails now.
  ext::connection_result take_in(setup<established>, framing, ext::handshake const&, std::string const& name,
                                 std::string peer);

 private:
  std::shared_ptr<lane> lane_of(std::uint64_t socket);

  ext::reactor& reactor_;
  std::shared_ptr<vigil> vigil_;
  std::map<std::uint64_t, std::weak_ptr<lane>> lanes_;
};

/// The most bytes in a frame for a socket: its limit is for bodies, and some protocols have words in front of them.
std::uint64_t largest_frame(ext::handshake const&) noexcept;

}  // namespace weft::stream
