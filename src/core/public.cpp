// SPDX-License-Identifier: MIT
#include <weft/monitor.hpp>
#include <weft/socket.hpp>

#include "core/event_queue.hpp"
#include "core/socket.hpp"

#include <span>
#include <utility>

// The public face: no behaviour of its own.
namespace weft {

conversation::conversation(std::shared_ptr<core::socket> s, std::unique_ptr<ext::context> c)
    : socket_(std::move(s)), context_(socket_->share(std::move(c))) {}
conversation::conversation(conversation&&) noexcept = default;
conversation& conversation::operator=(conversation&& other) noexcept = default;
conversation::~conversation() = default;

detached_socket::detached_socket() = default;
detached_socket::detached_socket(std::shared_ptr<core::socket> s, std::shared_ptr<ext::context> c) noexcept
    : socket(std::move(s)), context(std::move(c)) {}
detached_socket::detached_socket(detached_socket&&) noexcept = default;
detached_socket::~detached_socket() = default;

void conversation::send(message& m, op_options const& o, std::error_code& why) { why = socket_->send(*context_, m, o); }
message conversation::receive(op_options const& o, std::error_code& why) {
  message m;
  why = socket_->receive(*context_, m, o);
  return m;
}
void conversation::send_to(pipe_id p, message& m, std::error_code& why) { why = socket_->send_to(*context_, p, m); }
void conversation::subscribe(std::string_view prefix) {
  socket_->with(*context_, [&](ext::context& c) {
    dynamic_cast<ext::topic_filter&>(c).subscribe(std::as_bytes(std::span(prefix)));
  });
}
bool conversation::unsubscribe(std::string_view prefix) {
  bool found = false;
  socket_->with(*context_, [&](ext::context& c) {
    found = dynamic_cast<ext::topic_filter&>(c).unsubscribe(std::as_bytes(std::span(prefix)));
  });
  return found;
}
void conversation::with_context(std::function<void(ext::context&)> const& work) { socket_->with(*context_, work); }
sender conversation::sender(channel_function open) {
  return {socket_, open ? socket_->channel_context(open) : context_};
}
receiver conversation::receiver(channel_function open) {
  return {socket_, open ? socket_->channel_context(open) : context_};
}
std::error_code conversation::try_send(message& m) { return socket_->try_send(*context_, m); }
result<message> conversation::try_receive() { return socket_->try_receive(*context_); }

std::shared_ptr<core::socket> endpoint_control::open(
    engine& e, std::uint16_t self, std::uint16_t peer, socket_options const& o,
    std::function<std::unique_ptr<ext::protocol>(ext::protocol_host&)> const& make) {
  if (!e.core_->ours()) raise(make_error_code(errc::forked));
  if (o.receive_window == 0 || o.receive_window > 65536)
    raise({errc::invalid_option, "socket_options: receive_window is from 1 to 65536"});
  if (o.channel_send_buffer > 8192 || o.channel_receive_buffer > 8192)
    raise({errc::invalid_option, "socket_options: a channel's buffers are from 0 to 8192"});
  return std::make_shared<core::socket>(e.core_, ext::handshake{self, peer, o.max_message}, o, make);
}
std::unique_ptr<ext::context> endpoint_control::open_context(core::socket& s) { return s.open_context(); }
std::unique_ptr<ext::context> endpoint_control::open_context(
    core::socket& s, std::function<std::unique_ptr<ext::context>(ext::protocol&)> const& open) {
  return s.open_context(open);
}
void endpoint_control::dial(core::socket& s, std::string_view url, dial_options const& o) { s.dial(url, o); }
std::string endpoint_control::listen(core::socket& s, std::string_view url, listen_options const& o) {
  return s.listen(url, o);
}
bool endpoint_control::hang_up(core::socket& s, std::size_t endpoint) { return s.hang_up(endpoint); }
std::string endpoint_control::local_url(core::socket const& s) { return s.local_url(); }
void endpoint_control::wait_for_peers(core::socket& s, std::size_t n, op_options const& o, std::error_code& why) {
  why = s.wait_for_peers(n, o);
}
std::size_t endpoint_control::peers(core::socket& s) { return s.peers(); }
std::optional<pipe_info> endpoint_control::pipe(core::socket& s, pipe_id id) { return s.pipe(id); }
socket_statistics endpoint_control::statistics(core::socket& s) { return s.statistics(); }
close_report endpoint_control::close(core::socket& s, clock::duration linger) { return s.close(linger); }
int endpoint_control::receive_fd(core::socket& s, ext::context& c) { return s.receive_fd(c); }
int endpoint_control::send_fd(core::socket& s, ext::context& c) { return s.send_fd(c); }

socket_channel::socket_channel(std::shared_ptr<core::socket> s, std::shared_ptr<ext::context> c)
    : socket_(std::move(s)), context_(std::move(c)) {
  socket_->open_channel(*context_);
}
std::optional<pipe_info> socket_channel::pipe(pipe_id p) const { return socket_->pipe(p); }
void socket_channel::unwatch(ext::observation& w) noexcept { socket_->unwatch(w); }

std::error_code sender::try_send(message& m) { return socket_->channel_try_send(*context_, m, true); }
std::error_code sender::send_now(message& m) { return socket_->channel_try_send(*context_, m, false); }
void sender::send(message& m, op_options const& o, std::error_code& why) {
  why = socket_->channel_send(*context_, m, o);
}
void sender::send(message&& m, op_options const& o) {
  if (auto const why = socket_->channel_send(*context_, m, o)) raise(why);
}
bool sender::closed() const noexcept { return socket_->is_closed(); }
void sender::start(ext::send_operation& op) {
  op.through = context_.get();
  socket_->start(op);
}
bool sender::cancel(ext::send_operation& op) { return socket_->cancel(op); }
void sender::watch_room(ext::observation& w) { socket_->watch_room(*context_, w); }

result<message> receiver::try_receive() { return socket_->channel_try_receive(*context_, true); }
result<message> receiver::receive_now() { return socket_->channel_try_receive(*context_, false); }
message receiver::receive(op_options const& o, std::error_code& why) {
  message m;
  why = socket_->channel_receive(*context_, m, o);
  return m;
}
result<message> receiver::receive_result(op_options const& o) {
  std::error_code why;
  message m = receive(o, why);
  if (why) return why;
  return m;
}
message receiver::receive(op_options const& o) { return receive_result(o).value(); }
bool receiver::closed() const noexcept { return socket_->is_closed(); }
void receiver::start(ext::receive_operation& op) {
  op.patient = true;
  socket_->start(*context_, op);
}
bool receiver::cancel(ext::receive_operation& op) { return socket_->cancel(*context_, op); }
void receiver::give_back(message&& m) { socket_->give_back(*context_, std::move(m)); }
void receiver::watch_messages(ext::observation& w) { socket_->watch_messages(*context_, w); }

monitor::monitor(std::shared_ptr<core::socket> s, monitor_options const& o)
    : socket_(std::move(s)), events_(std::make_shared<core::event_queue>(o)) {
  socket_->add_monitor(events_);
}
monitor::~monitor() {
  if (socket_) socket_->remove_monitor(*events_);
}
std::optional<monitor_event> monitor::try_next() {
  socket_->peers();  // a socket nobody drives learns of nothing
  return events_->pop();
}
std::optional<monitor_event> monitor::next(op_options const& o) {
  (void)socket_->wait_until([this] { return !events_->empty(); }, o);
  return events_->pop();
}
std::size_t monitor::overflowed() const { return events_->overflowed(); }

}  // namespace weft
