// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>
#include <weft/options.hpp>
#include <weft/url.hpp>

#include "base/fd.hpp"
#include "fabric/directory.hpp"
#include "fabric/handshake.hpp"

#include <map>
#include <memory>
#include <string>

namespace weft::ofi {

/// Listens at one URL: accepts stream sockets, and lets their peers introduce themselves.
class acceptor final : public ext::acceptor {
 public:
  /// \param listening bound, not blocking \param local with the real port
  acceptor(directory&, choice, url local, base::unique_fd listening, ext::handshake const&, listen_options const&);
  ~acceptor() override;

  url local() const override { return local_; }
  void start(ext::connection_handler) override;
  /// On a wildcard address anybody who reaches this host may speak to libfabric, which trusts its peers.
  std::string warning() const override;

 private:
  // A peer that has not introduced itself yet.
  struct guest {
    std::shared_ptr<handshake> shaking;
    std::unique_ptr<ext::alarm> patience;
  };
  class state;

  url local_;
  bool everywhere_;
  std::shared_ptr<state> state_;
};

}  // namespace weft::ofi
