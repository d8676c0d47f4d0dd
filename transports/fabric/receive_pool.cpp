// SPDX-License-Identifier: MIT
#include "fabric/receive_pool.hpp"

#include <cerrno>
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
  if (!everybodys_ && promised_ + n > most_) return false;
  while (everybodys_ && made_ < promised_ + n)
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

receive_pool::slab* receive_pool::add_slab() {
  std::unique_ptr<slab, void (*)(slab*)> s(new slab, [](slab* old) { delete old; });
  s->memory.reset(new (std::align_val_t{4096}) std::byte[slab_size * frame_size]);
  auto registered = fabric::region::make(memory_, {s->memory.get(), slab_size * frame_size});
  if (!registered) return nullptr;
  s->region = *std::move(registered);
  slabs_.push_back(std::move(s));  // before anything is posted from it
  return slabs_.back().get();
}

receive_buffer& receive_pool::add_buffer(slab& s) {
  return s.buffers.emplace_back(on_arrival_, home_, s.memory.get() + s.buffers.size() * frame_size,
                                s.region.descriptor());
}

bool receive_pool::grow() {
  auto* const s = add_slab();
  if (!s) return false;
  for (std::size_t i = 0; i != slab_size; ++i) {
    auto& b = add_buffer(*s);
    b.at_ = everybodys_;
    if (!post(b)) {
      s->buffers.pop_back();
      full_ = true;  // what is posted stays; this provider has a limit
      return i != 0;
    }
    ++made_;
  }
  return true;
}

receive_buffer* receive_pool::take_idle() {
  if (idle_.empty()) {
    auto* const s = add_slab();
    if (!s) return nullptr;
    made_ += slab_size;
    idle_.reserve(made_);  // so that take_back() cannot fail
    for (std::size_t i = 0; i != slab_size; ++i) idle_.push_back(&add_buffer(*s));
  }
  auto* const b = idle_.back();
  idle_.pop_back();
  return b;
}

long receive_pool::lend(flow& to, fabric::port& at, std::size_t n) {
  std::lock_guard lock(mutex_);
  for (; n != 0; --n) {
    auto* const b = take_idle();
    if (!b) return -ENOMEM;
    b->lent_to = &to;
    b->at_ = &at;
    if (long const rc = receive(*b); rc != 0) return rc;
  }
  return 0;
}

template <class Do>
void receive_pool::for_each_of(flow const& f, Do const& what) noexcept {
  std::lock_guard lock(mutex_);
  for (auto& s : slabs_)
    for (auto& b : s->buffers)
      if (b.lent_to == &f) what(b);
}

void receive_pool::stop_lending(flow const& f) noexcept {
  for_each_of(f, [](receive_buffer& b) { b.at_ = nullptr; });
}

void receive_pool::take_back(flow const& f) noexcept {
  for_each_of(f, [this](receive_buffer& b) {
    b.lent_to = nullptr;
    b.at_ = nullptr;
    idle_.push_back(&b);
  });
}

}  // namespace weft::ofi
