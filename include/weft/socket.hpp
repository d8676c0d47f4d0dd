// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>
#include <weft/error.hpp>
#include <weft/ext/protocol.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/pipe_info.hpp>
#include <weft/result.hpp>
#include <weft/socket_channel.hpp>
#include <weft/statistics.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

namespace core {
class socket;
}
class receive_awaitable;
class send_awaitable;

/// What a type must say about itself to be a socket's protocol.
template <class P>
concept protocol_traits = requires(ext::protocol_host& host, typename P::options const& options) {
  { P::self } -> std::convertible_to<std::uint16_t>;
  { P::peer } -> std::convertible_to<std::uint16_t>;
  { P::sends } -> std::convertible_to<bool>;
  { P::receives } -> std::convertible_to<bool>;
  { P::contexts } -> std::convertible_to<bool>;
  { P::make(host, options) } -> std::same_as<std::unique_ptr<ext::protocol>>;
};

/// What a protocol may have besides: topics, sends to one named peer, requests that are answered in any order, contexts
/// with options of their own.
template <class P>
concept filters_topics = requires {
  requires P::subscribes;
};
template <class P>
concept sends_to_one = requires {
  requires P::directed;
};
template <class P>
concept replies = requires {
  requires P::replies;
};
template <class P>
concept opens_contexts = requires(ext::protocol& p, typename P::options const& options) {
  { P::open(p, options) } -> std::same_as<std::unique_ptr<ext::context>>;
};

/// Options that may change while the socket lives.
template <class P>
concept adjusts = requires(ext::context& c, typename P::options const& o) {
  P::adjust(c, o);
};

/// What a protocol's channels use in place of the socket's own context: there each request carries its way back.
template <class P>
concept has_channel_context = requires(ext::protocol& p) {
  { P::open_channel(p) } -> std::same_as<std::unique_ptr<ext::context>>;
};

/// A protocol without options of its own.
struct no_options {};

/// What close() did with the messages that send() had taken.
struct close_report {
  std::size_t unconfirmed = 0;  ///< sent, and not known to have reached the peer: some may be lost
  std::size_t discarded = 0;    ///< received, and never asked for; not what waits for a receiver()
  bool clean() const noexcept { return unconfirmed == 0 && discarded == 0; }
};

/// Everything basic_socket and basic_context do, once, without the protocol's type.
/// Not for direct use: it offers each direction whether the protocol has it or not.
class WEFT_API conversation {
 public:
  conversation(conversation&&) noexcept;
  conversation& operator=(conversation&&) noexcept;
  ~conversation();

 protected:
  conversation(std::shared_ptr<core::socket>, std::unique_ptr<ext::context>);

  void send(message&, op_options const&, std::error_code&);
  message receive(op_options const&, std::error_code&);
  void send_to(pipe_id, message&, std::error_code&);
  std::error_code try_send(message&);
  result<message> try_receive();
  void subscribe(std::string_view prefix);
  bool unsubscribe(std::string_view prefix);
  void with_context(std::function<void(ext::context&)> const&);

  /// `open`: a context for channels, null for the one there is.
  using channel_function = std::unique_ptr<ext::context> (*)(ext::protocol&);
  weft::sender sender(channel_function open);
  weft::receiver receiver(channel_function open);
  friend struct socket_access;

  std::shared_ptr<core::socket> socket_;
  std::shared_ptr<ext::context> context_;  // channels have it too
};

/// For what drives sockets in ways of its own: weft/asio.hpp and its like.
struct socket_access {
  static std::shared_ptr<core::socket> const& of(conversation const& c) noexcept { return c.socket_; }
};

/// What a socket is made of, taken out of its type: for what owns sockets of any protocol, like a device.
struct WEFT_API detached_socket {
  detached_socket();
  detached_socket(std::shared_ptr<core::socket>, std::shared_ptr<ext::context>) noexcept;
  detached_socket(detached_socket&&) noexcept;
  ~detached_socket();

  std::shared_ptr<core::socket> socket;
  std::shared_ptr<ext::context> context;
};

/// The sending and receiving half of a socket or context, with what P cannot do left out.
///
/// Blocking calls drive the network themselves while they wait. They come in two forms: one throws
/// std::system_error, the other sets an std::error_code. Errors they have in common: `closed`, `timed_out`,
/// `canceled`, `forked`. On any error the message is still the caller's, unharmed.
template <protocol_traits P>
class messaging : public conversation {
 public:
  /// Takes the message once the protocol has a peer that can. Completes when the message was handed to a
  /// connection (or kept for one, as REQ does), not when the peer has it: close(linger) tells that.
  /// Errors: message_too_large (over the peer's limit), wrong_state (REP without a request).
  void send(message&& m, op_options const& o = {}) requires(P::sends) {
    std::error_code why;
    conversation::send(m, o, why);
    if (why) raise(why);
  }
  void send(message& m, op_options const& o, std::error_code& why) requires(P::sends) { conversation::send(m, o, why); }
  void send(std::string_view text, op_options const& o = {}) requires(P::sends) { send(message(text), o); }

