// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/export.hpp>
#include <weft/ext/operation.hpp>
#include <weft/ext/receiving_iterator.hpp>
#include <weft/message.hpp>
#include <weft/options.hpp>
#include <weft/pipe_info.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft {

namespace core {
class socket;
}

/// What sender and receiver have in common: a view on one direction of a socket or context, not a queue of its own.
/// Copies are the same channel. Costs nothing until it is asked for, and no thread ever.
/// Outlives its socket: then it is closed.
class WEFT_API socket_channel {
 public:
  /// Whether they are the same channel.
  friend bool operator==(socket_channel const& a, socket_channel const& b) noexcept { return a.context_ == b.context_; }

  /// Who is at the other end of a pipe, as message::source() names it; nothing when it is gone.
  std::optional<pipe_info> pipe(pipe_id) const;

  // For select and the loops: see ext::observation.
  void unwatch(ext::observation&) noexcept;
  std::shared_ptr<core::socket> const& home() const noexcept { return socket_; }

 protected:
  socket_channel(std::shared_ptr<core::socket>, std::shared_ptr<ext::context>);

  std::shared_ptr<core::socket> socket_;
  std::shared_ptr<ext::context> context_;
};

/// The sending direction.
///
/// While no peer has room up to `socket_options::channel_send_buffer` messages wait in the socket, in order; close()
/// gives them its linger, and counts those it could not send. A buffered message that is refused later is counted as
/// dropped: who wants to know of each uses a buffer of 0 or an operation that completes (weft/asio.hpp, weft/task.hpp).
/// Thread safety: all members.
class WEFT_API sender : public socket_channel {
 public:
  using value_type = message;

  /// Answers would_block when the buffer is full too. Takes the message only on success.
  std::error_code try_send(message&);
  /// Waits for room in the buffer. Errors: `closed`, `canceled`, `timed_out`; what a send on the socket may say.
  void send(message&& m, op_options const& o = {});
  void send(std::string_view text, op_options const& o = {}) { send(message(text), o); }
  /// On any error the message is still the caller's.
  void send(message& m, op_options const& o, std::error_code& why);
  bool closed() const noexcept;

  // For select and the loops. An operation completes when the protocol has the message, or the buffer.
  std::error_code send_now(message&);  ///< as try_send(), without a look at the network
  void start(ext::send_operation&);
  bool cancel(ext::send_operation&);  ///< \return whether it ends in `canceled`; else it ends, or did, by itself
  void watch_room(ext::observation&);

 private:
  friend class conversation;
  using socket_channel::socket_channel;
};

/// The receiving direction. Each message goes to one receiver only: of channels, selects and calls on the socket, who
/// waits longest gets the next. Where a protocol takes turns (REQ, SURVEYOR) receiving waits for the request to be
/// sent; a time that is over, or a request that is lost, ends one receive and not the channel.
///
/// A message knows its source() and header(). What REP and RESPONDENT receive is answered by sending reply_to() it.
/// When the socket is closed what it had (up to `socket_options::channel_receive_buffer`) can still be received; then
/// it is `closed`. What nobody receives then is counted as dropped, `unread`, with the last handle to socket or
/// channel. Thread safety: all members.
class WEFT_API receiver : public socket_channel {
 public:
  using value_type = message;

  result<message> try_receive();
  /// Errors: `closed`, `canceled`, `timed_out`; what a receive on the socket may say.
  message receive(op_options const& o = {});
  message receive(op_options const& o, std::error_code& why);
  result<message> receive_result(op_options const& o = {});  ///< the same, in one
  bool closed() const noexcept;                              ///< what there was to drain may still be there

  // For select and the loops.
  result<message> receive_now();  ///< as try_receive(), without a look at the network
  void start(ext::receive_operation&);
  bool cancel(ext::receive_operation&);  ///< as of sender
  void give_back(message&&);             ///< received for somebody who has gone: it comes first next time
  void watch_messages(ext::observation&);

  /// `for (message& m : receiver)`: until it is closed. Any other error is thrown, and the channel is as good as
  /// before.
  using iterator = ext::receiving_iterator<receiver>;
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend class conversation;
  using socket_channel::socket_channel;
};

/// The answer to a request that came through a receiver: sent on the socket's sender it goes back to who asked,
/// whatever else was received since.
inline message reply_to(message const& request, message body) {
  body.header() = request.header().copy();
  body.set_source(request.source());
  return body;
}
inline message reply_to(message const& request, std::string_view text) { return reply_to(request, message(text)); }

}  // namespace weft
