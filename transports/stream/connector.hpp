// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "base/fd.hpp"
#include "stream/address.hpp"
#include "stream/hub.hpp"
#include "stream/step.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weft::stream {

using addresses = setup<std::vector<address>>;

/// Keeps an answer from being given: destroyed, it has nobody called back.
class pending {
 public:
  virtual ~pending() = default;
};

/// What one transport's dialers do differently.
struct approach {
  stream::framing framing = stream::framing::tcp;
  /// Finds where to connect to and calls back on the loop, at once or later, once, unless what it returned is
  /// destroyed.
  std::function<std::unique_ptr<pending>(std::function<void(addresses)>)> resolve;
  /// A socket before it is connected. \return why it cannot be used for that address
  std::function<std::error_code(int fd, address const&)> prepare;
  std::function<steps()> handshake;  ///< with each peer
  std::function<std::string(int fd)> name_of_peer;
};

/// Makes connections to where a URL leads: tries the addresses in turn, each for its part of the time, and shakes
/// hands with the first that answers.
class connector final : public ext::connector {
 public:
  connector(hub&, std::string name, ext::handshake const&, dial_options const&, approach);
  ~connector() override;

  void connect(ext::connection_handler) override;
  void cancel() noexcept override;

 private:
  class attempt;

  hub& hub_;
  std::string name_;
  ext::handshake terms_;
  clock::duration timeout_;
  approach approach_;
  std::shared_ptr<attempt> attempt_;
};

}  // namespace weft::stream