  /// The next message. Errors: wrong_state (REQ without a request), connection_reset (the request is lost).
  message receive(op_options const& o = {}) requires(P::receives) {
    std::error_code why;
    message m = conversation::receive(o, why);
    if (why) raise(why);
    return m;
  }
  message receive(op_options const& o, std::error_code& why) requires(P::receives) {
    return conversation::receive(o, why);
  }

  /// As send(), but answers would_block instead of waiting. Takes the message only on success.
  std::error_code try_send(message& m) requires(P::sends) { return conversation::try_send(m); }
  result<message> try_receive() requires(P::receives) { return conversation::try_receive(); }

  /// Sends to one peer, as message::source() or pipe_info::id names it, and never waits. Errors: `no_peers` when it
  /// is gone, `peers_full` when it has no room, message_too_large.
  void send_to(pipe_id p, message&& m) requires sends_to_one<P> {
    std::error_code why;
    conversation::send_to(p, m, why);
    if (why) raise(why);
  }
  void send_to(pipe_id p, message& m, std::error_code& why) requires sends_to_one<P> {
    conversation::send_to(p, m, why);
  }

  /// This direction as a channel: for select, loops and coroutines. The same each time.
  weft::sender sender() requires(P::sends) { return conversation::sender(channel_context()); }
  weft::receiver receiver() requires(P::receives) { return conversation::receiver(channel_context()); }

  /// For co_await: see weft/task.hpp.
  template <class Awaitable = receive_awaitable>
  Awaitable receive_async(op_options o = {}) requires(P::receives) {
    return Awaitable(receiver(), std::move(o));
  }
  template <class Awaitable = send_awaitable>
  Awaitable send_async(message m, op_options o = {}) requires(P::sends) {
    return Awaitable(sender(), std::move(m), std::move(o));
  }

  /// From now on messages that begin with `prefix` are received too; an empty one matches them all.
  void subscribe(std::string_view prefix) requires filters_topics<P> { conversation::subscribe(prefix); }
  /// \return whether there was such a subscription. What was received under it already stays.
  bool unsubscribe(std::string_view prefix) requires filters_topics<P> { return conversation::unsubscribe(prefix); }

  /// For what comes from now on. The protocol's `adjust` says which options can change; the others stay as they are.
  /// \throws std::system_error invalid_option
  void set_options(typename P::options const& o) requires adjusts<P> {
    conversation::with_context([&](ext::context& c) { P::adjust(c, o); });
  }

 protected:
  using conversation::conversation;

 private:
  static constexpr channel_function channel_context() noexcept {
    if constexpr (has_channel_context<P>)
      return &P::open_channel;
    else
      return nullptr;
  }
};

/// One of several independent conversations on a socket: its own request and reply.
/// Thread safety: one thread at a time for each context; different contexts from different threads.
/// Keeps its socket's state alive; operations end in `closed` once the socket is closed.
template <protocol_traits P>
class basic_context : public messaging<P> {
  template <protocol_traits Q>
  friend class basic_socket;
  using messaging<P>::messaging;
};

/// A request that was received, and the way back to who asked. Many may be held at a time, and answered in any order,
/// each from any thread; one that is destroyed is not answered.
template <protocol_traits P>
class basic_request {
 public:
  basic_request(message m, basic_context<P> c) noexcept : message_(std::move(m)), way_back_(std::move(c)) {}

  message& body() noexcept { return message_; }
  std::string_view text() const noexcept { return message_.text(); }
  pipe_id source() const noexcept { return message_.source(); }

  /// Once. Waits while the requester's connection has no room; a requester that has gone is counted, as a drop.
  /// Errors: as send(), and wrong_state the second time.
  void reply(message&& m, op_options const& o = {}) { way_back_.send(std::move(m), o); }
  void reply(std::string_view text, op_options const& o = {}) { way_back_.send(text, o); }
  void reply(message& m, op_options const& o, std::error_code& why) { way_back_.send(m, o, why); }

 private:
  message message_;
  basic_context<P> way_back_;
};

/// What a socket does whatever it speaks. Not for direct use.
class WEFT_API endpoint_control {
 protected:
  static std::shared_ptr<core::socket> open(
      engine&, std::uint16_t self, std::uint16_t peer, socket_options const&,
      std::function<std::unique_ptr<ext::protocol>(ext::protocol_host&)> const& make);
  static std::unique_ptr<ext::context> open_context(core::socket&);
  static std::unique_ptr<ext::context> open_context(
      core::socket&, std::function<std::unique_ptr<ext::context>(ext::protocol&)> const& open);
  static void dial(core::socket&, std::string_view, dial_options const&);
  static std::string listen(core::socket&, std::string_view, listen_options const&);
  static std::string local_url(core::socket const&);
  static bool hang_up(core::socket&, std::size_t endpoint);
  static void wait_for_peers(core::socket&, std::size_t, op_options const&, std::error_code&);
  static std::size_t peers(core::socket&);
  static std::optional<pipe_info> pipe(core::socket&, pipe_id);
  static socket_statistics statistics(core::socket&);
  static close_report close(core::socket&, clock::duration linger);
  static int receive_fd(core::socket&, ext::context&);
  static int send_fd(core::socket&, ext::context&);
};

