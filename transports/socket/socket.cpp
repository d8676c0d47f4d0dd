// SPDX-License-Identifier: MIT
#include "socket/socket.hpp"

#include <weft/error.hpp>

#include "stream/handshake.hpp"
#include "stream/hub.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <charconv>
#include <optional>
#include <utility>

namespace weft::transports {

namespace {

std::optional<int> number_in(std::string const& text) noexcept {
  int n = -1;
  auto const [end, why] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (why != std::errc{} || end != text.data() + text.size() || n < 0) return {};
  return n;
}

bool is_connected_stream(int fd) noexcept {
  int type = 0;
  socklen_t size = sizeof type;
  sockaddr_storage peer;
  socklen_t peer_size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM &&
         ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0;
}

/// Yields one connection.
class given final : public ext::acceptor {
 public:
  given(stream::hub& h, url at, base::unique_fd fd, ext::handshake const& terms, listen_options const& o)
      : hub_(h), local_(std::move(at)), fd_(std::move(fd)), terms_(terms), patience_(o.handshake_timeout) {}

  url local() const override { return local_; }

  void start(ext::connection_handler handler) override {
    handler_ = std::move(handler);
    alarm_ = hub_.reactor().make_alarm();
    alarm_->at(hub_.reactor().now() + patience_, [this] { finish(stream::too_late(local_.to_string())); });
    handshake_ = std::make_shared<stream::handshake>(hub_.reactor(), std::move(fd_), stream::only_a_greeting(terms_),
                                                     local_.to_string());
    handshake_->start([this](setup<stream::established> r) { finish(std::move(r)); });
  }

 private:
  void finish(setup<stream::established> r) {
    auto const over = std::exchange(handshake_, nullptr);
    auto const done = std::exchange(handler_, nullptr);
    // Not the alarm itself: this may be its call.
    alarm_->cancel();
    auto const name = local_.to_string();
    if (done) done(hub_.take_in(std::move(r), stream::framing::tcp, terms_, name, "descriptor " + local_.host));
  }

  stream::hub& hub_;
  url local_;
  base::unique_fd fd_;
  ext::handshake terms_;
  clock::duration patience_;
  ext::connection_handler handler_;
  std::unique_ptr<ext::alarm> alarm_;
  std::shared_ptr<stream::handshake> handshake_;
};

class socket_transport final : public ext::transport {
 public:
  explicit socket_transport(ext::reactor& r) : hub_(r) {}

  std::span<std::string_view const> schemes() const noexcept override {
    static constexpr std::string_view names[] = {"socket"};
    return names;
  }

  setup<std::unique_ptr<ext::connector>> dial(url const& to, ext::handshake const&, dial_options const&) override {
    return failure{errc::unsupported, to.to_string() + ": a connected socket is listened at, on both ends"};
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto const fd = number_in(at.host);
    if (!fd || at.port || !at.path.empty() || !at.query.empty())
      return failure{errc::invalid_url, at.to_string() + ": expected socket:// and the number of a descriptor"};
    if (!is_connected_stream(*fd))
      return failure{errc::invalid_url, at.to_string() + ": this is no stream socket that is connected"};
    ::fcntl(*fd, F_SETFL, ::fcntl(*fd, F_GETFL) | O_NONBLOCK);
    ::fcntl(*fd, F_SETFD, FD_CLOEXEC);
    return std::unique_ptr<ext::acceptor>(std::make_unique<given>(hub_, at, base::unique_fd(*fd), h, o));
  }

 private:
  stream::hub hub_;
};

}  // namespace

std::unique_ptr<ext::transport> make_socket(ext::reactor& r) { return std::make_unique<socket_transport>(r); }

}  // namespace weft::transports
