// SPDX-License-Identifier: MIT
#include <weft/fabric/address_vector.hpp>
#include <weft/fabric/domain.hpp>

#include "fabric/error.hpp"
#include "fabric/shm_guard.hpp"
#include "fabric/shm_neighbours.hpp"

#include <rdma/fi_domain.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

namespace weft::fabric {

/// What is known about peers beyond what libfabric keeps: their addresses, and over shm their remains (shm_neighbours)
/// and who is told of them (shm_guard). And the first address of an own endpoint: what others' look like.
struct acquaintances {
  struct acquaintance {
    raw_address address;
    std::shared_ptr<shm_neighbours::house> house;  // of one in this process
  };

  mutable std::mutex mutex;
  raw_address own;
  std::vector<std::weak_ptr<shm_guard>> guards;
  std::map<fi_addr_t, acquaintance> peers;
};

namespace {

std::string_view as_text(std::span<std::byte const> raw) {
  return {reinterpret_cast<char const*>(raw.data()), raw.size()};
}

fi_addr_t number_of(peer p) noexcept { return static_cast<fi_addr_t>(p); }

bool is_shm(domain const& in) noexcept { return in.info().provider() == "shm"; }

}  // namespace

address_vector::address_vector(std::shared_ptr<domain const> in)
    : domain_(std::move(in)), known_(std::make_unique<acquaintances>()) {}

address_vector::~address_vector() = default;

setup<std::shared_ptr<address_vector>> address_vector::open(std::shared_ptr<domain const> in,
                                                            address_vector_options const& options) {
  std::shared_ptr<address_vector> v(new address_vector(std::move(in)));
  fi_av_attr attr{};
  attr.type = static_cast<fi_av_type>(options.table);
  attr.count = options.count;
  auto av = fabric::open<fid_av>(
      "fi_av_open", [&](auto** out) { return fi_av_open(v->domain_->native_handle(), &attr, out, nullptr); });
  if (!av) return av.error();
  v->av_ = *std::move(av);
  return v;
}

void address_vector::bound(raw_address const& own, std::shared_ptr<shm_guard> const& guard) {
  std::lock_guard lock(known_->mutex);
  if (known_->own.empty()) known_->own = own;
  if (!guard) return;
  for (auto const& [known, who] : known_->peers) guard->meet(known, as_text(who.address));
  known_->guards.push_back(guard);
}

bool address_vector::is_plausible(std::span<std::byte const> raw) const noexcept {
  std::lock_guard lock(known_->mutex);
  return fabric::is_plausible(domain_->info()->addr_format, raw, known_->own.empty() ? raw : std::span(known_->own));
}

result<peer> address_vector::insert(std::span<std::byte const> raw) {
  if (!is_plausible(raw)) return error(-FI_EINVAL);
  std::array<std::byte, longest_address> padded{};
  std::ranges::copy(raw, padded.begin());
  auto house = is_shm(*domain_) ? shm_neighbours::visit(as_text(raw)) : nullptr;
  fi_addr_t added = FI_ADDR_UNSPEC;
  long const inserted = fi_av_insert(av_.get(), padded.data(), 1, &added, 0, nullptr);
  if (inserted != 1 || added == FI_ADDR_NOTAVAIL) return error(inserted < 0 ? inserted : -FI_EADDRNOTAVAIL);
  std::lock_guard lock(known_->mutex);
  for (auto const& guard : known_->guards)
    if (auto const alive = guard.lock()) alive->meet(added, as_text(raw));
  known_->peers.insert_or_assign(added, acquaintances::acquaintance{{raw.begin(), raw.end()}, std::move(house)});
  return peer(added);
}

result<peer> address_vector::insert_service(std::string const& node, std::string const& service) {
  fi_addr_t added = FI_ADDR_NOTAVAIL;
  long const rc = fi_av_insertsvc(av_.get(), node.c_str(), service.c_str(), &added, 0, nullptr);
  if (rc == 1 && added != FI_ADDR_NOTAVAIL) {
    raw_address raw(longest_address);
    std::size_t size = raw.size();
    if (auto const why = error(fi_av_lookup(av_.get(), added, raw.data(), &size))) return why;
    raw.resize(std::min(size, raw.size()));
    std::lock_guard lock(known_->mutex);
    known_->peers.insert_or_assign(added, acquaintances::acquaintance{std::move(raw), nullptr});
    return peer(added);
  }
  hints wanted;
  wanted.provider = domain_->info().provider();
  wanted.type = domain_->info().type();
  wanted.node = node;
  wanted.service = service;
  auto found = discover(wanted);
  if (!found) return found.error().code;
  for (auto const& i : *found)
    if (auto const to = i.destination(); !to.empty()) return insert(to);
  return error(-FI_EADDRNOTAVAIL);
}

std::error_code address_vector::remove(peer p) noexcept {
  auto number = number_of(p);
  if (auto const why = error(fi_av_remove(av_.get(), &number, 1, 0))) return why;
  std::shared_ptr<shm_neighbours::house> last;  // closing takes time
  std::lock_guard lock(known_->mutex);
  for (auto const& guard : known_->guards)
    if (auto const alive = guard.lock()) alive->forget(number);
  if (auto const it = known_->peers.find(number); it != known_->peers.end()) {
    last = std::move(it->second.house);
    known_->peers.erase(it);
  }
  return {};
}

result<raw_address> address_vector::lookup(peer p) const {
  // Not libfabric: rxd of 1.17 does not find what it was given, shm of 2.1 finds half of it, and others crash when
  // asked for what they were not given.
  std::lock_guard lock(known_->mutex);
  auto const found = known_->peers.find(number_of(p));
  if (found == known_->peers.end()) return error(-FI_EINVAL);
  return found->second.address;
}

std::string address_vector::text(std::span<std::byte const> raw) const {
  if (!is_plausible(raw)) return "(no address)";
  std::array<char, 512> buffer{};
  std::size_t size = buffer.size();
  fi_av_straddr(av_.get(), raw.data(), buffer.data(), &size);
  buffer.back() = '\0';
  return buffer.data();
}

}  // namespace weft::fabric
