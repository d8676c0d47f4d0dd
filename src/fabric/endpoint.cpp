// SPDX-License-Identifier: MIT
// How an endpoint comes to be, and what is left of it.
#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"
#include "fabric/in_flight.hpp"
#include "fabric/info.hpp"
#include "fabric/shm_guard.hpp"
#include "fabric/shm_neighbours.hpp"

#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>

#include <algorithm>
#include <string_view>

namespace weft::fabric {

namespace {

std::optional<failure> check(std::string_view call, long rc) {
  if (rc < 0) return failed(call, rc);
  return {};
}

std::string_view as_text(raw_address const& raw) { return {reinterpret_cast<char const*>(raw.data()), raw.size()}; }

}  // namespace

setup<std::unique_ptr<endpoint>> endpoint::open(std::shared_ptr<fabric::domain const> in, fabric::info const& like,
                                                endpoint_bindings bindings) {
  std::unique_ptr<endpoint> e(new endpoint(std::move(in), like));
  if (auto why = e->make(bindings))
    return failure{why->code, "provider " + std::string(like.provider()) + ": " + why->detail};
  return e;
}

setup<std::unique_ptr<endpoint>> endpoint::open(fabric::info const& like, endpoint_bindings bindings) {
  auto in = fabric::domain::open(like);
  if (!in) return in.error();
  return open(*std::move(in), like, std::move(bindings));
}

endpoint::endpoint(std::shared_ptr<fabric::domain const> in, fabric::info const& like)
    : domain_(std::move(in)), info_(like) {}

std::optional<failure> endpoint::make(endpoint_bindings& b) {
  if (auto why = make_endpoint(b)) return why;
  if (auto why = make_bindings(b)) return why;
  if (auto why = bind_and_enable(b)) return why;
  inject_limit_ = info_.inject_limit();
  max_message_ = info_.max_message();
  iov_limit_ = info_.iov_limit();
  receive_iov_limit_ = info_.receive_iov_limit();
  registers_ = info_.registers_locally();
  moves_by_itself_ = info_->domain_attr->data_progress != FI_PROGRESS_MANUAL;
  has_msg_ = supports(capability::msg);
  has_peers_ = type() != endpoint_type::msg;
  has_tagged_ = supports(capability::tagged);
  directs_untagged_ = facts_of(info_).directs_untagged;
  has_rma_ = supports(capability::rma);
  has_atomic_ = supports(capability::atomic);
  in_flight_ = std::make_unique<in_flight>(domain_);
  return guard_shm();
}

// A depth is a wish: what the provider refuses is asked again without.
std::optional<failure> endpoint::make_endpoint(endpoint_bindings const& b) {
  auto make = [this](fabric::info const& like) {
    return fabric::open<fid_ep>("fi_endpoint", [&](auto** out) {
      return fi_endpoint(domain_->native_handle(), like.native_handle(), out, nullptr);
    });
  };
  auto wished = info_;
  if (b.send_depth) wished->tx_attr->size = b.send_depth;
  if (b.receive_depth) wished->rx_attr->size = b.receive_depth;
  auto made = make(wished);
  if (!made && (b.send_depth || b.receive_depth)) {
    wished = info_;
    made = make(wished);
  }
  if (!made) return made.error();
  endpoint_ = *std::move(made);
  info_ = std::move(wished);
  return {};
}

std::optional<failure> endpoint::make_bindings(endpoint_bindings& b) {
  sends_ = std::move(b.sends);
  receives_ = b.receives ? std::move(b.receives) : sends_;
  if (!sends_) {
    // Room for all that can be in flight: an overrun loses completions for good.
    auto made = completion_queue::open(
        domain_, {.depth = send_depth() + receive_depth(), .sources = supports(capability::source)});
    if (!made) return made.error();
    sends_ = *std::move(made);
    if (!receives_) receives_ = sends_;
  }
  if (type() == endpoint_type::msg) {
    events_ = std::move(b.events);
    if (events_) return {};
    auto made = event_queue::open(domain_->parent());
    if (!made) return made.error();
    events_ = *std::move(made);
    return {};
  }
  peers_ = std::move(b.peers);
  if (peers_) return {};
  auto made = address_vector::open(domain_);
  if (!made) return made.error();
  peers_ = *std::move(made);
  return {};
}

std::optional<failure> endpoint::bind_counters(endpoint_bindings const& b) {
  auto* const ep = endpoint_.get();
  sends_counted_ = b.sends_counted;
  receives_counted_ = b.receives_counted;
  auto const sends = FI_SEND | (supports(capability::rma) || supports(capability::atomic) ? FI_READ | FI_WRITE : 0);
  if (sends_counted_)
    if (auto why = check("fi_ep_bind (counter of sends)", fi_ep_bind(ep, &sends_counted_->native_handle()->fid, sends)))
      return why;
  if (receives_counted_)
    return check("fi_ep_bind (counter of receives)", fi_ep_bind(ep, &receives_counted_->native_handle()->fid, FI_RECV));
  return {};
}

std::optional<failure> endpoint::bind_and_enable(endpoint_bindings const& b) {
  auto* const ep = endpoint_.get();
  if (peers_)
    if (auto why = check("fi_ep_bind (address vector)", fi_ep_bind(ep, &peers_->native_handle()->fid, 0))) return why;
  if (events_)
    if (auto why = check("fi_ep_bind (event queue)", fi_ep_bind(ep, &events_->native_handle()->fid, 0))) return why;
  auto const flags = sends_ == receives_ ? FI_TRANSMIT | FI_RECV : FI_TRANSMIT;
  if (auto why = check("fi_ep_bind (completion queue)", fi_ep_bind(ep, &sends_->native_handle()->fid, flags)))
    return why;
  if (sends_ != receives_)
    if (auto why = check("fi_ep_bind (completion queue)", fi_ep_bind(ep, &receives_->native_handle()->fid, FI_RECV)))
      return why;
  if (auto why = bind_counters(b)) return why;
  if (!b.name.empty() && info_.provider() == "shm") {
    // Without it the library adds a user and a number to the name, and 2.x something random where it is taken.
    auto exact = "fi_shm://" + b.name;
    if (auto why = check("fi_setname", fi_setname(&ep->fid, exact.data(), exact.size() + 1))) return why;
  }
  if (auto why = check("fi_enable", fi_enable(ep))) return why;
  if (b.multi_recv_least == 0) return {};
  // Not before: shm of 1.17 crashes.
  auto const least = b.multi_recv_least;
  return check("FI_OPT_MIN_MULTI_RECV",
               fi_setopt(&ep->fid, FI_OPT_ENDPOINT, FI_OPT_MIN_MULTI_RECV, &least, sizeof least));
}

std::optional<failure> endpoint::guard_shm() {
  if (!peers_) return {};
  auto const own = address();
  if (own.empty()) return failed("fi_getname", -FI_EADDRNOTAVAIL);
  if (info_.provider() == "shm") {
    guard_ = shm_guard::make(as_text(own));
    house_ = shm_neighbours::move_in(as_text(own));
  }
  peers_->bound(own, guard_);
  return {};
}

/// What is left of an endpoint over shm, in the order in which it is closed, reversed.
struct shm_remains {
  std::shared_ptr<domain const> in;
  std::shared_ptr<fid_av> peers;
  std::shared_ptr<completion_queue> sends, receives;
  std::shared_ptr<shm_guard> guard;
  info of;
  handle<fid_ep> endpoint;
};

endpoint::~endpoint() {
  if (!house_) return;
  if (guard_) guard_->take_down_name();
  // A queue that others read would move what is left, into memory that is gone.
  long const ours = sends_ == receives_ ? 2 : 1;
  if (sends_.use_count() != ours || receives_.use_count() != ours) return;
  static_cast<shm_neighbours::house&>(*std::static_pointer_cast<shm_neighbours::house>(house_)).remains =
      std::shared_ptr<shm_remains>(new shm_remains{domain_, peers_->shared_handle(), std::move(sends_),
                                                   std::move(receives_), std::move(guard_), std::move(info_),
                                                   std::move(endpoint_)});
}

raw_address endpoint::address() const {
  raw_address own;
  std::size_t size = sizeof(fi_addr_t);  // too small for most: they say how much it takes
  long rc = -FI_ETOOSMALL;
  for (int tries = 0; rc == -FI_ETOOSMALL && tries != 4; ++tries) {
    own.resize(size);
    rc = fi_getname(&endpoint_->fid, own.data(), &size);
    if (rc == 0 && size > own.size()) rc = -FI_ETOOSMALL;
  }
  own.resize(rc == 0 ? size : 0);
  return own;
}

result<peer> endpoint::insert_itself() {
  if (!peers_) return misuse::not_offered;
  return peers_->insert(address());
}

std::error_code endpoint::cancel(operation& op) noexcept {
  return error(fi_cancel(&endpoint_->fid, op.native_handle()));
}

}  // namespace weft::fabric
