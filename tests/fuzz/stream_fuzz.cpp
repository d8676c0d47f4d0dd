// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"
#include "stream/inbox.hpp"

#include <cstdlib>
#include <cstring>

namespace weft::fuzz {

namespace {

struct told final : ext::connection_events, ext::message_source {
  explicit told(stream::inbox& from) : box(from) {}
  void on_message(message&& m) noexcept override { bodies.push_back(text(m.body())); }
  void on_unread(message&&) noexcept override { std::abort(); }  // an inbox never says that
  void on_writable(unsigned) noexcept override {}
  void on_closed(std::error_code) noexcept override {}

  // They stay where they are until the decoder has returned.
  void on_messages(ext::message_source&, unsigned n, std::uint64_t) noexcept override { untaken += n; }
  bool take(message& m) noexcept override {
    box.take(m);
    return true;
  }
  void take_all() {
    for (message m; untaken > 0; --untaken) {
      take(m);
      bodies.push_back(text(m.body()));
    }
  }

  stream::inbox& box;
  unsigned untaken = 0;
  std::vector<std::string> bodies;
};

struct decoded {
  std::vector<std::string> bodies;
  bool ends_well = true;
  bool torn = false;
};

// The same, byte by byte, as one would write it first.
decoded decode(stream::framing f, std::uint64_t most, bytes all) {
  decoded d;
  for (auto const prefix = stream::prefix_size(f); !all.empty();) {
    std::uint64_t size = 0;
    for (auto i = prefix - 8; i < prefix && i < all.size(); ++i) size = size << 8 | std::to_integer<unsigned>(all[i]);
    bool const marked = f == stream::framing::tcp || all[0] == std::byte{1};
    if (!marked || (all.size() >= prefix && size > most)) {
      d.ends_well = false;
      return d;
    }
    d.torn = all.size() < prefix || size > all.size() - prefix;
    if (d.torn) return d;
    d.bodies.push_back(text(all.subspan(prefix, static_cast<std::size_t>(size))));
    all = all.subspan(prefix + static_cast<std::size_t>(size));
  }
  return d;
}

// As a flow does it: the reader and the decoder take turns.
class tandem {
 public:
  tandem(stream::framing f, std::uint64_t most) : box_(f, most, spare_) {}

  void read(bytes some) {
    while (!some.empty() && !why_) {
      if (box_.ready()) {
        granted_ = 1 + static_cast<unsigned>(come_ % 40);
        deliver();
        continue;
      }
      auto const room = box_.room();
      require(!room.empty(), "there is room whenever it is the reader's turn");
      require(room.size() <= (std::size_t{2} << 20) + 2 * come_, "memory grows with what has come, not with claims");
      auto const n = std::min(room.size(), some.size());
      std::memcpy(room.data(), some.data(), n);
      come_ += n;
      some = some.subspan(n);
      (void)box_.took(n);
    }
  }
  void end() {
    if (why_) return;
    if (box_.ready()) deliver(true);
    if (why_) return;
    box_.end();
    deliver();
  }

  void deliver(bool all = false) {
    why_ = box_.deliver(told_, granted_, &told_, all);
    // Some are taken from where they came, others are set aside first.
    if (come_ % 3 == 0) box_.set_aside();
    told_.take_all();
    require(box_.untaken() == 0, "what was told of can be taken");
    if (!why_ && box_.ready()) why_ = box_.deliver(told_, granted_, &told_, all);
    told_.take_all();
  }

  decoded result() const { return {told_.bodies, !why_, !why_ && box_.torn()}; }

 private:
  stream::spare_block spare_;
  stream::inbox box_;
  told told_{box_};
  unsigned granted_ = 0;
  std::size_t come_ = 0;
  std::error_code why_;
};

// Framing; the largest message; how much is read at a time; then what is read.
void run(bytes all) {
  input in(all);
  auto const framing = in.byte() % 2 == 0 ? stream::framing::tcp : stream::framing::ipc;
  auto const most = std::uint64_t{1} << (in.byte() % 40);
  auto const step = std::size_t{1} << (in.byte() % 18);
  auto const wanted = decode(framing, most, in.rest());
  tandem both(framing, most);
  while (!in.empty()) both.read(in.some(step));
  both.end();
  auto const got = both.result();
  require(got.bodies == wanted.bodies, "every whole message comes, as it is, and no other");
  require(got.ends_well == wanted.ends_well, "what is malformed or too large ends it, and nothing else does");
  require(got.torn == wanted.torn, "a stream that ends inside a frame is seen to");
}

target const here("stream", run);

}  // namespace

}  // namespace weft::fuzz
