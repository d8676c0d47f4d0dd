// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>
#include <weft/options.hpp>
#include <weft/url.hpp>

#include "fabric/bootstrap.hpp"
#include "fabric/directory.hpp"
#include "fabric/handshake.hpp"

#include <memory>
#include <vector>

namespace weft::ofi {

/// Dials one URL: connects its stream socket, and introduces itself.
class connector final : public ext::connector {
 public:
  connector(directory&, choice, url, ext::handshake const&, dial_options const&);
  ~connector() override;

  void connect(ext::connection_handler) override;
  void cancel() noexcept override;

 private:
  class attempt;

  directory& directory_;
  choice choice_;
  url url_;
  ext::handshake terms_;
  dial_options options_;
  std::uint64_t incarnation_ = random_number();
  std::shared_ptr<attempt> attempt_;
};

}  // namespace weft::ofi
