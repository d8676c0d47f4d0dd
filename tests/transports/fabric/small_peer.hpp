// SPDX-License-Identifier: MIT
#pragma once

#include <weft/url.hpp>

#include "fabric/bootstrap.hpp"
#include "fabric/directory.hpp"
#include "fabric/hello.hpp"
#include "small_reactor.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::ofi {

/// The other end of a lifeline, by hand.
class small_peer {
 public:
  struct item {
    lifeline_kind kind;
    byte_string content;
  };

  explicit small_peer(base::unique_fd fd) : fd_(std::move(fd)) {}
  explicit small_peer(url const& at, fabric::bootstrap_kind kind = fabric::bootstrap_kind::tcp) {
    int error = 0;
    fd_ = begin_connect(resolve(at, kind, false).value().front(), {}, error);
    if (error != 0 && error != EINPROGRESS) raise(connect_error(error));
  }

  bool say(std::span<std::byte const> bytes) {
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  bool say(std::string_view text) { return say(std::as_bytes(std::span(text))); }
  void leave() { fd_.reset(); }
  /// Says nothing more, and still hears.
  void fall_silent() { ::shutdown(fd_.get(), SHUT_WR); }

  /// How many messages have come by now.
  std::size_t count() {
    std::array<std::byte, 2048> bytes;
    while (!over_) {
      auto const n = ::recv(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) break;
      if (n <= 0) over_ = true;
      if (n <= 0) break;
      reader_.feed(std::span(bytes).first(static_cast<std::size_t>(n)));
      for (lifeline_reader::item i; reader_.next(i) == lifeline_reader::outcome::item;)
        items.push_back({i.kind, {i.content.begin(), i.content.end()}});
    }
    return items.size();
  }
  /// Whether the other end has closed the socket.
  bool is_over() {
    count();
    return over_;
  }

  std::vector<item> items;

 private:
  base::unique_fd fd_;
  lifeline_reader reader_;
  bool over_ = false;
};

/// Two ends of one TCP connection over loopback, not blocking.
inline std::pair<base::unique_fd, base::unique_fd> stream_pair() {
  auto const at = url::parse("ofi+tcp://127.0.0.1:0").value();
  auto const listening = listen_at(resolve(at, fabric::bootstrap_kind::tcp, true).value(), "pair").value();
  int error = 0;
  auto near = begin_connect(local_address(listening.get()), {}, error);
  base::unique_fd far;
  while (!far && (error == 0 || error == EINPROGRESS)) {
    far.reset(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!far && errno != EAGAIN && errno != EINTR) break;
  }
  return {std::move(near), std::move(far)};
}

/// What an engine of its own would say on a lifeline over loopback: a hello that is right in everything.
class small_introduction {
 public:
  explicit small_introduction(small_reactor& r, std::string const& at = "ofi+tcp://127.0.0.1:1")
      : directory_(r),
        flow_(directory_.admit(choice::of(url::parse(at).value()).value(), "127.0.0.1", 1000, {}).value()) {}
  ~small_introduction() { flow_->abandon(); }
  small_introduction(small_introduction const&) = delete;
  small_introduction& operator=(small_introduction const&) = delete;

  hello of(ext::handshake const& h) const { return directory_.introduce(*flow_, h, 1, flow::side::listener).value(); }

 private:
  directory directory_;
  flow* flow_;
};

}  // namespace weft::ofi
