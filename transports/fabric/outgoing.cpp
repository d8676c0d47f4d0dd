// SPDX-License-Identifier: MIT
#include "fabric/outgoing.hpp"

#include <weft/fabric/registered_memory.hpp>

#include "fabric/directory.hpp"
#include "fabric/flow.hpp"

#include <algorithm>
#include <bit>
#include <exception>
#include <new>
#include <span>
#include <utility>

namespace weft::ofi {

namespace {

// libfabric registers what it may write to; it will not write to this.
std::span<std::byte> to_register(message const& m) noexcept {
  return {const_cast<std::byte*>(m.body().data()), m.size()};
}

}  // namespace

class outgoing_transfers::chunk_operation final : public fabric::operation {
 public:
  chunk_operation() noexcept : operation(on_complete) {}

  outgoing_transfers* owner = nullptr;
  std::uint32_t number = 0;
  std::atomic<std::uint32_t> bytes{0};  // 0: free

 private:
  static void on_complete(fabric::operation& op, fabric::completion const& c) noexcept {
    auto& self = static_cast<chunk_operation&>(op);
    self.owner->complete(self, c);
  }
};

struct outgoing_transfers::transfer {
  message body;
  outgoing_plan plan;
  std::optional<fabric::region> registered;
  std::array<chunk_operation, chunks_cleared> operations;

  chunk_operation* free_operation() noexcept {
    auto const free = [](chunk_operation const& op) { return op.bytes.load(std::memory_order_acquire) == 0; };
    auto* const found = std::ranges::find_if(operations, free);
    return found == operations.end() ? nullptr : found;
  }
};

void outgoing_transfers::free_table::operator()(table* t) const noexcept { delete t; }

unsigned outgoing_transfers::free_numbers() noexcept {
  if (!transfers_) {
    transfers_.reset(new (std::nothrow) table);
    if (!transfers_) return 0;
    for (std::uint32_t number = 0; number != most_transfers; ++number)
      for (auto& op : (*transfers_)[number].operations) {
        op.owner = this;
        op.number = number;
      }
  }
  return ~in_use_.load(std::memory_order_acquire) & ((1u << most_transfers) - 1);
}

void outgoing_transfers::begin(std::uint32_t number, message&& m) noexcept {
  auto& t = (*transfers_)[number];
  t.plan = outgoing_plan(m.size());
  t.body = std::move(m);
  if (route_.offers) expose(number);
  in_use_.fetch_or(1u << number, std::memory_order_release);
}

message const& outgoing_transfers::body(std::uint32_t number) const noexcept { return (*transfers_)[number].body; }

/// A key of its own for each transfer: with its end, the peer can read nothing of it any more. What is registered for
/// longer is not exposed, but sent; so is what cannot be registered.
void outgoing_transfers::expose(std::uint32_t number) noexcept try {
  auto& t = (*transfers_)[number];
  if (route_.registers() && fabric::registered_memory::find(route_.bulk->domain(), t.body.body())) return;
  auto made = fabric::region::expose(*route_.bulk, to_register(t.body), random_number());
  if (!made) return;
  t.registered = *std::move(made);
  offered_.fetch_or(1u << number, std::memory_order_relaxed);
} catch (std::exception const&) {
  // As if it had been refused.
}

std::optional<remote_memory> outgoing_transfers::place(std::uint32_t number) const noexcept {
  if (!(offered_.load(std::memory_order_relaxed) & 1u << number)) return {};
  auto const& r = *(*transfers_)[number].registered;
  return remote_memory{r.address(), r.key()};
}

message outgoing_transfers::take_back(std::uint32_t number) noexcept {
  auto& t = (*transfers_)[number];
  auto const others = ~(1u << number);
  in_use_.fetch_and(others, std::memory_order_release);
  taken_.fetch_and(others, std::memory_order_relaxed);  // who says so before it was told lies
  if (offered_.fetch_and(others, std::memory_order_relaxed) & ~others) t.registered.reset();
  return std::move(t.body);
}

bool outgoing_transfers::taken(std::uint32_t number) noexcept {
  if (number >= most_transfers || !(in_use_.load(std::memory_order_acquire) & 1u << number)) return false;
  if (!(offered_.load(std::memory_order_relaxed) & 1u << number)) return false;
  return !(taken_.fetch_or(1u << number, std::memory_order_release) & 1u << number);
}

void outgoing_transfers::let_go_of_taken() noexcept {
  for (auto left = taken_.load(std::memory_order_acquire); left; left &= left - 1) {
    auto const number = static_cast<std::uint32_t>(std::countr_zero(left));
    auto const body = take_back(number);
  }
}

bool outgoing_transfers::cleared(clearance const& c) noexcept {
  if (c.transfer >= most_transfers || !(in_use_.load(std::memory_order_acquire) & 1u << c.transfer)) return false;
  if (offered_.load(std::memory_order_relaxed) & 1u << c.transfer) return false;
  if (clears_.full() || !(*transfers_)[c.transfer].plan.accept(c)) return false;
  clears_.push(c);
  return true;
}

posting outgoing_transfers::pump() noexcept {
  if (taken_.load(std::memory_order_relaxed) != 0) let_go_of_taken();
  while (!clears_.empty()) {
    auto& t = (*transfers_)[clears_.transfer()];
    // The order of the ids is the order of the clears: one that must wait holds up all behind it.
    auto* const op = t.free_operation();
    if (!op) break;  // a completion brings us back
    if (auto const outcome = send(clears_.next(t.body.size()), t, *op); outcome != posting::posted) return outcome;
    clears_.pop();
  }
  return posting::posted;
}

posting outgoing_transfers::send(clear_queue::chunk const& c, transfer& t, chunk_operation& op) noexcept {
  auto* const descriptor = descriptor_for(t);
  op.bytes.store(c.size, std::memory_order_relaxed);
  in_flight_.fetch_add(1, std::memory_order_relaxed);
  auto const outcome = route::outcome(route_.bulk->tsend(op, t.body.body().data() + c.offset, c.size, descriptor,
                                                         route_.to, tag::bulk(route_.slot, c.id)));
  if (outcome == posting::posted) {
    ++bulks_;
  } else {
    op.bytes.store(0, std::memory_order_relaxed);
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
  }
  return outcome;
}

void* outgoing_transfers::descriptor_for(transfer& t) noexcept {
  if (!route_.registers()) return nullptr;
  if (!t.registered) {
    auto made = fabric::region::make(*route_.bulk, to_register(t.body));
    if (!made) return nullptr;  // the send fails, and says so
    t.registered = *std::move(made);
  }
  return t.registered->descriptor();
}

void outgoing_transfers::complete(chunk_operation& op, fabric::completion const& c) noexcept {
  message finished;  // dropped last
  auto& t = (*transfers_)[op.number];
  // After a failure the connection is over: what is left keeps its memory as long as the connection's remains do.
  if (!c.error && t.plan.sent(op.bytes.load(std::memory_order_relaxed))) {
    t.registered.reset();
    finished = std::move(t.body);
    in_use_.fetch_and(~(1u << op.number), std::memory_order_release);
  }
  op.bytes.store(0, std::memory_order_release);
  in_flight_.fetch_sub(1, std::memory_order_acq_rel);
  route_.owner->send_ended(c);
}

}  // namespace weft::ofi
