// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>
#include <weft/ext/transport.hpp>

#include "support/certificates.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace weft::test {

#ifdef WEFT_TLS
inline tls_options good_listener() { return {.certificate = good_identity().certificate, .key = good_identity().key}; }
inline tls_options good_dialer() { return {.ca = known_authority().certificate()}; }
#else
inline tls_options good_listener() { return {}; }
inline tls_options good_dialer() { return {}; }
#endif

/// A transport whose dialers and listeners have good certificates and believe each other: for tests that know no more
/// than a URL.
class secured final : public ext::transport {
 public:
  explicit secured(std::unique_ptr<ext::transport> inner) : inner_(std::move(inner)) {}

  std::span<std::string_view const> schemes() const noexcept override { return inner_->schemes(); }
  setup<std::unique_ptr<ext::connector>> dial(url const& u, ext::handshake const& h, dial_options const& o) override {
    auto with = o;
    with.tls = good_dialer();
    return inner_->dial(u, h, with);
  }
  setup<std::unique_ptr<ext::acceptor>> listen(url const& u, ext::handshake const& h,
                                               listen_options const& o) override {
    auto with = o;
    with.tls = good_listener();
    return inner_->listen(u, h, with);
  }

 private:
  std::unique_ptr<ext::transport> inner_;
};

inline ext::transport_factory secured_by(ext::transport_factory make_inner) {
  return [make_inner = std::move(make_inner)](ext::reactor& r) { return std::make_unique<secured>(make_inner(r)); };
}
/// To add to an engine.
inline std::function<void(engine&)> secured_with(ext::transport_factory make_inner) {
  return [made = secured_by(std::move(make_inner))](engine& e) { e.add_transport(made); };
}

}  // namespace weft::test
