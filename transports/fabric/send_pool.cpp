// SPDX-License-Identifier: MIT
#include "fabric/send_pool.hpp"

#include "fabric/receive_pool.hpp"

#include <deque>
#include <new>

namespace weft::ofi {

struct send_pool::slab {
  std::unique_ptr<std::byte[]> memory{new std::byte[slab_size * frame_size]};
  fabric::region region;
  std::deque<send_operation> operations;
};

send_operation* send_pool::acquire(flow& from) noexcept {
  std::lock_guard lock(mutex_);
  if (!free_ && (made_ >= most || !grow())) return nullptr;
  auto* op = free_;
  free_ = op->next_;
  op->from = &from;
  return op;
}

void send_pool::release(send_operation& op) noexcept {
  op.held = message();
  std::lock_guard lock(mutex_);
  op.from = nullptr;
  op.next_ = free_;
  free_ = &op;
}

void send_pool::take_back(flow const& from) noexcept {
  // One by one: what a message does when it goes is nothing to be done under a lock.
  while (auto* const op = find(from)) release(*op);
}

send_operation* send_pool::find(flow const& from) noexcept {
  std::lock_guard lock(mutex_);
  for (auto& s : slabs_)
    for (auto& op : s->operations)
      if (op.from == &from) return &op;
  return nullptr;
}

bool send_pool::grow() noexcept try {
  std::unique_ptr<slab, void (*)(slab*)> s(new slab, [](slab* old) { delete old; });
  auto registered = fabric::region::make(memory_, {s->memory.get(), slab_size * frame_size});
  if (!registered) return false;
  s->region = *std::move(registered);
  for (std::size_t i = 0; i != slab_size; ++i)
    s->operations.emplace_back(on_complete_, s->memory.get() + i * frame_size, s->region.descriptor());
  slabs_.push_back(std::move(s));
  for (auto& op : slabs_.back()->operations) {
    op.next_ = free_;
    free_ = &op;
  }
  made_ += slab_size;
  return true;
} catch (std::bad_alloc const&) {
  return false;
}

}  // namespace weft::ofi
