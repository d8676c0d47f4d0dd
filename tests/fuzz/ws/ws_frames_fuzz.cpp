// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"
#include "ws/channel.hpp"

#include <cerrno>
#include <cstring>

namespace weft::fuzz {

namespace {

/// A peer whose words come a few at a time, and which then hangs up. It hears everything.
class peer final : public stream::channel {
 public:
  peer(bytes said, std::size_t step) noexcept : said_(said), step_(step) {}

  ssize_t receive(void* to, std::size_t size) noexcept override {
    if (said_.empty()) return 0;
    if (std::exchange(pause_, !pause_)) {
      errno = EAGAIN;
      return -1;
    }
    auto const some = said_.some(std::min(size, step_));
    std::memcpy(to, some.data(), some.size());
    return static_cast<ssize_t>(some.size());
  }
  ssize_t send(stream::batch& b) noexcept override { return static_cast<ssize_t>(b.bytes); }

 private:
  input said_;
  std::size_t step_;
  bool pause_ = false;
};

struct heard {
  std::string stream;
  bool ended_well = false;
};

heard listen(ws::side side, std::uint64_t most, bytes said, std::size_t step, std::size_t room) {
  ws::channel c(side, {.most = most}, std::make_unique<peer>(said, step));
  heard h;
  std::vector<char> memory(room);
  for (;;) {
    auto const n = c.receive(memory.data(), room);
    if (n > 0) {
      h.stream.append(memory.data(), static_cast<std::size_t>(n));
    } else if (n == 0) {
      h.ended_well = !c.fault().code;
      return h;
    } else {
      require(errno == EAGAIN, "it waits, or ends");
      stream::batch nothing;
      if (c.wants_to_send()) (void)c.send(nothing);
    }
  }
}

/// Lengths and bodies. \return whether there is nothing else, but for a body whose end did not come
bool is_stream_of_messages(std::string_view s, std::uint64_t most) {
  while (s.size() >= 8) {
    std::uint64_t size = 0;
    for (char const c : s.substr(0, 8)) size = size << 8 | static_cast<unsigned char>(c);
    auto const kind = size >> stream::kind_shift;
    size &= (std::uint64_t{1} << stream::kind_shift) - 1;
    if (size > most || (kind != 1 && kind != 2)) return false;
    s.remove_prefix(8);
    if (size > s.size()) return true;
    s.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

// Side; the largest message; how much comes at a time, and how much room there is; then what is said.
void run(bytes all) {
  input in(all);
  auto const side = in.byte() % 2 == 0 ? ws::side::listens : ws::side::dials;
  auto const most = std::uint64_t{1} << (in.byte() % 40);
  auto const step = 1 + std::size_t{in.byte()};
  auto const room = 1 + std::size_t{in.byte()};
  auto const piecewise = listen(side, most, in.rest(), step, room);
  auto const at_once = listen(side, most, in.rest(), in.rest().size() + 1, 1 << 16);
  require(piecewise.stream == at_once.stream, "however it is cut, the same is understood");
  require(piecewise.ended_well == at_once.ended_well, "and it ends as well, or as badly");
  require(is_stream_of_messages(at_once.stream, most), "no message is larger than allowed");
}

target const here("ws_frames", run);

}  // namespace

}  // namespace weft::fuzz
