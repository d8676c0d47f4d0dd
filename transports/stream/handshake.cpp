// SPDX-License-Identifier: MIT
#include "stream/handshake.hpp"

#include <weft/error.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weft::stream {

namespace {

std::string hex(std::uint16_t n) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text = "0x";
  for (int shift = n > 0xff ? 12 : 4; shift >= 0; shift -= 4) text += digits[(n >> shift) & 15];
  return text;
}

failure ended(int error) {
  if (error == 0 || error == ECONNRESET || error == EPIPE)
    return {errc::rejected, "the peer hung up before it had introduced itself"};
  return {{error, std::system_category()}, "during the handshake"};
}

}  // namespace

greeting::bytes greeting::of(std::uint16_t protocol) noexcept {
  return {std::byte{0},
          std::byte{'S'},
          std::byte{'P'},
          std::byte{0},
          static_cast<std::byte>(protocol >> 8),
          static_cast<std::byte>(protocol),
          std::byte{0},
          std::byte{0}};
}

std::optional<failure> greeting::fault_in(bytes const& heard, std::size_t come, ext::handshake const& terms) {
  auto const wanted = of(terms.peer);
  auto const differs = [&](std::size_t from, std::size_t to) {
    to = std::min(to, come);
    return from < to && !std::equal(heard.data() + from, heard.data() + to, wanted.data() + from);
  };
  if (differs(0, 4)) return failure{errc::malformed, "the peer does not speak SP: it began with other bytes"};
  if (differs(6, 8)) return failure{errc::malformed, "the peer set bytes of its greeting that must be zero"};
  if (come < size || !differs(4, 6)) return {};
  auto const theirs =
      static_cast<std::uint16_t>(std::to_integer<unsigned>(heard[4]) << 8 | std::to_integer<unsigned>(heard[5]));
  return failure{errc::protocol_mismatch, "the peer speaks SP protocol " + hex(theirs) + ", not " + hex(terms.peer)};
}

handshake::handshake(ext::reactor& r, ext::handshake const& h, base::unique_fd fd, std::string who)
    : reactor_(r), terms_(h), fd_(std::move(fd)), who_(std::move(who)) {}

void handshake::start(handler h) {
  handler_ = std::move(h);
  watch_ = reactor_.make_watch(fd_.get(), [weak = weak_from_this()](std::uint32_t) {
    if (auto const self = weak.lock()) self->ready();
  });
  ready();
}

void handshake::ready() {
  auto why = speak();
  // A peer that left its greeting and hung up is still heard.
  if (auto deaf = listen(); deaf && (!why || deaf->code == errc::protocol_mismatch)) why = std::move(deaf);
  if (why) return finish(failure{why->code, who_ + ": " + why->detail});
  if (said_size_ == greeting::size && heard_size_ == greeting::size) return finish(std::move(fd_));
  watch_->events(heard_size_ < greeting::size, said_size_ < greeting::size);
}

std::optional<failure> handshake::speak() {
  auto const words = greeting::of(terms_.self);
  while (said_size_ < words.size()) {
    auto const n = ::send(fd_.get(), words.data() + said_size_, words.size() - said_size_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return ended(errno);
    said_size_ += static_cast<std::size_t>(n);
  }
  return {};
}

std::optional<failure> handshake::listen() {
  while (heard_size_ < heard_.size()) {
    auto const n = ::recv(fd_.get(), heard_.data() + heard_size_, heard_.size() - heard_size_, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n <= 0) return ended(n == 0 ? 0 : errno);
    heard_size_ += static_cast<std::size_t>(n);
    if (auto fault = greeting::fault_in(heard_, heard_size_, terms_)) return fault;
  }
  return {};
}

void handshake::finish(setup<base::unique_fd> r) {
  auto const keep = shared_from_this();
  watch_.reset();
  if (!r) fd_.reset();
  if (auto const done = std::exchange(handler_, nullptr)) done(std::move(r));
}

}  // namespace weft::stream
