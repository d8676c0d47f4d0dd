// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "base/fd.hpp"
#include "stream/hub.hpp"
#include "stream/step.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace weft::stream {

/// What one transport's listeners do differently.
struct welcome {
  std::function<void(int fd)> prepare;  ///< each socket that comes in; may be empty
  std::function<steps()> handshake;     ///< with each peer
  std::function<std::string(int fd)> name_of_peer;
  std::function<void()> at_end;  ///< once, when nobody listens any more; may be empty
};

/// Takes in who knocks at a listening socket, and shakes hands with many at a time: silent peers are sent away after
/// `handshake_timeout`, and never hold up the others; beyond `max_half_open` of them the rest wait in the backlog,
/// until one has gone or has had a tenth of that time. On the loop.
class door {
 public:
  using handler = std::function<void(setup<established>, std::string const& peer)>;

  door(ext::reactor&, std::string name, base::unique_fd listening, listen_options const&, welcome);
  door(door const&) = delete;
  door& operator=(door const&) = delete;
  ~door();

  void open(handler);

 private:
  class state;
  std::shared_ptr<state> state_;
};

/// The connections that come in at a door of their own.
class acceptor final : public ext::acceptor {
 public:
  acceptor(hub& h, url local, base::unique_fd listening, framing f, ext::handshake const& terms,
           listen_options const& o, welcome w)
      : hub_(h),
        framing_(f),
        terms_(terms),
        local_(std::move(local)),
        door_(h.reactor(), local_.to_string(), std::move(listening), o, std::move(w)) {}

  url local() const override { return local_; }
  void start(ext::connection_handler) override;

 private:
  hub& hub_;
  framing framing_;
  ext::handshake terms_;
  url local_;
  door door_;
};

}  // namespace weft::stream
