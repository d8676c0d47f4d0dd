// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "base/fd.hpp"
#include "stream/hub.hpp"

#include <functional>
#include <memory>
#include <string>

namespace weft::stream {

/// What one transport's listeners do differently.
struct welcome {
  stream::framing framing = stream::framing::tcp;
  std::function<void(int fd)> prepare;  ///< each socket that comes in; may be empty
  std::function<std::string(int fd)> name_of_peer;
  std::function<void()> at_end;  ///< once, when nobody listens any more; may be empty
};

/// Takes in who knocks at a listening socket, and shakes hands with many at a time: silent peers are sent away after
/// `handshake_timeout`, and never hold up the others; beyond `max_half_open` of them the rest wait in the backlog.
class acceptor final : public ext::acceptor {
 public:
  acceptor(hub&, url local, base::unique_fd listening, ext::handshake const&, listen_options const&, welcome);
  ~acceptor() override;

  url local() const override { return local_; }
  void start(ext::connection_handler) override;

 private:
  class state;

  url local_;
  std::shared_ptr<state> state_;
};

}  // namespace weft::stream