/// The half of a socket that has to do with its peers.
template <class Socket>
class socket_endpoints : protected endpoint_control {
 public:
  /// Connects to `url`, now and again whenever the connection is lost, until the socket is closed.
  /// Returns at once: the peer need not be there yet.
  /// \throws std::system_error invalid_url, unknown_scheme, no_provider: what() names the part at fault.
  void dial(std::string_view url, dial_options const& o = {}) { endpoint_control::dial(core_of(), url, o); }

  /// Accepts peers at `url`. Bound when it returns. \return the URL to dial, with the port the system chose.
  /// \throws std::system_error as dial(), and address_in_use.
  std::string listen(std::string_view url, listen_options const& o = {}) {
    return endpoint_control::listen(core_of(), url, o);
  }

  /// Ends a dial() or listen(), the one that statistics().endpoints[endpoint] is about, and the connections it has
  /// made: what they had sent and not delivered is lost. \return whether it was still there
  bool hang_up(std::size_t endpoint) { return endpoint_control::hang_up(core_of(), endpoint); }

  /// The address of the latest listen(), as others may dial it; empty when there is none.
  std::string local_url() const { return endpoint_control::local_url(core_of()); }

  /// Waits until at least `n` peers are attached. Errors: timed_out, canceled, closed.
  void wait_for_peers(std::size_t n, op_options const& o = {}) {
    std::error_code why;
    wait_for_peers(n, o, why);
    if (why) raise(why);
  }
  void wait_for_peers(std::size_t n, op_options const& o, std::error_code& why) {
    endpoint_control::wait_for_peers(core_of(), n, o, why);
  }
  /// Peers attached now.
  std::size_t peers() const { return endpoint_control::peers(core_of()); }

  /// Who is at the other end of a pipe; nothing when it is gone.
  std::optional<pipe_info> pipe(pipe_id id) const { return endpoint_control::pipe(core_of(), id); }
  /// What has become of messages and connections so far. Takes the socket's lock for as long as it takes to copy.
  socket_statistics statistics() const { return endpoint_control::statistics(core_of()); }

  /// Stops new work, delivers what was sent for up to `linger`, and ends every waiting call with `closed`.
  /// Once. Waits for `linger` at most. \return what was not delivered.
  close_report close(clock::duration linger = {}) { return endpoint_control::close(core_of(), linger); }

 private:
  core::socket& core_of() const { return *socket_access::of(static_cast<Socket const&>(*this)); }
};

/// A socket that speaks P. What P cannot do, the type does not offer.
///
/// Thread safety: all members, from any thread, at once. A moved-from socket may only be destroyed or
/// assigned to. The destructor is close(0). Keep the engine for as long as you like: the socket holds it too.
template <protocol_traits P>
class basic_socket : public messaging<P>, public socket_endpoints<basic_socket<P>> {
 public:
  explicit basic_socket(engine& e, typename P::options options = {}, socket_options common = {})
      : basic_socket(endpoint_control::open(e, P::self, P::peer, common,
                                            [&](ext::protocol_host& host) { return P::make(host, options); })) {}
  basic_socket(basic_socket&&) noexcept = default;
  basic_socket& operator=(basic_socket&& other) noexcept {
    if (this == &other) return *this;
    if (this->socket_) this->close();
    messaging<P>::operator=(std::move(other));
    return *this;
  }
  ~basic_socket() {
    if (this->socket_) this->close();
  }

  /// An independent conversation on this socket. \throws std::bad_alloc
  basic_context<P> open_context() requires(P::contexts) {
    return {this->socket_, endpoint_control::open_context(*this->socket_)};
  }

  /// One with options of its own, in place of the socket's.
  basic_context<P> open_context(typename P::options const& o) requires opens_contexts<P> {
    return {this->socket_,
            endpoint_control::open_context(*this->socket_, [&](ext::protocol& p) { return P::open(p, o); })};
  }

  /// As receive(), but the request keeps its own way back: others may be received before it is answered.
  basic_request<P> receive_request(op_options const& o = {}) requires replies<P> {
    auto c = open_context();
    message m = c.receive(o);
    return {std::move(m), std::move(c)};
  }

  /// Readable exactly while receive() (send()) would not wait: for poll, epoll and event loops. Only that nothing was
  /// asked (wrong_state) does not show. Owned by the socket. Level-triggered. With `helper = false` it changes only
  /// while a thread is in a weft call or the engine is polled: watch engine::fd() as well.
  int receive_fd() requires(P::receives) { return endpoint_control::receive_fd(*this->socket_, *this->context_); }
  int send_fd() requires(P::sends) { return endpoint_control::send_fd(*this->socket_, *this->context_); }

 private:
  friend class device;
  detached_socket release() && { return {std::move(this->socket_), std::move(this->context_)}; }
  explicit basic_socket(std::shared_ptr<core::socket> s) : messaging<P>(s, endpoint_control::open_context(*s)) {}
};

}  // namespace weft
