// SPDX-License-Identifier: MIT
#include "fabric/body_store.hpp"

#include <weft/fabric/info.hpp>
#include <weft/fabric/registered_memory.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace weft::ofi {

namespace {

constexpr auto page = std::align_val_t{4096};
constexpr auto first_class = static_cast<unsigned>(std::countr_zero(body_store::smallest));
constexpr auto classes = static_cast<unsigned>(std::countr_zero(body_store::largest)) - first_class + 1;

unsigned class_of(std::size_t bytes) noexcept {
  return static_cast<unsigned>(std::bit_width(std::max(bytes, body_store::smallest) - 1)) - first_class;
}

}  // namespace

struct body_store::registered_block : ext::block {
  explicit registered_block(unsigned c)
      : memory(static_cast<std::byte*>(::operator new(smallest << c, page))),
        registered({memory.get(), smallest << c}) {
    size_class = c;
    data = memory.get();
    capacity = smallest << c;
    release = give_back;
  }
  static void give_back(ext::block* b) noexcept;

  struct free_pages {
    void operator()(std::byte* p) const noexcept { ::operator delete(p, page); }
  };
  std::unique_ptr<std::byte[], free_pages> memory;
  fabric::registered_memory registered;  // ends before the memory does
  std::shared_ptr<state> home;           // while a message has it
};

struct body_store::state {
  using blocks = std::vector<std::unique_ptr<registered_block>>;

  std::mutex mutex;
  bool closed = false;
  std::size_t kept = 0;
  std::array<blocks, classes> free;
};

body_store::body_store(fabric::domain const& d) {
  if (d.info().registers_locally() && !d.info().requires_memory(fabric::memory_mode::endpoint))
    state_ = std::make_shared<state>();
}

body_store::~body_store() {
  if (!state_) return;
  decltype(state::free) unused;
  std::lock_guard lock(state_->mutex);
  state_->closed = true;
  unused.swap(state_->free);
}

message body_store::make(std::size_t bytes) {
  if (!state_ || bytes > largest) return message::uninitialized(bytes);
  auto const c = class_of(bytes);
  std::unique_ptr<registered_block> b;
  {
    std::lock_guard lock(state_->mutex);
    if (auto& free = state_->free[c]; !free.empty()) {
      b = std::move(free.back());
      free.pop_back();
      state_->kept -= b->capacity;
    }
  }
  if (!b) b = std::make_unique<registered_block>(c);
  b->references.store(1, std::memory_order_relaxed);
  b->home = state_;
  auto* const data = b->data;
  return message::slice(b.release(), data, bytes);
}

std::size_t body_store::kept() const noexcept {
  if (!state_) return 0;
  std::lock_guard lock(state_->mutex);
  return state_->kept;
}

void body_store::registered_block::give_back(ext::block* b) noexcept {
  std::unique_ptr<registered_block> self(static_cast<registered_block*>(b));
  auto const home = std::move(self->home);
  std::lock_guard lock(home->mutex);
  if (home->closed || home->kept + self->capacity > most_kept) return;
  try {
    auto const bytes = self->capacity;
    home->free[self->size_class].push_back(std::move(self));
    home->kept += bytes;
  } catch (std::bad_alloc const&) {
    // Then it is not kept.
  }
}

}  // namespace weft::ofi
