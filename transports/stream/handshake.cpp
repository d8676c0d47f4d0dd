// SPDX-License-Identifier: MIT
#include "stream/handshake.hpp"

#include <weft/error.hpp>

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
  if (differs(0, 4))
    return failure{errc::malformed, "the peer does not speak SP: it began with other bytes", fault_kind::not_sp};
  if (differs(6, 8))
    return failure{errc::malformed, "the peer set bytes of its greeting that must be zero", fault_kind::reserved_bytes};
  if (come < size || !differs(4, 6)) return {};
  auto const theirs =
      static_cast<std::uint16_t>(std::to_integer<unsigned>(heard[4]) << 8 | std::to_integer<unsigned>(heard[5]));
  return failure{errc::protocol_mismatch, "the peer speaks SP protocol " + hex(theirs) + ", not " + hex(terms.peer),
                 fault_kind::wrong_protocol};
}

setup<step::wants> greeting::advance(established& e) {
  auto why = speak(e);
  // A peer that left its greeting and hung up is still heard.
  if (auto deaf = listen(e); deaf && (!why || deaf->code == errc::protocol_mismatch)) why = std::move(deaf);
  if (why) return *std::move(why);
  return all_of(heard_size_ < size, said_size_ < size);
}

std::optional<failure> greeting::speak(established& e) {
  auto const words = of(terms_.self);
  while (said_size_ < words.size()) {
    batch b;
    b.add(words.data() + said_size_, words.size() - said_size_);
    auto const n = e.send(b);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return hung_up(errno);
    said_size_ += static_cast<std::size_t>(n);
  }
  return {};
}

std::optional<failure> greeting::listen(established& e) {
  while (heard_size_ < heard_.size()) {
    auto const n = e.receive(heard_.data() + heard_size_, heard_.size() - heard_size_);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n == 0 && e.through && e.through->fault().code) return e.through->fault();
    if (n <= 0) return hung_up(n == 0 ? 0 : errno);
    heard_size_ += static_cast<std::size_t>(n);
    if (auto fault = fault_in(heard_, heard_size_, terms_)) return fault;
  }
  return {};
}

failure hung_up(int error) {
  if (error == 0 || error == ECONNRESET || error == EPIPE)
    return {errc::rejected, "the peer hung up before it had introduced itself", fault_kind::left_early};
  return {{error, std::system_category()}, "during the handshake", fault_kind::left_early};
}

failure too_late(std::string const& name) {
  return {errc::timed_out, name + ": connected, but the peer does not finish the handshake", fault_kind::silent};
}

handshake::handshake(ext::reactor& r, established e, steps s, std::string who)
    : reactor_(r), ends_(std::move(e)), steps_(std::move(s)), who_(std::move(who)) {}

void handshake::start(handler h) {
  handler_ = std::move(h);
  watch_ = reactor_.make_watch(ends_.fd.get(), [weak = weak_from_this()](std::uint32_t) {
    if (auto const self = weak.lock()) self->ready();
  });
  ready();
}

void handshake::ready() {
  for (; taken_ != steps_.size(); ++taken_) {
    auto next = steps_[taken_]->advance(ends_);
    if (!next) {
      auto why = next.error();
      why.detail = who_ + ": " + why.detail;
      return finish(std::move(why));
    }
    auto const wants = static_cast<int>(*next);
    if (wants != 0) return watch_->events(wants & 1, wants & 2);
  }
  finish(std::move(ends_));
}

void handshake::finish(setup<established> r) {
  auto const keep = shared_from_this();
  watch_.reset();
  if (!r) {
    if (ends_.through) ends_.through->farewell();
    ends_ = {};
  }
  if (auto const done = std::exchange(handler_, nullptr)) done(std::move(r));
}

}  // namespace weft::stream
