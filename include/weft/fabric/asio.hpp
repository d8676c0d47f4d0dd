// SPDX-License-Identifier: MIT
#pragma once

#include <weft/asio_pending.hpp>
#include <weft/fabric/client.hpp>

#include <boost/asio/async_result.hpp>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

/// Clients with completion tokens, under the rules of weft/asio.hpp. Every cancellation type consumes nothing; a send
/// that libfabric has already cannot be canceled any more. A message is lost with the executor on which its handler was
/// to run. Clients must end before the executors of what still waits on them.
namespace weft::fabric {

namespace net {

namespace asio = boost::asio;
using weft::net::error_code;
using weft::net::pending;

/// A send and its handler: what async_send_to() starts. The rest of it is pending's.
template <class Handler>
class send_op final : public pending<send_op<Handler>, Handler>, public pending_send {
 public:
  /// Made, started and canceled by pending::launch(); finish() calls the handler, on its executor.
  ///@{
  send_op(Handler&& h, client& c, peer to, std::vector<std::byte> what)
      : pending<send_op, Handler>(std::move(h)), client_(c), to_(to), bytes_(std::move(what)) {}
  void start() { client_.start_send(*this, to_, bytes_); }
  void cancel() { (void)pending_send::cancel(); }
  void complete() noexcept override { this->done(); }
  void finish() { this->invoke(error_code(this->why)); }
  ///@}

 private:
  client& client_;
  peer to_;
  std::vector<std::byte> bytes_;
};

/// A receive and its handler: what async_receive() and async_receive_from() start. The rest of it is pending's.
template <class Handler>
class receive_op final : public pending<receive_op<Handler>, Handler>, public pending_receive {
 public:
  /// Made, started and canceled by pending::launch(); finish() calls the handler, on its executor.
  ///@{
  receive_op(Handler&& h, client& c, std::optional<peer> p) : pending<receive_op, Handler>(std::move(h)), client_(c) {
    this->from = p;
  }
  void start() { client_.start_receive(*this); }
  void cancel() { (void)pending_receive::cancel(); }
  void complete() noexcept override { this->done(); }
  void finish() { this->invoke(error_code(this->why), std::move(this->message)); }
  ///@}

 private:
  client& client_;
};

/// Both receives: of anybody where `from` is nothing.
template <class Token>
auto receive(client& c, std::optional<peer> from, Token&& token) {
  return asio::async_initiate<Token, void(error_code, incoming)>(
      [&c](auto handler, std::optional<peer> p) { receive_op<decltype(handler)>::launch(std::move(handler), c, p); },
      token, from);
}

}  // namespace net

/// void(error_code)
template <class Token>
auto async_send_to(client& c, peer to, std::vector<std::byte> what, Token&& token) {
  return net::asio::async_initiate<Token, void(net::error_code)>(
      [&c](auto handler, peer p, std::vector<std::byte> b) {
        net::send_op<decltype(handler)>::launch(std::move(handler), c, p, std::move(b));
      },
      token, to, std::move(what));
}
/// void(error_code), to the default peer
template <class Token>
auto async_send(client& c, std::vector<std::byte> what, Token&& token) {
  return async_send_to(c, c.default_peer(), std::move(what), std::forward<Token>(token));
}

/// void(error_code, incoming)
template <class Token>
auto async_receive(client& c, Token&& token) {
  return net::receive(c, std::nullopt, std::forward<Token>(token));
}
/// void(error_code, incoming): the next message of that peer
template <class Token>
auto async_receive_from(client& c, peer from, Token&& token) {
  return net::receive(c, from, std::forward<Token>(token));
}

}  // namespace weft::fabric
