// SPDX-License-Identifier: MIT
#include "fabric/endpoint.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace weft::fabric {

namespace {

std::optional<failure> check(std::string_view call, long rc) {
  if (rc < 0) return failed(call, rc);
  return {};
}

std::string_view as_text(std::span<std::byte const> raw) {
  return {reinterpret_cast<char const*>(raw.data()), raw.size()};
}

}  // namespace

setup<std::unique_ptr<rdm_endpoint>> rdm_endpoint::open(std::shared_ptr<fabric::domain const> in,
                                                        endpoint_options const& options) {
  std::unique_ptr<rdm_endpoint> e(new rdm_endpoint(std::move(in)));
  if (auto why = e->make(options))
    return failure{why->code, "provider " + std::string(e->info().provider()) + ": " + why->detail};
  return e;
}

std::optional<failure> rdm_endpoint::make(endpoint_options const& options) {
  fi_av_attr av{};
  av.type = FI_AV_TABLE;
  auto peers =
      fabric::open<fid_av>("fi_av_open", [&](auto** out) { return fi_av_open(domain_->get(), &av, out, nullptr); });
  if (!peers) return peers.error();
  peers_ = *std::move(peers);
  if (auto why = make_endpoint(options)) return why;
  // Room for all that can be in flight: an overrun loses completions for good.
  auto queue = completion_queue::open(domain_, send_depth_ + receive_depth_);
  if (!queue) return queue.error();
  completions_ = *std::move(queue);
  if (auto why = bind_and_enable(options.name)) return why;
  if (auto why = learn_address()) return why;
  if (info().provider() != "shm") return {};
  guard_ = shm_guard::make(as_text(address_));
  house_ = shm_neighbours::move_in(as_text(address_));
  return {};
}

/// What an endpoint is made of, in the order of its members.
struct rdm_endpoint::parts {
  std::shared_ptr<fabric::domain const> domain;
  handle<fid_av> peers;
  std::unique_ptr<completion_queue> completions;
  std::unique_ptr<shm_guard> guard;
  handle<fid_ep> endpoint;
};

rdm_endpoint::~rdm_endpoint() {
  if (!house_) return;
  if (guard_) guard_->take_down_name();
  neighbours_.clear();  // it reads no completions any more
  house_->remains = std::shared_ptr<parts>(new parts{std::move(domain_), std::move(peers_), std::move(completions_),
                                                     std::move(guard_), std::move(endpoint_)});
}

// A depth is a wish: what the provider refuses is asked again without.
std::optional<failure> rdm_endpoint::make_endpoint(endpoint_options const& options) {
  auto make = [this](fabric::info const& like) {
    return fabric::open<fid_ep>("fi_endpoint",
                                [&](auto** out) { return fi_endpoint(domain_->get(), like.get(), out, nullptr); });
  };
  fabric::info wished(info());
  if (options.send_depth) wished->tx_attr->size = options.send_depth;
  if (options.receive_depth) wished->rx_attr->size = options.receive_depth;
  auto made = make(wished);
  if (!made) {
    wished = info();
    made = make(wished);
  }
  if (!made) return made.error();
  endpoint_ = *std::move(made);
  send_depth_ = wished->tx_attr->size;
  receive_depth_ = wished->rx_attr->size;
  inject_size_ = wished->tx_attr->inject_size;
  max_message_ = wished->ep_attr->max_msg_size;
  max_pieces_ = std::max<std::size_t>(wished->tx_attr->iov_limit, 1);
  return {};
}

std::optional<failure> rdm_endpoint::bind_and_enable(std::string const& name) {
  auto* const ep = endpoint_.get();
  if (auto why = check("fi_ep_bind (address vector)", fi_ep_bind(ep, &peers_->fid, 0))) return why;
  if (auto why =
          check("fi_ep_bind (completion queue)", fi_ep_bind(ep, &completions_->get()->fid, FI_TRANSMIT | FI_RECV)))
    return why;
  if (!name.empty() && info().provider() == "shm") {
    // Without it the library adds a user and a number to the name, and 2.x something random where it is taken.
    auto exact = "fi_shm://" + name;
    if (auto why = check("fi_setname", fi_setname(&ep->fid, exact.data(), exact.size() + 1))) return why;
  }
  return check("fi_enable", fi_enable(ep));
}

std::optional<failure> rdm_endpoint::learn_address() {
  std::size_t size = sizeof(fi_addr_t);  // too small for most: they say how much it takes
  long rc = -FI_ETOOSMALL;
  for (int tries = 0; rc == -FI_ETOOSMALL && tries != 4; ++tries) {
    address_.resize(size);
    rc = fi_getname(&endpoint_->fid, address_.data(), &size);
    if (rc == 0 && size > address_.size()) rc = -FI_ETOOSMALL;
  }
  if (rc == 0) address_.resize(size);
  return check("fi_getname", rc);
}

std::string rdm_endpoint::text(std::span<std::byte const> raw) const {
  if (!is_plausible(info()->addr_format, raw, address_)) return "(no address)";
  std::array<char, 512> buffer{};
  std::size_t size = buffer.size();
  fi_av_straddr(peers_.get(), raw.data(), buffer.data(), &size);
  buffer.back() = '\0';
  return buffer.data();
}

result<fi_addr_t> rdm_endpoint::insert(std::span<std::byte const> raw) {
  if (!is_plausible(info()->addr_format, raw, address_)) return error(-FI_EINVAL);
  std::array<std::byte, longest_address> padded{};
  std::ranges::copy(raw, padded.begin());
  auto neighbour = house_ ? shm_neighbours::visit(as_text(raw)) : nullptr;
  fi_addr_t peer = FI_ADDR_UNSPEC;
  long const inserted = fi_av_insert(peers_.get(), padded.data(), 1, &peer, 0, nullptr);
  if (inserted == 1 && peer != FI_ADDR_NOTAVAIL) {
    if (guard_) guard_->meet(peer, as_text(raw));
    if (neighbour) {
      std::lock_guard lock(neighbours_mutex_);
      neighbours_.insert_or_assign(peer, std::move(neighbour));
    }
    return peer;
  }
  return error(inserted < 0 ? inserted : -FI_EADDRNOTAVAIL);
}

std::error_code rdm_endpoint::remove(fi_addr_t peer) noexcept {
  if (auto const why = error(fi_av_remove(peers_.get(), &peer, 1, 0))) return why;
  if (guard_) guard_->forget(peer);
  std::shared_ptr<shm_neighbours::house> last;  // closing takes time
  std::lock_guard lock(neighbours_mutex_);
  if (auto const it = neighbours_.find(peer); it != neighbours_.end()) {
    last = std::move(it->second);
    neighbours_.erase(it);
  }
  return {};
}

}  // namespace weft::fabric
