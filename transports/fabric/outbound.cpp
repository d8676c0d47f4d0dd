// SPDX-License-Identifier: MIT
#include "fabric/outbound.hpp"

#include "fabric/flow.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace weft::ofi {

namespace {

// Below this a copy into the pool costs less than holding the message until its completion.
constexpr std::size_t sent_in_place = 2048;

// Where a frame costs a system call, a stream of small messages waits for a fuller frame: when so many frames are
// unanswered (a conversation has fewer), the last is so recent, and there is so little. Measured on tcp, 64 bytes: 12
// times the rate to one peer; to eight, 3 times with what is_stream() and `others` below say.
constexpr unsigned stream_length = 4;
constexpr auto recent = std::chrono::microseconds(20);

// A slot of the queue that is done with need not be emptied, unless it keeps memory.
bool keeps_memory(message const& m) noexcept { return !m.is_inline() || m.header().size() > 5; }

}  // namespace

void outbound::open(route const& r, credits peer) noexcept {
  route_ = r;
  data_.open(peer.data);
  control_.open(peer.control);
  transfers_.open(r);
}

posting outbound::pump(tidings const& t, urgency u) noexcept {
  held_back_ = false;
  if (std::exchange(heard_, t.consumed) != t.consumed) unanswered_ = 0;
  if (transfers_.has_news()) [[unlikely]]
    if (auto const outcome = transfers_.pump(); outcome != posting::posted) return outcome;
  auto head = head_.load(std::memory_order_relaxed);
  for (auto const tail = tail_.load(std::memory_order_acquire); head != tail;) {
    if (data_.full()) return posting::posted;
    held_back_ = u == urgency::may_wait && should_wait();
    if (held_back_) return posting::posted;
    if (auto const& m = at(head); head + 1 == tail && is_light(m)) {
      if (auto const outcome = post_light(m, tail, t); outcome != posting::posted) return outcome;
      bytes_out_.store(bytes_out_.load(std::memory_order_relaxed) + m.size(), std::memory_order_relaxed);
      head_.store(tail, std::memory_order_release);
      return posting::posted;
    }
    auto const b = gather(head, tail);
    if (b.count == 0) return posting::posted;  // no transfer is free
    if (auto const outcome = post(b, t); outcome != posting::posted) return outcome;
    settle(b);
    head += b.count;
    head_.store(head, std::memory_order_release);
  }
  return posting::posted;
}

bool outbound::is_stream() const noexcept { return unanswered_ >= stream_length || data_.in_flight() >= stream_length; }

bool outbound::should_wait() const noexcept {
  if (!route_.costs_a_call || !is_stream() || !has_little()) return false;
  // What others send from this endpoint meanwhile takes its time, too: to many peers, each stream comes slower.
  auto const others = route_.pool->sent() - sent_before_;
  return clock::now() - last_frame_ < recent * (1 + others);
}

/// As many messages as go into one frame; a large one takes part with its request.
outbound::batch outbound::gather(std::uint64_t head, std::uint64_t tail) noexcept {
  batch b;
  b.first = head;
  unsigned free = 0;
  for (auto i = head; i != tail; ++i) {
    auto const& m = at(i);
    bool const whole = fits_a_frame(m);
    if (!whole) {
      if (b.request_count == 0) free = transfers_.free_numbers();
      if (free == 0) break;
    }
    auto const size = whole ? message_record_size(m) : request_record_size(m, route_.offers);
    if (b.bytes + size > route_.largest) break;
    if (!whole) {
      b.requests[b.request_count] = i;
      b.numbers[b.request_count++] = static_cast<std::uint32_t>(std::countr_zero(free));
      free &= free - 1;
    }
    b.bytes += size;
    b.bodies += m.size();
    ++b.count;
  }
  return b;
}

/// Before a data frame is posted, everything stands as if it were: the answer may be quick, and another thread's.
/// \param end of its messages, counted from the beginning
[[gnu::always_inline]] inline frame_header outbound::open_data_frame(tidings const& t, std::uint64_t end) noexcept {
  auto const h = stamp(frame_kind::data, data_.next(), t);
  ends_[h.sequence % ends_.size()].store(end, std::memory_order_relaxed);
  data_.on_send();
  return h;
}

/// It can be injected, and leaves nothing behind in its place.
bool outbound::is_light(message const& m) const noexcept {
  return !keeps_memory(m) && frame_header_size + message_record_size(m) <= route_.inject;
}

/// What conversations are made of, a small message that goes alone, on a short way: all this is between a question's
/// arrival and its answer. \param end counted with it
[[gnu::always_inline]] inline posting outbound::post_light(message const& m, std::uint64_t end,
                                                           tidings const& t) noexcept {
  auto const h = open_data_frame(t, end);
  std::byte frame[route::most_on_stack];
  h.write(frame);
  record_writer out(frame + frame_header_size);
  out.add_message(m);
  auto const outcome = inject({frame, out.end()});
  if (outcome != posting::posted)
    data_.take_back();
  else if (route_.costs_a_call)
    note_frame();
  return outcome;
}

posting outbound::post(batch const& b, tidings const& t) noexcept {
  auto const h = open_data_frame(t, b.first + b.count);
  auto const bytes = b.bytes - begin_transfers(b);
  auto& first = at(b.first);
  bool const in_place = b.count == 1 && b.request_count == 0 && b.bytes > route_.inject &&
                        first.size() >= sent_in_place && !route_.registers() && route_.endpoint->max_pieces() > 1;
  auto const outcome = in_place ? post_in_place(h, first) : post_bytes(bytes, [&](std::byte* to) {
    h.write(to);
    write(record_writer(to + frame_header_size), b);
  });
  if (outcome != posting::posted) {
    take_back_transfers(b);
    data_.take_back();
  }
  if (route_.costs_a_call && outcome == posting::posted) note_frame();
  return outcome;
}

