// SPDX-License-Identifier: MIT
#include "fabric/incoming.hpp"

#include "fabric/flow.hpp"
#include "fabric/shared_endpoint.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace weft::ofi {

class incoming_transfers::chunk_operation final : public fabric::operation {
 public:
  chunk_operation() noexcept : operation(on_complete) {}

  incoming_transfers* owner = nullptr;
  unsigned index = 0;                   // of the transfer
  std::atomic<std::uint32_t> bytes{0};  // 0: free

 private:
  static void on_complete(fabric::operation& op, fabric::completion const& c) noexcept {
    auto& self = static_cast<chunk_operation&>(op);
    self.owner->complete(self, c);
  }
};

struct incoming_transfers::transfer {
  std::atomic<state> now{state::free};
  std::atomic<bool> number_is_free{false};  // as far as the peer will know
  std::atomic<bool> wholly_read{false};
  std::atomic<unsigned> holds{0};  // the socket's; and, until the peer has heard that it is read, the flusher's
  std::uint32_t number = 0;
  std::optional<remote_memory> from;  // to be read there
  message body;
  std::byte* memory = nullptr;
  incoming_plan plan;
  std::optional<fabric::region> registered;
  std::array<chunk_operation, chunks_cleared> operations;
};

void incoming_transfers::free_table::operator()(table* t) const noexcept { delete t; }

void incoming_transfers::open(fabric::port& e, slot_table::place const& here, flow& owner) noexcept {
  endpoint_ = &e;
  here_ = here;
  owner_ = &owner;
}

bool incoming_transfers::has_room() const noexcept {
  return in_use_.load(std::memory_order_relaxed) != (1u << most_transfers) - 1;
}

bool incoming_transfers::is_in_use(std::uint32_t number) const noexcept {
  return transfers_ && std::ranges::any_of(*transfers_, [&](transfer const& t) {
           return t.holds.load(std::memory_order_relaxed) != 0 && t.number == number &&
                  !t.number_is_free.load(std::memory_order_acquire);
         });
}

unsigned incoming_transfers::begin(transfer_request const& r, record const& with_words) {
  if (!transfers_) {
    transfers_.reset(new table);
    for (unsigned i = 0; i != most_transfers; ++i)
      for (auto& op : (*transfers_)[i].operations) {
        op.owner = this;
        op.index = i;
      }
  }
  auto const index = static_cast<unsigned>(std::countr_one(in_use_.load(std::memory_order_relaxed)));
  auto& t = (*transfers_)[index];
  message body = owner_->home().bodies().make(static_cast<std::size_t>(r.size));
  with_words.words_into(body.header());
  t.body = std::move(body);
  t.memory = t.body.mutable_body().data();
  t.number = r.transfer;
  t.from = r.from;
  t.plan = incoming_plan(r.size);
  t.number_is_free.store(false, std::memory_order_relaxed);
  t.wholly_read.store(false, std::memory_order_relaxed);
  t.holds.store(r.from ? 2 : 1, std::memory_order_relaxed);
  t.now.store(state::begun, std::memory_order_release);
  in_use_.fetch_or(1u << index, std::memory_order_release);
  return index;
}

bool incoming_transfers::is_complete(unsigned index) const noexcept {
  return (*transfers_)[index].now.load(std::memory_order_acquire) == state::complete;
}

message incoming_transfers::take(unsigned index) noexcept {
  auto& t = (*transfers_)[index];
  message m = std::move(t.body);
  t.now.store(state::free, std::memory_order_relaxed);
  release(index);
  return m;
}

/// \return whether it is free now
bool incoming_transfers::release(unsigned index) noexcept {
  if ((*transfers_)[index].holds.fetch_sub(1, std::memory_order_acq_rel) != 1) return false;
  in_use_.fetch_and(~(1u << index), std::memory_order_release);
  return true;
}

posting incoming_transfers::pump() noexcept {
  auto in_use = in_use_.load(std::memory_order_acquire);
  for (; in_use; in_use &= in_use - 1) {
    auto& t = (*transfers_)[static_cast<std::size_t>(std::countr_zero(in_use))];
    if (t.wholly_read.load(std::memory_order_acquire)) note_taken(t);
    if (t.now.load(std::memory_order_acquire) != state::begun) continue;
    if (auto const outcome = t.from ? read(t) : clear(t); outcome != posting::posted) return outcome;
  }
  return posting::posted;
}

posting incoming_transfers::read(transfer& t) noexcept {
  for (auto& op : t.operations) {
    if (t.plan.all_cleared()) break;
    if (op.bytes.load(std::memory_order_acquire) != 0) continue;
    if (auto const outcome = post(t, op); outcome != posting::posted) return outcome;
    t.plan.clear_next();
  }
  return posting::posted;
}

