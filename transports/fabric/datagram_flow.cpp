// SPDX-License-Identifier: MIT
#include "fabric/datagram_flow.hpp"

#include <weft/error.hpp>

#include "fabric/directory.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace weft::ofi {

namespace {

// SP's numbers.
constexpr std::uint16_t pub_protocol = 0x20;
constexpr std::uint16_t sub_protocol = 0x21;
constexpr std::uint16_t bus_protocol = 0x70;

std::uint64_t take_all(std::atomic<std::uint64_t>& n) noexcept {
  return n.load(std::memory_order_relaxed) == 0 ? 0 : n.exchange(0, std::memory_order_relaxed);
}

void count(std::atomic<std::uint64_t>& n, std::uint64_t more = 1) noexcept {
  n.fetch_add(more, std::memory_order_relaxed);
}

}  // namespace

bool tolerates_loss(std::uint16_t protocol) noexcept {
  return protocol == pub_protocol || protocol == sub_protocol || protocol == bus_protocol;
}

datagram_flow::datagram_flow(datagram_endpoint& home, std::uint32_t slot, std::uint32_t generation,
                             std::size_t max_message)
    : home_(home), slot_(slot), generation_(generation), key_(random_number()), max_message_(max_message) {}

datagram_flow::~datagram_flow() {
  if (peer_ != fabric::peer::any) home_.part(address_);
}

void datagram_flow::introduce(hello& mine) const {
  mine.by = path::dgram;
  mine.slot = slot_;
  mine.generation = generation_;
  mine.frame_size = static_cast<std::uint32_t>(home_.largest());
  mine.give = {.data = 0, .control = 0};
  mine.address = home_.address();
  mine.key = key_;
}

std::error_code datagram_flow::connect(hello const& mine, hello const& peer, std::shared_ptr<lifeline> l) {
  auto met = home_.meet(peer.address);
  if (!met) return met.error();
  peer_ = *met;
  address_ = peer.address;
  to_peer_ = {.slot = peer.slot, .generation = peer.generation, .key = peer.key};
  speaks_on_lifeline_ = mine.self == sub_protocol;
  hears_on_lifeline_ = peer.self == sub_protocol;
  auto const carried = speaks_on_lifeline_
                           ? longest_lifeline_message
                           : std::min<std::size_t>(peer.frame_size, home_.largest()) - datagram_header_size;
  peer_max_message_ = static_cast<std::size_t>(std::min<std::uint64_t>(peer.max_message, carried));
  lifeline_ = std::move(l);
  return {};
}

// The socket's part.

void datagram_flow::start(std::shared_ptr<ext::doorbell> d) noexcept {
  bell_.hang(std::move(d));
  bell_.ring();
  flush();
}

bool datagram_flow::progress(ext::connection_events& events) noexcept {
  if (told_) return false;
  bool const over = ended();
  if (unsigned const n = over ? 0 : allowance()) events.on_writable(n);
  tell_counts(events);
  for (message m; (over || granted_ != 0) && next(m);) {
    if (!over) --granted_;
    events.on_message(std::move(m));
  }
  if (paused_.load(std::memory_order_acquire) && paused_.exchange(false, std::memory_order_acq_rel))
    lifeline_->resume();
  if (!over) return true;
  told_ = true;
  events.on_closed(reason());
  bell_.take_down();
  return true;
}

unsigned datagram_flow::allowance() noexcept {
  if (speaks_on_lifeline_ && !lifeline_->idle()) return 0;
  std::lock_guard lock(mutex_);
  auto const taken = static_cast<unsigned>(out_.size()) + allowed_;
  unsigned const n = taken < capacity ? capacity - taken : 0;
  allowed_ += n;
  return n;
}

void datagram_flow::tell_counts(ext::connection_events& events) noexcept {
  auto const tell = [&](drop_reason why, direction which, std::atomic<std::uint64_t>& counted) {
    if (auto const n = take_all(counted)) events.on_dropped(why, which, n);
  };
  tell(drop_reason::lost, direction::incoming, lost_);
  tell(drop_reason::late, direction::incoming, late_);
  tell(drop_reason::full, direction::incoming, full_);
  tell(drop_reason::too_large, direction::incoming, too_large_);
  tell(drop_reason::lost, direction::outgoing, unsent_);
}

