// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>
#include <weft/fabric/registered_memory.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace weft::fabric {

struct registered_memory::state {
  explicit state(std::span<std::byte> m) noexcept : memory(m) {}

  struct registration {
    std::shared_ptr<domain const> with;
    memory_region region;
  };

  std::optional<memory_region> registration_with(std::shared_ptr<domain const> const& d) {
    std::lock_guard lock(mutex);
    if (auto const it = std::ranges::find(all, d, &registration::with); it != all.end()) return it->region;
    // Domains that nobody else has any more: the registration's own hold, and the one here.
    std::erase_if(all, [](registration const& r) { return r.with.use_count() == 2; });
    auto made = memory_region::make(d, memory, memory_access::send | memory_access::recv);
    if (!made) return {};
    return all.emplace_back(registration{d, *std::move(made)}).region;
  }
  bool covers(std::span<std::byte const> bytes) const noexcept {
    std::less_equal<> const before;
    return before(memory.data(), bytes.data()) && before(bytes.data() + bytes.size(), memory.data() + memory.size());
  }

  std::span<std::byte> const memory;
  std::mutex mutable mutex;
  std::vector<registration> all;

  // Messages do not know whose memory they are on: it is found by address.
  struct table {
    std::shared_mutex mutex;
    std::multimap<std::byte const*, std::shared_ptr<state>, std::less<>> by_address;
  };
  static table& everything() {
    static auto* const one = new table;  // for messages that go after main()
    return *one;
  }
};

registered_memory::registered_memory(std::span<std::byte> memory) : state_(std::make_shared<state>(memory)) {
  auto& t = state::everything();
  std::lock_guard lock(t.mutex);
  t.by_address.emplace(memory.data(), state_);
}

registered_memory& registered_memory::operator=(registered_memory&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

registered_memory::~registered_memory() {
  if (!state_) return;
  auto& t = state::everything();
  std::lock_guard lock(t.mutex);
  auto const [first, last] = t.by_address.equal_range(state_->memory.data());
  t.by_address.erase(std::find_if(first, last, [this](auto const& item) { return item.second == state_; }));
}

std::size_t registered_memory::registrations() const noexcept {
  if (!state_) return 0;
  std::lock_guard lock(state_->mutex);
  return state_->all.size();
}

std::optional<memory_region> registered_memory::find(std::shared_ptr<domain const> const& in,
                                                     std::span<std::byte const> bytes) {
  if (in->info().requires_memory(memory_mode::endpoint)) return {};
  std::shared_ptr<state> found;
  {
    auto& t = state::everything();
    std::shared_lock lock(t.mutex);
    auto const behind = t.by_address.upper_bound(bytes.data());
    if (behind != t.by_address.begin()) found = std::prev(behind)->second;
  }
  if (!found || !found->covers(bytes)) return {};
  return found->registration_with(in);
}

}  // namespace weft::fabric
