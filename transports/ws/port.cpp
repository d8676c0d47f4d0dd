// SPDX-License-Identifier: MIT
#include "ws/port.hpp"

#include <weft/error.hpp>

#include "tls/channel.hpp"

#include <utility>
#include <vector>

namespace weft::ws {

port::port(stream::hub& h, tcp::open_port p, listen_options const& o, std::shared_ptr<tls::context> c)
    : hub_(h),
      local_(std::move(p.local)),
      tls_(o.tls),
      context_(std::move(c)),
      door_(h.reactor(), local_.to_string(), std::move(p.fd), o, tcp::welcome_with([this] { return steps(); })) {}

stream::steps port::steps() {
  stream::steps all;
  if (context_) all.push_back(std::make_unique<tls::secure>(context_, std::string()));
  all.push_back(std::make_unique<answer>([this](std::string const& path) { return find(path); }));
  return all;
}

result<offer, refusal> port::find(std::string const& path) {
  std::lock_guard lock(mutex_);
  auto const it = tenants_.find(path);
  if (it == tenants_.end()) return refusal{404, "nobody listens at " + path};
  if (!it->second.handler) return refusal{503, "not yet"};
  return it->second.what;
}

bool port::let(std::string const& path, ext::handshake const& h, offer o) {
  std::lock_guard lock(mutex_);
  return tenants_.try_emplace(path, tenant{.terms = h, .what = std::move(o)}).second;
}

void port::leave(std::string const& path) noexcept {
  std::lock_guard lock(mutex_);
  tenants_.erase(path);
}

void port::serve(std::string const& path, ext::connection_handler h) {
  {
    std::lock_guard lock(mutex_);
    tenants_.at(path).handler = std::move(h);
  }
  if (!std::exchange(open_, true))
    door_.open([this](setup<stream::established> r, std::string const& peer) { arrived(std::move(r), peer); });
}

/// Whom a peer that failed was looking for is not always known: then all are told.
void port::arrived(setup<stream::established> r, std::string const& peer) {
  std::vector<tenant> told;
  {
    std::lock_guard lock(mutex_);
    for (auto const& [path, t] : tenants_)
      if (t.handler && (!r || path == r->wanted)) told.push_back(t);
  }
  if (r && told.size() == 1)
    told[0].handler(hub_.take_in(std::move(r), stream::framing::ws, told[0].terms, local_.to_string(), peer));
  else if (!r)
    for (auto const& t : told) t.handler(r.error());
}

std::shared_ptr<port> port::make(stream::hub& h, tcp::open_port p, listen_options const& o,
                                 std::shared_ptr<tls::context> c) {
  // Descriptors are let go of on the loop.
  auto const last = [&loop = h.reactor()](port* gone) {
    std::shared_ptr<port> owned(gone);
    if (!loop.on_loop()) loop.post([owned = std::move(owned)] {});
  };
  return {new port(h, std::move(p), o, std::move(c)), last};
}

}  // namespace weft::ws
