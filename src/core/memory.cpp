// SPDX-License-Identifier: MIT
#include <weft/message.hpp>

#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

// Blocks come in powers of two. A thread keeps a few small ones for itself, so that the usual case, taken and
// dropped in one thread, costs no lock; what it has too many of goes to a depot, where the threads that
// allocate but never free (senders, as a rule) find it again. Larger blocks live in the depot only: a page
// fault for each 4 KiB of a fresh megabyte costs more than copying it.
namespace weft::ext {

namespace {

constexpr unsigned smallest_bits = 7;  // 128 B
constexpr unsigned cached_bits = 16;   // up to 64 KiB a thread keeps its own
constexpr unsigned largest_bits = 24;  // above 16 MiB the system's allocator is as good
constexpr unsigned classes = largest_bits - smallest_bits + 1;
constexpr std::size_t cache_bytes = 128 << 10;  // for each class and thread
constexpr std::size_t depot_bytes = 32 << 20;   // for each class

constexpr std::size_t class_size(unsigned c) { return std::size_t{1} << (smallest_bits + c); }
constexpr unsigned class_of(std::size_t size) {
  unsigned const bits = static_cast<unsigned>(std::bit_width(size == 0 ? 0 : size - 1));
  return bits <= smallest_bits ? 0 : bits - smallest_bits;
}
constexpr std::size_t cache_limit(unsigned c) { return std::max<std::size_t>(2, cache_bytes / class_size(c)); }

constexpr std::size_t header_size = 64;  // keeps the data on a cache line of its own
static_assert(sizeof(block) <= header_size);

void free_memory(block* b) noexcept {
  b->~block();
  ::operator delete (b, std::align_val_t{64});
}

class depot {
 public:
  block* take(unsigned c) noexcept {
    std::lock_guard lock(mutex_);
    if (shelves_[c].empty()) return nullptr;
    block* b = shelves_[c].back();
    shelves_[c].pop_back();
    return b;
  }
  // False when the shelf is full: the caller frees it.
  bool put(unsigned c, block* b) noexcept {
    std::lock_guard lock(mutex_);
    auto& shelf = shelves_[c];
    if (shelf.size() >= depot_bytes / class_size(c)) return false;
    try {
      shelf.push_back(b);
    } catch (std::bad_alloc const&) {
      return false;
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::array<std::vector<block*>, classes> shelves_;
};

// Never destroyed: threads may drop blocks while the process exits.
depot& shared_depot() {
  static depot& instance = *new depot;
  return instance;
}

void to_depot(unsigned c, block* b) noexcept {
  if (!shared_depot().put(c, b)) free_memory(b);
}

// Blocks on a thread's stack of free ones are chained through `data`.
struct thread_cache {
  std::array<block*, classes> free{};
  std::array<std::size_t, classes> count{};

  ~thread_cache() {
    for (unsigned c = 0; c < classes; ++c)
      while (block* b = pop(c)) to_depot(c, b);
    gone = true;
  }
  block* pop(unsigned c) noexcept {
    block* b = free[c];
    if (!b) return nullptr;
    free[c] = reinterpret_cast<block*>(b->data);
    --count[c];
    return b;
  }
  void push(unsigned c, block* b) noexcept {
    b->data = reinterpret_cast<std::byte*>(free[c]);
    free[c] = b;
    ++count[c];
  }
  // Half of what is there goes where other threads find it.
  void shed(unsigned c) noexcept {
    for (std::size_t n = count[c] / 2; n > 0; --n) to_depot(c, pop(c));
  }
  void refill(unsigned c) noexcept {
    for (std::size_t n = cache_limit(c) / 2; n > 0; --n) {
      block* b = shared_depot().take(c);
      if (!b) return;
      push(c, b);
    }
  }

  static thread_local bool gone;  // blocks dropped by later destructors of this thread skip the cache
};
thread_local bool thread_cache::gone = false;
thread_local thread_cache cache;

void release_pooled(block* b) noexcept {
  unsigned const c = b->size_class;
  if (class_size(c) > std::size_t{1} << cached_bits || thread_cache::gone) return to_depot(c, b);
  cache.push(c, b);
  if (cache.count[c] > cache_limit(c)) cache.shed(c);
}

block* take_pooled(unsigned c) noexcept {
  if (class_size(c) > std::size_t{1} << cached_bits || thread_cache::gone) return shared_depot().take(c);
  if (block* b = cache.pop(c)) return b;
  cache.refill(c);
  return cache.pop(c);
}

block* make_block(std::size_t capacity, unsigned c, void (*release)(block*) noexcept) {
  void* memory = ::operator new (header_size + capacity, std::align_val_t{64});
  block* b = new (memory) block;
  b->size_class = c;
  b->capacity = capacity;
  b->release = release;
  return b;
}

}  // namespace

block* allocate_block(std::size_t size) {
  block* b = nullptr;
  if (size > std::size_t{1} << largest_bits) {
    b = make_block(size, 0, free_memory);
  } else {
    unsigned const c = class_of(size);
    b = take_pooled(c);
    if (!b) b = make_block(class_size(c), c, release_pooled);
  }
  b->references.store(1, std::memory_order_relaxed);
  b->data = reinterpret_cast<std::byte*>(b) + header_size;
  return b;
}

}  // namespace weft::ext
