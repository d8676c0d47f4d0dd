// SPDX-License-Identifier: MIT
#include "fabric/receive_pool.hpp"

#include <deque>
#include <new>

namespace weft::ofi {

struct receive_pool::slab {
  struct free_pages {
    void operator()(std::byte* p) const noexcept { ::operator delete[](p, std::align_val_t{4096}); }
  };
  std::unique_ptr<std::byte[], free_pages> memory;
  fabric::region region;
  std::deque<receive_buffer> buffers;  // they stay where they are
};

bool receive_pool::reserve(std::size_t n) {
  std::lock_guard lock(mutex_);
  while (made_ < promised_ + n)
    if (full_ || !grow()) return false;
  promised_ += n;
  return true;
}

void receive_pool::release(std::size_t n) noexcept {
  std::lock_guard lock(mutex_);
  promised_ -= n;
}

std::size_t receive_pool::promised() const noexcept {
  std::lock_guard lock(mutex_);
  return promised_;
}

std::size_t receive_pool::made() const noexcept {
  std::lock_guard lock(mutex_);
  return made_;
}

bool receive_pool::grow() {
  std::unique_ptr<slab, void (*)(slab*)> s(new slab, [](slab* old) { delete old; });
  s->memory.reset(new (std::align_val_t{4096}) std::byte[slab_size * frame_size]);
  auto registered = fabric::region::make(endpoint_, {s->memory.get(), slab_size * frame_size});
  if (!registered) return false;
  s->region = *std::move(registered);
  slabs_.push_back(std::move(s));  // before anything is posted from it
  auto& last = *slabs_.back();
  for (std::size_t i = 0; i != slab_size; ++i) {
    auto& b =
        last.buffers.emplace_back(on_arrival_, home_, last.memory.get() + i * frame_size, last.region.descriptor());
    if (!post(b)) {
      last.buffers.pop_back();
      full_ = true;  // what is posted stays; this provider has a limit
      return i != 0;
    }
    ++made_;
  }
  return true;
}

bool receive_pool::post(receive_buffer& b) noexcept {
  return endpoint_.trecv(b, b.data, frame_size, b.descriptor_, tag::frame(0, 0), tag::any) == 0;
}

}  // namespace weft::ofi
