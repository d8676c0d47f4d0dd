// SPDX-License-Identifier: MIT
#include "stream/hub.hpp"

#include "stream/connection.hpp"
#include "stream/flow.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace weft::stream {

std::uint64_t largest_frame(ext::handshake const& h) noexcept {
  // REQ, REP and SURVEYOR, RESPONDENT have a stack of hops, PAIR v1 counts them in one word, the others have nothing.
  auto const family = h.self >> 4;
  std::uint64_t const words = family == 3 || family == 6 ? header::capacity : h.self == 0x11 ? 1 : 0;
  return std::min<std::uint64_t>(h.max_message, std::uint64_t{1} << 60) + 4 * words;
}

std::shared_ptr<lane> hub::lane_of(std::uint64_t socket) {
  if (auto const it = lanes_.find(socket); it != lanes_.end() && socket != 0)
    if (auto known = it->second.lock()) return known;
  std::erase_if(lanes_, [](auto const& entry) { return entry.second.expired(); });
  auto fresh = std::make_shared<lane>(reactor_);
  reactor_.add(fresh, socket);
  if (socket != 0) lanes_[socket] = fresh;
  return fresh;
}

std::unique_ptr<ext::connection> hub::connect(established e, framing f, ext::handshake const& h, std::string peer) {
  auto made = std::make_shared<flow>(lane_of(h.socket), std::move(e), f, largest_frame(h), std::move(peer));
  return std::make_unique<connection>(std::move(made), vigil_);
}

ext::connection_result hub::take_in(setup<established> r, framing f, ext::handshake const& h, std::string const& name,
                                    std::string peer) try {
  if (!r) return r.error();
  return connect(*std::move(r), f, h, std::move(peer));
} catch (std::system_error const& why) {
  return failure{why.code(), name + ": " + why.what()};
}

}  // namespace weft::stream
