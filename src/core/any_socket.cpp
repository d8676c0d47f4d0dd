// SPDX-License-Identifier: MIT
#include <weft/any_socket.hpp>

namespace weft {

namespace {

constexpr auto can_not = errc::unsupported;

void throw_if(std::error_code why) {
  if (why) raise(why);
}
void must(bool can) {
  if (!can) raise(make_error_code(can_not));
}

}  // namespace

any_socket& any_socket::operator=(any_socket&& other) noexcept {
  if (this == &other) return *this;
  if (socket_) close();
  conversation::operator=(std::move(other));
  self_ = other.self_;
  peer_ = other.peer_;
  can_ = other.can_;
  open_channel_ = other.open_channel_;
  return *this;
}
any_socket::~any_socket() {
  if (socket_) close();
}

void any_socket::send(message& m, op_options const& o, std::error_code& why) {
  if (!can_.send) return void(why = can_not);
  conversation::send(m, o, why);
}
void any_socket::send(message&& m, op_options const& o) {
  std::error_code why;
  send(m, o, why);
  throw_if(why);
}
message any_socket::receive(op_options const& o, std::error_code& why) {
  if (can_.receive) return conversation::receive(o, why);
  why = can_not;
  return {};
}
message any_socket::receive(op_options const& o) {
  std::error_code why;
  message m = receive(o, why);
  throw_if(why);
  return m;
}
std::error_code any_socket::try_send(message& m) { return can_.send ? conversation::try_send(m) : can_not; }
result<message> any_socket::try_receive() {
  if (!can_.receive) return can_not;
  return conversation::try_receive();
}
void any_socket::send_to(pipe_id p, message& m, std::error_code& why) {
  if (!can_.name_its_peer) return void(why = can_not);
  conversation::send_to(p, m, why);
}

void any_socket::subscribe(std::string_view prefix) {
  must(can_.subscribe);
  conversation::subscribe(prefix);
}
bool any_socket::unsubscribe(std::string_view prefix) {
  must(can_.subscribe);
  return conversation::unsubscribe(prefix);
}
sender any_socket::sender() {
  must(can_.send);
  return conversation::sender(open_channel_);
}
receiver any_socket::receiver() {
  must(can_.receive);
  return conversation::receiver(open_channel_);
}
int any_socket::receive_fd() {
  must(can_.receive);
  return endpoint_control::receive_fd(*socket_, *context_);
}
int any_socket::send_fd() {
  must(can_.send);
  return endpoint_control::send_fd(*socket_, *context_);
}

}  // namespace weft
