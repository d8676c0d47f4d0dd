// SPDX-License-Identifier: MIT
#pragma once

#include "transports/stream/wire.hpp"
#include "ws/channel.hpp"

#include <string>
#include <string_view>

namespace weft::ws {

/// A frame as it stands on the wire; with a mask, as clients send it.
inline std::string frame(unsigned first, std::string_view payload, bool masked = true) {
  std::string text(1, static_cast<char>(first));
  auto const n = payload.size();
  std::size_t const wide = n < 126 ? 0 : n < 65536 ? 2 : 8;
  text += static_cast<char>((wide == 0 ? n : wide == 2 ? 126 : 127) | (masked ? 0x80 : 0));
  for (std::size_t i = wide; i-- > 0;) text += static_cast<char>(n >> 8 * i);
  if (!masked) return text += payload;
  std::string_view const key = "\x12\x34\x56\x78";
  text += key;
  for (std::size_t i = 0; i != n; ++i) text += static_cast<char>(payload[i] ^ key[i % 4]);
  return text;
}

/// What a peer says that closes with the code.
inline std::string close_frame(unsigned code, bool masked = false) {
  return frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code)}, masked);
}

/// A channel that listens and one that dials, each with the other end of its descriptor.
struct channel_end {
  explicit channel_end(side s, manners how = {1 << 20}) : channel_end(s, how, stream::connected_fds()) {}
  channel_end(side s, manners how, std::pair<base::unique_fd, base::unique_fd> fds)
      : far(std::move(fds.second)),
        fd(std::move(fds.first)),
        near(s, how, std::make_unique<stream::direct>(fd.get())) {}

  /// Everything there is, as messages with their lengths in front.
  std::string receive(std::size_t at_a_time = 100'000) {
    std::string all, text(at_a_time, '\0');
    while ((result = near.receive(text.data(), text.size())) > 0)
      all += text.substr(0, static_cast<std::size_t>(result));
    return all;
  }
  ssize_t send(std::string_view text) {
    stream::batch b;
    if (!text.empty()) b.add(text.data(), text.size());
    return near.send(b);
  }
  std::error_code ends() {
    (void)receive();
    BOOST_TEST(result == 0);
    near.farewell();
    return near.fault().code;
  }

  stream::far_end far;
  base::unique_fd fd;
  channel near;
  ssize_t result = 0;
};

}  // namespace weft::ws
