// SPDX-License-Identifier: MIT
#include "fabric/shm_neighbours.hpp"

namespace weft::fabric {

namespace {

std::string_view name_in(std::string_view address) noexcept { return address.substr(0, address.find('\0')); }

}  // namespace

shm_neighbours& shm_neighbours::all() {
  static shm_neighbours instance;
  return instance;
}

std::shared_ptr<shm_neighbours::house> shm_neighbours::move_in(std::string_view address) {
  auto& town = all();
  auto mine = std::make_shared<house>();
  std::lock_guard lock(town.mutex_);
  std::erase_if(town.houses_, [](auto const& h) { return h.second.expired(); });
  town.houses_.insert_or_assign(std::string(name_in(address)), mine);
  return mine;
}

std::shared_ptr<shm_neighbours::house> shm_neighbours::visit(std::string_view address) {
  auto& town = all();
  std::lock_guard lock(town.mutex_);
  auto const it = town.houses_.find(name_in(address));
  return it == town.houses_.end() ? nullptr : it->second.lock();
}

}  // namespace weft::fabric
