// SPDX-License-Identifier: MIT
#include "fabric/inbound.hpp"

#include <weft/error.hpp>

#include <limits>
#include <new>
#include <utility>

namespace weft::ofi {

namespace {

bool asks_for_a_transfer(record const& r) noexcept {
  return r.kind == record_kind::request || r.kind == record_kind::offer;
}

}  // namespace

void inbound::open(receive_pool& pool, credits given, std::size_t max_message) noexcept {
  pool_ = &pool;
  given_ = given;
  max_message_ = max_message;
}

bool inbound::arrived(receive_buffer& b, std::uint32_t sequence) noexcept {
  if (!in_window(sequence, decoded_.load(std::memory_order_acquire), given_.data)) return false;
  if (place(sequence).load(std::memory_order_acquire) != nullptr) return false;
  place(sequence).store(&b, std::memory_order_release);
  return true;
}

std::error_code inbound::deliver(ext::connection_events& events) noexcept try {
  starved_ = false;
  if (!held_.empty()) release_held(events);
  return deliver_records(events);
} catch (std::bad_alloc const&) {
  return make_error_code(std::errc::not_enough_memory);
}

void inbound::deliver_the_rest(ext::connection_events& events) noexcept {
  granted_ = std::numeric_limits<std::size_t>::max();
  over_ = true;
  (void)deliver(events);
}

[[gnu::always_inline]] inline std::error_code inbound::deliver_records(ext::connection_events& events) {
  for (record r;;) {
    if (!reading_ && !open_next_frame()) return {};
    auto const found = reader_.peek(r);
    if (found == record_reader::outcome::malformed) return errc::malformed;
    if (found == record_reader::outcome::end) {
      close_frame();
      continue;
    }
    starved_ = granted_ == 0;
    // A transfer that ends makes room for the next, and rings.
    if (starved_ || (asks_for_a_transfer(r) && (over_ || !transfers_.has_room()))) return {};
    if (!take(r, events)) return errc::malformed;
    reader_.skip(r);
    if (reader_.at_end()) close_frame();
  }
}

[[gnu::always_inline]] inline bool inbound::open_next_frame() noexcept {
  auto* const b = place(decoded_.load(std::memory_order_relaxed)).load(std::memory_order_acquire);
  if (!b) return false;
  reader_ = record_reader(b->frame());
  reading_ = true;
  return true;
}

[[gnu::always_inline]] inline void inbound::close_frame() noexcept {
  reading_ = false;
  auto const decoded = decoded_.load(std::memory_order_relaxed) + 1;
  decoded_.store(decoded, std::memory_order_release);
  if (held_.empty())
    delivered_.store(decoded, std::memory_order_release);
  else
    ++held_.back().frames;
}

/// \return false when there is something wrong with it
[[gnu::always_inline]] inline bool inbound::take(record const& r, ext::connection_events& events) {
  if (r.kind == record_kind::message) [[likely]]
    return take_message(r, events);
  return asks_for_a_transfer(r) && take_request(r);
}

[[gnu::always_inline]] inline bool inbound::take_message(record const& r, ext::connection_events& events) {
  if (r.content.size() > max_message_) return false;
  message m(r.content);
  r.words_into(m.header());
  --granted_;
  if (held_.empty()) [[likely]]
    events.on_message(std::move(m));
  else
    held_.push_back({.whole = std::move(m)});
  return true;
}

bool inbound::take_request(record const& r) {
  auto const wanted = transfer_request::read(r);
  if (!wanted || wanted->size == 0 || wanted->size > max_message_ || transfers_.is_in_use(wanted->transfer))
    return false;
  if (wanted->from && (!transfers_.reads() || wanted->from->address + wanted->size < wanted->size)) return false;
  held_.emplace_back();
  try {
    held_.back().transfer = static_cast<int>(transfers_.begin(*wanted, r));
  } catch (std::bad_alloc const&) {
    held_.pop_back();
    throw;
  }
  --granted_;
  return true;
}

void inbound::release_held(ext::connection_events& events) noexcept {
  while (!held_.empty()) {
    auto& h = held_.front();
    if (h.transfer >= 0) {
      auto const index = static_cast<unsigned>(h.transfer);
      if (!transfers_.is_complete(index)) return;
      h.whole = transfers_.take(index);
    }
    events.on_message(std::move(h.whole));
    delivered_.store(delivered_.load(std::memory_order_relaxed) + h.frames, std::memory_order_release);
    held_.pop_front();
  }
}

bool inbound::repost_until(std::uint32_t end) noexcept {
  for (auto next = reposted_.load(std::memory_order_relaxed); static_cast<std::int32_t>(end - next) > 0; ++next) {
    auto& p = place(next);
    auto* const b = p.load(std::memory_order_relaxed);
    p.store(nullptr, std::memory_order_release);  // before the buffer can come back in it
    if (!pool_->post(*b)) {
      p.store(b, std::memory_order_release);
      return false;
    }
    reposted_.store(next + 1, std::memory_order_relaxed);
  }
  return true;
}

void inbound::clear() noexcept {
  for (auto& p : frames_)
    if (auto* const b = p.exchange(nullptr)) (void)pool_->post(*b);
}

}  // namespace weft::ofi
