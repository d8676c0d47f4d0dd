// SPDX-License-Identifier: MIT
#include "fabric/transport.hpp"

#include "fabric/acceptor.hpp"
#include "fabric/bootstrap.hpp"
#include "fabric/connector.hpp"
#include "fabric/directory.hpp"
#include "fabric/provider.hpp"

#include <string_view>
#include <vector>

namespace weft::ofi {

namespace {

class transport final : public ext::transport {
 public:
  explicit transport(ext::reactor& r) : directory_(r), schemes_(fabric::scheme_names()) {
    schemes_.push_back("ofi+sm");  // as Mercury has it
  }

  std::span<std::string_view const> schemes() const noexcept override { return schemes_; }

  setup<std::unique_ptr<ext::connector>> dial(url const& to, ext::handshake const& h, dial_options const& o) override {
    auto chosen = choose(to, h, false);
    if (!chosen) return chosen.error();
    return std::unique_ptr<ext::connector>(std::make_unique<connector>(directory_, *std::move(chosen), to, h, o));
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto chosen = choose(at, h, true);
    if (!chosen) return chosen.error();
    auto addresses = resolve(at, chosen->bootstrap, true);
    if (!addresses) return addresses.error();
    auto fd = listen_at(*addresses, at.to_string());
    if (!fd) return fd.error();
    // A wildcard is allowed, and should be a decision: libfabric trusts whoever reaches its ports.
    url local = at;
    if (chosen->bootstrap == fabric::bootstrap_kind::tcp) {
      auto const bound = local_address(fd->get());
      local.port = bound.port();
      if (local.host.empty() || local.host == "*") local.host = bound.host();
    }
    return std::unique_ptr<ext::acceptor>(
        std::make_unique<acceptor>(directory_, *std::move(chosen), std::move(local), *std::move(fd), h, o));
  }

 private:
  static setup<choice> choose(url const& u, ext::handshake const& h, bool listening) {
    auto chosen = choice::of(u);
    if (!chosen) return chosen;
    if (auto why = check_place(u, chosen->bootstrap, listening)) return *std::move(why);
    if (chosen->by == path::dgram && !tolerates_loss(h.self))
      return failure{errc::unsupported, u.to_string() + ": ?ep=dgram loses messages, which protocol " +
                                            std::to_string(h.self) +
                                            " does not bear; BUS, PUB and SUB do; without ?ep= nothing is lost"};
    return chosen;
  }

  directory directory_;
  std::vector<std::string_view> schemes_;
};

}  // namespace

}  // namespace weft::ofi

namespace weft::transports {

std::unique_ptr<ext::transport> make_fabric_transport(ext::reactor& r) { return std::make_unique<ofi::transport>(r); }

}  // namespace weft::transports
