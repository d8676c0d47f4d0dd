// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/export.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/pipe_info.hpp>
#include <weft/result.hpp>
#include <weft/socket.hpp>
#include <weft/socket_channel.hpp>

#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft {

/// A socket whose protocol is known when the program runs: for bindings, tables of sockets, and whoever chooses by
/// configuration. Made of any typed one, which it takes over with its peers, addresses and messages.
///
/// What the protocol cannot do ends in `unsupported` (std::errc::not_supported), where a typed socket would not
/// compile; all else is as with the typed socket, and costs the same. Thread safety: all members, from any thread, at
/// once; as of basic_socket.
class WEFT_API any_socket : public conversation, public socket_endpoints<any_socket> {
 public:
  template <protocol_traits P>
  any_socket(basic_socket<P>&& s)
      : conversation(std::move(s)),
        self_(P::self),
        peer_(P::peer),
        can_{P::sends, P::receives, sends_to_one<P>, filters_topics<P>} {
    if constexpr (has_channel_context<P>) open_channel_ = &P::open_channel;
  }
  any_socket(any_socket&&) noexcept = default;
  any_socket& operator=(any_socket&&) noexcept;
  ~any_socket();

  std::uint16_t protocol() const noexcept { return self_; }       ///< its number in the SP handshake
  std::uint16_t peer_protocol() const noexcept { return peer_; }  ///< and that of those it talks with
  bool sends() const noexcept { return can_.send; }
  bool receives() const noexcept { return can_.receive; }

  // As of messaging.
  void send(message&& m, op_options const& o = {});
  void send(message& m, op_options const& o, std::error_code& why);
  void send(std::string_view text, op_options const& o = {}) { send(message(text), o); }
  message receive(op_options const& o = {});
  message receive(op_options const& o, std::error_code& why);
  std::error_code try_send(message& m);
  result<message> try_receive();
  void send_to(pipe_id p, message& m, std::error_code& why);
  void subscribe(std::string_view prefix);
  bool unsubscribe(std::string_view prefix);
  weft::sender sender();
  weft::receiver receiver();

  /// \pre it was made of a basic_socket<P>
  template <adjusts P>
  void set_options(typename P::options const& o) {
    conversation::with_context([&](ext::context& c) { P::adjust(c, o); });
  }

  // As of basic_socket.
  int receive_fd();
  int send_fd();

 private:
  struct abilities {
    bool send, receive, name_its_peer, subscribe;
  };

  std::uint16_t self_;
  std::uint16_t peer_;
  abilities can_;
  channel_function open_channel_ = nullptr;
};

}  // namespace weft