bool datagram_flow::next(message& m) noexcept {
  std::lock_guard lock(mutex_);
  if (in_.empty()) return false;
  m = in_.pop();
  has_news_.store(!in_.empty(), std::memory_order_relaxed);
  return true;
}

void datagram_flow::send(message&& m) noexcept {
  std::lock_guard lock(mutex_);
  --allowed_;
  out_.push(std::move(m));
}

void datagram_flow::grant(unsigned messages) noexcept {
  bool const had_none = granted_ == 0;
  granted_ += messages;
  if (had_none && has_news_.load(std::memory_order_relaxed)) resume_.store(true, std::memory_order_relaxed);
}

void datagram_flow::close(std::error_code why) noexcept { end(why ? why : make_error_code(errc::closed)); }

std::size_t datagram_flow::unconfirmed() const noexcept {
  std::lock_guard lock(mutex_);
  return out_.size() + has_in_hand_.load(std::memory_order_relaxed);
}

void datagram_flow::abandon() noexcept {
  auto const keep = shared_from_this();
  end(errc::closed);
  flush();
  abandoned_.store(true, std::memory_order_seq_cst);
  if (!lifeline_ || lifeline_over_.load(std::memory_order_seq_cst)) home_.release(*this);
}

// How it ends: whoever finds out notes it, and has flush() called; the flusher says goodbye and rings; the socket is
// told.

void datagram_flow::end(std::error_code why) noexcept {
  std::lock_guard lock(mutex_);
  if (ended_.load(std::memory_order_relaxed)) return;
  why_ = why;
  ended_.store(true, std::memory_order_release);
}

std::error_code datagram_flow::reason() const noexcept {
  std::lock_guard lock(mutex_);
  return why_;
}

void datagram_flow::hear(goodbye const& g) noexcept {
  {
    std::lock_guard lock(mutex_);
    heard_ = g;
    deadline_ = clock::now() + grace;
  }
  leaving_.store(true, std::memory_order_release);
  if (nothing_is_missing()) return conclude();
  home_.watch(shared_from_this());  // the driver sees the rest arrive
}

/// What a SUB says to its PUB. The lifeline waits while there is too much of it.
bool datagram_flow::hear(std::span<std::byte const> body) noexcept try {
  if (!hears_on_lifeline_ || body.size() > max_message_) return false;
  message m(body);
  bool full;
  {
    std::lock_guard lock(mutex_);
    if (ended_.load(std::memory_order_relaxed)) return true;
    in_.push(std::move(m));
    has_news_.store(true, std::memory_order_relaxed);
    full = in_.size() >= capacity;
    if (full) paused_.store(true, std::memory_order_release);
  }
  if (full) lifeline_->pause();
  bell_.ring();
  return true;
} catch (std::bad_alloc const&) {
  return false;
}

void datagram_flow::lose(std::error_code why) noexcept {
  auto const keep = shared_from_this();
  // After a goodbye the driver waits for what is still on its way, and not for the lifeline.
  if (!leaving_.load(std::memory_order_acquire)) {
    end(why == errc::malformed ? why : make_error_code(errc::connection_reset));
    flush();
  }
  lifeline_over_.store(true, std::memory_order_seq_cst);
  if (abandoned_.load(std::memory_order_seq_cst)) home_.release(*this);
}

bool datagram_flow::nothing_is_missing() const noexcept {
  if (!leaving_.load(std::memory_order_acquire)) return false;
  std::lock_guard lock(mutex_);
  return static_cast<std::int32_t>(heard_.frames - expected_.load(std::memory_order_relaxed)) <= 0;
}

/// The peer has left, and nothing of it will come any more. A peer that closes its socket has done nothing wrong.
void datagram_flow::conclude() noexcept {
  std::error_code why;
  {
    std::lock_guard lock(mutex_);
    if (ended_.load(std::memory_order_relaxed)) return;
    auto const missing = static_cast<std::int32_t>(heard_.frames - expected_.load(std::memory_order_relaxed));
    if (missing > 0) count(lost_, static_cast<std::uint64_t>(missing));
    why = heard_.why == errc::closed ? std::error_code() : heard_.why;
  }
  end(why);
  flush();
}

// The driver's part.

