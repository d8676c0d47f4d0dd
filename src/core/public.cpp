// SPDX-License-Identifier: MIT
#include <weft/monitor.hpp>
#include <weft/socket.hpp>

#include "core/event_queue.hpp"
#include "core/socket.hpp"

#include <span>
#include <utility>

// The public face: no behaviour of its own.
namespace weft {

conversation::conversation(std::shared_ptr<core::socket> s, std::unique_ptr<ext::context> c) noexcept
    : socket_(std::move(s)), context_(std::move(c)) {}
conversation::conversation(conversation&&) noexcept = default;
conversation& conversation::operator=(conversation&& other) noexcept {
  if (this == &other) return *this;
  if (context_) socket_->close_context(std::move(context_));
  socket_ = std::move(other.socket_);
  context_ = std::move(other.context_);
  return *this;
}
conversation::~conversation() {
  if (context_) socket_->close_context(std::move(context_));
}

detached_socket::detached_socket() = default;
detached_socket::detached_socket(std::shared_ptr<core::socket> s, std::unique_ptr<ext::context> c) noexcept
    : socket(std::move(s)), context(std::move(c)) {}
detached_socket::detached_socket(detached_socket&&) noexcept = default;
detached_socket::~detached_socket() {
  if (context) socket->close_context(std::move(context));
}

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
std::error_code conversation::try_send(message& m) { return socket_->try_send(*context_, m); }
result<message> conversation::try_receive() { return socket_->try_receive(*context_); }

std::shared_ptr<core::socket> endpoint_control::open(
    engine& e, std::uint16_t self, std::uint16_t peer, socket_options const& o,
    std::function<std::unique_ptr<ext::protocol>(ext::protocol_host&)> const& make) {
  if (!e.core_->ours()) raise(make_error_code(errc::forked));
  if (o.receive_window == 0 || o.receive_window > 65536)
    raise({errc::invalid_option, "socket_options: receive_window is from 1 to 65536"});
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