/// From now on the number may be used again: the answer to what tells so may be quick.
void incoming_transfers::note_taken(transfer& t) noexcept {
  if (t.number_is_free.load(std::memory_order_relaxed)) return;
  t.number_is_free.store(true, std::memory_order_release);
  taken_at_[taken_count_] = static_cast<unsigned>(&t - transfers_->data());
  taken_[taken_count_++] = t.number;
}

/// What is posted in one go is cleared in one go, with ids that follow each other.
posting incoming_transfers::clear(transfer& t) noexcept {
  clearance c{.transfer = t.number, .first_id = here_.at->next_bulk, .chunk = t.plan.chunk()};
  posting outcome = posting::posted;
  for (auto& op : t.operations) {
    if (t.plan.all_cleared()) break;
    if (op.bytes.load(std::memory_order_acquire) != 0) continue;
    if (c.count == 0) c.offset = t.plan.next().offset;
    outcome = post(t, op);
    if (outcome != posting::posted) break;
    t.plan.clear_next();
    ++c.count;
  }
  if (c.count != 0) clears_[clear_count_++] = c;  // each stands for at least one posted receive: there is room
  if (t.plan.all_cleared()) t.number_is_free.store(true, std::memory_order_release);
  return outcome;
}

posting incoming_transfers::post(transfer& t, chunk_operation& op) noexcept {
  auto const piece = t.plan.next();
  auto* const descriptor = descriptor_for(t);
  op.bytes.store(piece.size, std::memory_order_relaxed);
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  auto const outcome =
      route::outcome(t.from ? post_read(t, op, piece, descriptor) : post_receive(t, op, piece, descriptor));
  if (outcome != posting::posted) {
    op.bytes.store(0, std::memory_order_relaxed);
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }
  return outcome;
}

long incoming_transfers::post_receive(transfer& t, chunk_operation& op, incoming_plan::piece const& piece,
                                      void* descriptor) noexcept {
  auto const rc = endpoint_->trecv(op, t.memory + piece.offset, piece.size, descriptor,
                                   tag::bulk(here_.slot, here_.at->next_bulk & tag::low_mask), 0);
  if (rc == 0) ++here_.at->next_bulk;
  return rc;
}

long incoming_transfers::post_read(transfer& t, chunk_operation& op, incoming_plan::piece const& piece,
                                   void* descriptor) noexcept {
  reading_.fetch_add(1, std::memory_order_relaxed);
  auto const rc = endpoint_->read(op, t.memory + piece.offset, piece.size, descriptor, from_,
                                  t.from->address + piece.offset, t.from->key);
  if (rc != 0) reading_.fetch_sub(1, std::memory_order_relaxed);
  return rc;
}

void* incoming_transfers::descriptor_for(transfer& t) noexcept {
  if (!endpoint_->info().registers_locally()) return nullptr;
  if (!t.registered) {
    auto made = fabric::region::make(*endpoint_, t.body.mutable_body());
    if (!made) return nullptr;  // the receive fails, and says so
    t.registered = *std::move(made);
  }
  return t.registered->descriptor();
}

transfer_notices incoming_transfers::notices(std::size_t most) const noexcept {
  if (taken_count_ != 0) return {.clears = {}, .taken = std::span(taken_).first(taken_count_)};
  return {.clears = std::span(clears_).first(std::min(most, clear_count_)), .taken = {}};
}

bool incoming_transfers::told(transfer_notices const& notices) noexcept {
  auto const n = notices.clears.size();
  std::copy(clears_.begin() + static_cast<std::ptrdiff_t>(n),
            clears_.begin() + static_cast<std::ptrdiff_t>(clear_count_), clears_.begin());
  clear_count_ -= n;
  if (notices.taken.empty()) return false;
  bool room = false;
  for (auto const at : std::span(taken_at_).first(std::exchange(taken_count_, 0))) room |= release(at);
  return room;
}

void incoming_transfers::complete(chunk_operation& op, fabric::completion const& c) noexcept {
  auto& t = (*transfers_)[op.index];
  auto const expected = op.bytes.load(std::memory_order_relaxed);
  bool const is_read = t.from.has_value();  // whose completion says nothing of the length
  bool const right = !c.error && (is_read || c.bytes == expected);
  bool const last = right && t.plan.arrived(expected);
  bulks_ += !c.error && !is_read;
  if (last) t.registered.reset();
  op.bytes.store(0, std::memory_order_release);
  in_flight_.fetch_sub(1, std::memory_order_acq_rel);
  if (is_read) reading_.fetch_sub(1, std::memory_order_acq_rel);
  if (last) {
    t.now.store(state::complete, std::memory_order_release);
    if (is_read) t.wholly_read.store(true, std::memory_order_release);
  }
  is_read ? owner_->read_ended(c, last) : owner_->chunk_arrived(c, right, last);
}

void incoming_transfers::cancel() noexcept {
  if (in_flight() == 0) return;
  for (auto& t : *transfers_)
    for (auto& op : t.operations)
      if (!t.from && op.bytes.load(std::memory_order_relaxed) != 0) endpoint_->cancel(op);
}

}  // namespace weft::ofi
