// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>
#include <weft/result.hpp>
#include <weft/url.hpp>

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <string>

namespace weft::tls {

enum class side { dials, listens };

/// What the connections of one dialer or listener share: certificates, keys, and whom to believe.
/// Thread safety: connections may be made from it in any thread.
class context {
 public:
  /// Or what is wrong with the options, and which of them.
  static setup<std::shared_ptr<context>> make(tls_options const&, side);

  tls::side side() const noexcept { return side_; }
  SSL_CTX* native() noexcept { return context_.native_handle(); }
  /// Peers are asked for certificates.
  bool asks() const noexcept { return asks_; }

  context(tls::side s, bool asks) : context_(boost::asio::ssl::context::tls), side_(s), asks_(asks) {}

 private:
  boost::asio::ssl::context context_;
  tls::side side_;
  bool asks_;
};

/// The name that a listener's certificate must be for.
std::string name_to_verify(url const& dialed, tls_options const&);

}  // namespace weft::tls
