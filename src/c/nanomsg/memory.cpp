// SPDX-License-Identifier: MIT
#include "memory.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace weft::nanomsg {

namespace {

/// In front of memory of ours, inside its block.
struct note {
  static constexpr std::uint64_t good = 0x57454654'6e6e6d73;

  std::uint64_t mark;
  ext::block* block;
  std::size_t size;
  std::size_t unused;
};
static_assert(sizeof(note) % alignof(std::max_align_t) == 0);

constexpr std::size_t most = static_cast<std::size_t>(-1) / 2;
constexpr std::size_t worth_keeping = 4096;  // below, a copy is cheaper than to keep it by its address

note* note_of(void* p) noexcept { return reinterpret_cast<note*>(static_cast<std::byte*>(p) - sizeof(note)); }

/// Received messages whose bodies were given out as they are.
class kept_messages {
 public:
  void put(void* p, message&& m) {
    auto& s = shard_of(p);
    std::lock_guard lock(s.mutex);
    s.all.insert_or_assign(p, std::move(m));
    count_.fetch_add(1, std::memory_order_relaxed);
  }
  std::optional<message> take(void* p) noexcept {
    if (count_.load(std::memory_order_relaxed) == 0) return {};
    auto& s = shard_of(p);
    std::lock_guard lock(s.mutex);
    auto const it = s.all.find(p);
    if (it == s.all.end()) return {};
    std::optional<message> m(std::move(it->second));
    s.all.erase(it);
    count_.fetch_sub(1, std::memory_order_relaxed);
    return m;
  }
  std::optional<std::size_t> size_of(void* p) noexcept {
    if (count_.load(std::memory_order_relaxed) == 0) return {};
    auto& s = shard_of(p);
    std::lock_guard lock(s.mutex);
    auto const it = s.all.find(p);
    if (it == s.all.end()) return {};
    return it->second.size();
  }

 private:
  struct alignas(64) shard {
    std::mutex mutex;
    std::unordered_map<void*, message> all;
  };
  shard& shard_of(void* p) noexcept { return shards_[(reinterpret_cast<std::uintptr_t>(p) >> 12) % shards_.size()]; }

  std::array<shard, 16> shards_;
  std::atomic<std::size_t> count_{0};
};

// Never destroyed: programs free messages while they exit.
kept_messages& kept() {
  static kept_messages& all = *new kept_messages;
  return all;
}

}  // namespace

void* allocate(std::size_t size) noexcept {
  if (size > most) return nullptr;
  try {
    auto* const b = ext::allocate_block(sizeof(note) + size);
    auto* const n = new (b->data) note{note::good, b, size, 0};
    return n + 1;
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}

bool release(void* p) noexcept {
  if (!p) return false;
  if (kept().take(p)) return true;
  auto* const n = note_of(p);
  if (n->mark != note::good) return false;
  n->mark = 0;
  ext::drop(n->block);
  return true;
}

std::optional<std::size_t> size_of(void* p) noexcept {
  if (!p) return {};
  if (auto const size = kept().size_of(p)) return size;
  auto const* const n = note_of(p);
  if (n->mark != note::good) return {};
  return n->size;
}

void* reallocate(void* p, std::size_t size) noexcept {
  auto const old = size_of(p);
  if (!old || size > most) return nullptr;
  if (auto* const n = note_of(p); !kept().size_of(p) && sizeof(note) + size <= n->block->capacity) {
    n->size = size;
    return p;
  }
  void* const fresh = allocate(size);
  if (!fresh) return nullptr;
  std::memcpy(fresh, p, std::min(*old, size));
  release(p);
  return fresh;
}

lent_message::lent_message(void* p) : memory_(p) {
  if (!p) return;
  if (auto m = kept().take(p)) {
    message_ = *std::move(m);
    kept_ = true;
  } else if (auto* const n = note_of(p); n->mark == note::good) {
    if (n->size <= message::inline_size) {
      message_ = message(std::span(static_cast<std::byte const*>(p), n->size));
    } else {
      n->mark = 0;
      block_ = n->block;
      message_ = message::slice(n->block, static_cast<std::byte*>(p), n->size);
    }
  } else {
    return;
  }
  message_.header().clear();
  message_.set_source({});
  message_.set_kind(websocket_kind::unsaid);
  valid_ = true;
}

lent_message::~lent_message() {
  if (!valid_) return;
  if (kept_) {
    if (!sent_) kept().put(memory_, std::move(message_));
  } else if (!block_) {
    if (sent_) release(memory_);
  } else if (!sent_) {
    note_of(memory_)->mark = note::good;
    block_->references.fetch_add(1, std::memory_order_relaxed);  // the message is about to give one back
  }
}

void* give_out(message&& m) {
  auto const body = m.body();
  if (body.size() >= worth_keeping && m.unique()) {
    void* const p = m.mutable_body().data();
    kept().put(p, std::move(m));
    return p;
  }
  void* const p = allocate(body.size());
  if (!p) throw std::bad_alloc();
  if (!body.empty()) std::memcpy(p, body.data(), body.size());
  return p;
}

}  // namespace weft::nanomsg