void outbound::note_frame() noexcept {
  ++unanswered_;
  route_.pool->count_sent();
  if (!is_stream()) return;
  last_frame_ = clock::now();
  sent_before_ = route_.pool->sent();
}

/// \return how much shorter the frame is than was thought: who could offer may request
std::size_t outbound::begin_transfers(batch const& b) noexcept {
  std::size_t less = 0;
  for (unsigned i = 0; i != b.request_count; ++i) {
    transfers_.begin(b.numbers[i], std::move(at(b.requests[i])));
    if (route_.offers && !transfers_.place(b.numbers[i]))
      less += transfer_request::offer_on_wire - transfer_request::size_on_wire;
  }
  return less;
}

void outbound::take_back_transfers(batch const& b) noexcept {
  for (unsigned i = 0; i != b.request_count; ++i) at(b.requests[i]) = transfers_.take_back(b.numbers[i]);
}

void outbound::write(record_writer out, batch const& b) noexcept {
  for (unsigned i = 0, request = 0; i != b.count; ++i) {
    if (request != b.request_count && b.requests[request] == b.first + i) {
      auto const number = b.numbers[request++];
      out.add_request(transfers_.body(number), number, transfers_.place(number));
    } else {
      out.add_message(at(b.first + i));
    }
  }
}

/// The frame is sent: its messages are done with.
void outbound::settle(batch const& b) noexcept {
  for (unsigned i = 0; i != b.count; ++i)
    if (auto& m = at(b.first + i); keeps_memory(m)) m = message();
  bytes_out_.store(bytes_out_.load(std::memory_order_relaxed) + b.bodies, std::memory_order_relaxed);
}

posting outbound::inject(std::span<std::byte const> frame) noexcept {
  auto const outcome =
      route::outcome(route_.endpoint->tinject(frame.data(), frame.size(), route_.to, route_.frame_tag));
  frames_ += outcome == posting::posted;
  return outcome;
}

template <class Write>
posting outbound::post_bytes(std::size_t size, Write const& write) noexcept {
  if (size <= route_.inject) {
    std::byte frame[route::most_on_stack];
    write(frame);
    return inject({frame, size});
  }
  auto* const op = route_.pool->acquire(*route_.owner);
  if (!op) return posting::again;
  write(op->buffer);
  iovec const all{op->buffer, size};
  auto const outcome = post_pooled(*op, {&all, 1});
  if (outcome != posting::posted) route_.pool->release(*op);
  return outcome;
}

posting outbound::post_pooled(send_operation& op, std::span<iovec const> pieces) noexcept {
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  auto const outcome =
      route::outcome(pieces.size() == 1 ? route_.endpoint->tsend(op, pieces[0].iov_base, pieces[0].iov_len,
                                                                 op.descriptor, route_.to, route_.frame_tag)
                                        : route_.endpoint->tsendv(op, pieces, nullptr, route_.to, route_.frame_tag));
  if (outcome == posting::posted) {
    ++frames_;
  } else {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }
  return outcome;
}

/// The head from the pool, the body from where it is: the message stays alive with the operation.
posting outbound::post_in_place(frame_header const& h, message& m) noexcept {
  auto* const op = route_.pool->acquire(*route_.owner);
  if (!op) return posting::again;
  h.write(op->buffer);
  record_writer out(op->buffer + frame_header_size);
  out.add_message_head(m);
  op->held = std::move(m);  // before the completion can come
  auto const body = op->held.mutable_body();
  iovec const pieces[] = {{op->buffer, static_cast<std::size_t>(out.end() - op->buffer)}, {body.data(), body.size()}};
  auto const outcome = post_pooled(*op, pieces);
  if (outcome != posting::posted) {
    m = std::move(op->held);
    route_.pool->release(*op);
  }
  return outcome;
}

std::size_t outbound::clears_in_a_frame() const noexcept {
  // Within what is injected, where that is enough for one.
  auto const size = std::max(route_.inject, frame_header_size + clear_record_size);
  return std::min<std::size_t>((size - frame_header_size) / clear_record_size, most_clears);
}

posting outbound::send_control(tidings const& t, transfer_notices const& notices) noexcept {
  auto const h = stamp(frame_kind::control, control_.next(), t);
  control_.on_send();
  auto const size = notices.clears.size() * clear_record_size + notices.taken.size() * taken_record_size;
  auto const outcome = post_bytes(frame_header_size + size, [&](std::byte* to) {
    h.write(to);
    record_writer out(to + frame_header_size);
    for (auto const& c : notices.clears) out.add_clear(c);
    for (auto const transfer : notices.taken) out.add_taken(transfer);
  });
  if (outcome != posting::posted) control_.take_back();
  return outcome;
}

posting outbound::send_acknowledgement(tidings const& t) noexcept {
  auto const h = stamp(frame_kind::acknowledgement, 0, t);
  return post_bytes(frame_header_size, [&](std::byte* to) { h.write(to); });
}

outbound::news outbound::consumed(std::uint32_t count) noexcept {
  auto const what = data_.acknowledge(count);
  // What the frames before it carried is confirmed, too: they are consumed in order.
  if (what == news::some)
    confirmed_.store(ends_[(count - 1) % ends_.size()].load(std::memory_order_relaxed), std::memory_order_relaxed);
  return what;
}

}  // namespace weft::ofi
