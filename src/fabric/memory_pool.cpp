// SPDX-License-Identifier: MIT
#include <weft/error.hpp>
#include <weft/fabric/memory.hpp>

#include <condition_variable>
#include <mutex>
#include <numeric>
#include <vector>

namespace weft::fabric {

struct memory_pool::buffer::shared {
  shape is;
  memory_region region;  // one for all: a registration each would cost one each
  std::mutex mutex;
  std::condition_variable_any returned;
  std::vector<std::size_t> free;  // the last one given back is the warmest
  bool closed = false;
};

setup<memory_pool> memory_pool::make(std::shared_ptr<domain const> in, shape const& wanted,
                                     region_options const& options) {
  auto region = memory_region::allocate(std::move(in), wanted.bytes * wanted.count, wanted.allowed, options);
  if (!region) return region.error();
  auto s = std::make_shared<buffer::shared>();
  s->is = wanted;
  s->region = *std::move(region);
  s->free.resize(wanted.count);
  std::iota(s->free.rbegin(), s->free.rend(), std::size_t{0});
  return memory_pool(std::move(s));
}

memory_pool& memory_pool::operator=(memory_pool&& other) noexcept {
  close();
  shared_ = std::move(other.shared_);
  return *this;
}

memory_pool::~memory_pool() { close(); }

result<memory_pool::buffer> memory_pool::try_acquire() {
  std::lock_guard lock(shared_->mutex);
  if (shared_->closed) return errc::closed;
  if (shared_->free.empty()) return errc::would_block;
  auto const index = shared_->free.back();
  shared_->free.pop_back();
  return buffer(shared_, index);
}

result<memory_pool::buffer> memory_pool::acquire(op_options const& options) {
  std::unique_lock lock(shared_->mutex);
  auto const ready = [&] { return shared_->closed || !shared_->free.empty(); };
  auto const found = options.until.never()
                         ? shared_->returned.wait(lock, options.stop, ready)
                         : shared_->returned.wait_until(lock, options.stop, options.until.when(), ready);
  if (shared_->closed) return errc::closed;
  if (options.stop.stop_requested()) return errc::canceled;
  if (!found) return errc::timed_out;
  auto const index = shared_->free.back();
  shared_->free.pop_back();
  return buffer(shared_, index);
}

void memory_pool::close() noexcept {
  if (!shared_) return;
  std::lock_guard lock(shared_->mutex);
  shared_->closed = true;
  shared_->returned.notify_all();
}

std::size_t memory_pool::outstanding() const noexcept {
  std::lock_guard lock(shared_->mutex);
  return shared_->is.count - shared_->free.size();
}

memory_pool::buffer& memory_pool::buffer::operator=(buffer&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(index_, other.index_);
  return *this;
}

memory_pool::buffer::~buffer() {
  if (!pool_) return;
  std::lock_guard lock(pool_->mutex);
  pool_->free.push_back(index_);
  pool_->returned.notify_one();
}

std::span<std::byte> memory_pool::buffer::bytes() const noexcept {
  if (!pool_) return {};
  return pool_->region.bytes().subspan(index_ * pool_->is.bytes, pool_->is.bytes);
}

slice memory_pool::buffer::slice() const noexcept {
  if (!pool_) return {};
  return {pool_->region, index_ * pool_->is.bytes, pool_->is.bytes};
}

}  // namespace weft::fabric