bool datagram_flow::arrived(datagram_header const& h, std::span<std::byte const> body) noexcept {
  if (h.key != key_ || ended()) return false;
  auto const ahead = static_cast<std::int32_t>(h.sequence - expected_.load(std::memory_order_relaxed));
  if (ahead < 0) {
    count(late_);
  } else {
    if (ahead > 0) count(lost_, static_cast<std::uint64_t>(ahead));
    if (body.size() > max_message_)
      count(too_large_);
    else if (!take(body))
      count(full_);
    expected_.store(h.sequence + 1, std::memory_order_relaxed);
  }
  bell_.ring();
  if (nothing_is_missing()) conclude();
  return true;
}

bool datagram_flow::take(std::span<std::byte const> body) noexcept try {
  message m(body);
  std::lock_guard lock(mutex_);
  if (in_.size() >= 2 * capacity) return false;
  in_.push(std::move(m));
  has_news_.store(true, std::memory_order_relaxed);
  return true;
} catch (std::bad_alloc const&) {
  return false;
}

void datagram_flow::sent(std::error_code why) noexcept {
  if (why) {
    count(unsent_);
    bell_.ring();
  }
  in_flight_.fetch_sub(1, std::memory_order_acq_rel);
  if (finishing_.load(std::memory_order_relaxed)) flush();
}

bool datagram_flow::tend(clock::time_point now) noexcept {
  if (stuck_.exchange(false, std::memory_order_acq_rel)) flush();
  if (ended()) return false;
  bool const leaving = leaving_.load(std::memory_order_acquire);
  if (leaving && (nothing_is_missing() || now > deadline_)) conclude();
  return stuck_.load(std::memory_order_acquire) || (leaving && !ended());
}

void datagram_flow::fail() noexcept {
  end(errc::connection_reset);
  flush();
}

// The flusher's part.

void datagram_flow::flush() noexcept {
  if (flushing_.fetch_add(1, std::memory_order_acq_rel) != 0) return;
  int seen = 1;
  do work_once();
  while (!flushing_.compare_exchange_strong(seen, 0, std::memory_order_acq_rel, std::memory_order_acquire));
}

void datagram_flow::work_once() noexcept {
  if (resume_.load(std::memory_order_relaxed) && resume_.exchange(false, std::memory_order_relaxed)) bell_.ring();
  if (!ended()) speak();
  if (ended()) fall_silent();
}

void datagram_flow::speak() noexcept {
  while (pick()) {
    auto const how = post(in_hand_);
    if (how == posting::again) {
      if (speaks_on_lifeline_) return;  // caught_up() brings us back
      stuck_.store(true, std::memory_order_release);
      return home_.watch(shared_from_this());
    }
    if (how == posting::failed) {
      count(unsent_);
      bell_.ring();
    }
    in_hand_ = message();
    has_in_hand_.store(false, std::memory_order_relaxed);
  }
  if (finishing_.load(std::memory_order_acquire) && in_flight_.load(std::memory_order_acquire) == 0) end({});
}

/// The next message to be sent, into the hand. \return false when there is none
bool datagram_flow::pick() noexcept {
  if (has_in_hand_.load(std::memory_order_relaxed)) return true;
  bool roomy;
  {
    std::lock_guard lock(mutex_);
    if (out_.empty()) return false;
    in_hand_ = out_.pop();
    has_in_hand_.store(true, std::memory_order_relaxed);
    roomy = out_.size() + allowed_ <= capacity / 2;
  }
  if (roomy) bell_.ring();
  return true;
}

posting datagram_flow::post(message const& m) noexcept try {
  if (speaks_on_lifeline_) {
    if (!lifeline_->idle()) return posting::again;
    return lifeline_->send(encode_lifeline_message(m.body())) ? posting::posted : posting::failed;
  }
  auto const how = home_.send(*this, peer_, to_peer_, m.body());
  if (how == posting::posted) ++to_peer_.sequence;
  return how;
} catch (std::bad_alloc const&) {
  return posting::failed;
}

void datagram_flow::fall_silent() noexcept {
  if (std::exchange(silent_, true)) return;
  // Nothing is sent any more: this is the last count. That nothing is unconfirmed, nobody can say.
  auto const why = reason();
  if (lifeline_) lifeline_->say({why ? why : make_error_code(errc::closed), to_peer_.sequence, 0, {}});
  bell_.ring();
  // And once more from the loop: an end must be noticed although nobody waits.
  home_.reactor().post([weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->bell_.ring();
  });
}

}  // namespace weft::ofi
