// SPDX-License-Identifier: MIT
#include "fabric/lifeline.hpp"

#include <weft/error.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace weft::ofi {

void keep_watch(int fd) noexcept {
  auto const set = [fd](int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof value); };
  // On AF_UNIX these fail, and are not needed.
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 1);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 4000);
}

lifeline::lifeline(ext::reactor& r, base::unique_fd fd) : reactor_(r), fd_(std::move(fd)) {}

void lifeline::listen(item_handler on_item, end_handler on_end) {
  on_item_ = std::move(on_item);
  on_end_ = std::move(on_end);
  // Whatever happens in there, this object outlives it.
  watch_ = reactor_.make_watch(fd_.get(), [this](std::uint32_t events) { shared_from_this()->ready(events); });
  watch_now();
}

void lifeline::watch_now() noexcept {
  if (watch_) watch_->events(!paused_, !idle());
}

void lifeline::pause() noexcept {
  paused_ = true;
  watch_now();
}

void lifeline::resume() noexcept try {
  reactor_.post([self = shared_from_this()] {
    if (!self->fd_ || !std::exchange(self->paused_, false)) return;
    self->watch_now();
    self->read_items();
  });
} catch (std::bad_alloc const&) {
  // It stays paused: the peer's death is seen all the same.
}

void lifeline::serve(patron& p) {
  patron_ = &p;
  on_item_ = nullptr;
  on_end_ = nullptr;
  if (!std::exchange(paused_, false)) return;
  watch_now();
  reactor_.post([self = shared_from_this()] { self->read_items(); });
}

bool lifeline::send(std::span<std::byte const> message) noexcept try {
  std::lock_guard lock(fd_mutex_);
  if (!fd_) return false;
  if (unsent_.empty()) {
    auto const sent = ::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(message.size())) return true;
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return false;
    message = message.subspan(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  }
  unsent_.insert(unsent_.end(), message.begin(), message.end());
  if (idle_.exchange(false, std::memory_order_relaxed))
    reactor_.post([self = shared_from_this()] { self->watch_now(); });
  return true;
} catch (std::bad_alloc const&) {
  return false;
}

void lifeline::write_rest() {
  {
    std::lock_guard lock(fd_mutex_);
    if (!fd_ || unsent_.empty()) return;
    auto const sent = ::send(fd_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) unsent_.erase(unsent_.begin(), unsent_.begin() + sent);
    if (!unsent_.empty()) return;
    idle_.store(true, std::memory_order_relaxed);
  }
  watch_now();
  if (patron_) patron_->caught_up();
}

void lifeline::say(goodbye const& g) noexcept try {
  (void)send(g.encode());
  {
    std::lock_guard lock(fd_mutex_);
    said_ = true;
  }
  reactor_.post([self = shared_from_this()] { self->parting(); });
} catch (std::bad_alloc const&) {
  // The peer hears nothing but the end, when this process ends.
}

/// One of the two goodbyes has been said.
void lifeline::parting() {
  if (!fd_) return;
  bool said;
  {
    std::lock_guard lock(fd_mutex_);
    said = said_;
  }
  if (said && heard_) return over({});
  if (alarm_) return;
  alarm_ = reactor_.make_alarm();
  alarm_->at(reactor_.now() + patience, [this] { shared_from_this()->over(errc::timed_out); });
}

void lifeline::ready(std::uint32_t events) {
  if (paused_ && events & (EPOLLHUP | EPOLLERR)) return over(errc::connection_reset);
  if (events & EPOLLOUT) write_rest();
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) read_items();
}

void lifeline::read_items() {
  std::array<std::byte, 2048> received;
  for (take_items(); fd_ && !paused_; take_items()) {
    auto const n = ::recv(fd_.get(), received.data(), received.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n == 0) return over(errc::connection_reset);
    if (n < 0) return over({errno, std::system_category()});
    reader_.feed(std::span(received).first(static_cast<std::size_t>(n)));
  }
}

void lifeline::take_items() {
  for (lifeline_reader::item item; fd_ && !paused_;) {
    auto const found = reader_.next(item);
    if (found == lifeline_reader::outcome::more) return;
    if (found == lifeline_reader::outcome::malformed) return over(errc::malformed);
    if (found == lifeline_reader::outcome::version) return over(errc::unsupported);
    handle(item);
  }
}

void lifeline::handle(lifeline_reader::item const& item) {
  if (!patron_) {
    // The handler may replace itself by going on to serve().
    auto const handler = on_item_;
    return handler(item.kind, item.content);
  }
  if (item.kind == lifeline_kind::heartbeat && item.content.empty()) return;
  if (auto const last = item.kind == lifeline_kind::finish ? finish::decode(item.content) : std::nullopt)
    return patron_->hear(*last) ? void() : over(errc::malformed);
  if (item.kind == lifeline_kind::message && patron_->hear(item.content)) return;
  auto const said = item.kind == lifeline_kind::goodbye ? goodbye::decode(item.content) : std::nullopt;
  if (!said || std::exchange(heard_, true)) return over(errc::malformed);
  patron_->hear(*said);
  parting();
}

void lifeline::close() noexcept {
  watch_.reset();
  alarm_.reset();
  std::lock_guard lock(fd_mutex_);
  fd_.reset();
}

void lifeline::over(std::error_code why) {
  if (!fd_) return;
  // A handshake may have a last word to say. The last that either of them hears of it.
  if (auto const handler = patron_ ? nullptr : std::exchange(on_end_, nullptr)) handler(why);
  close();
  if (auto* const p = std::exchange(patron_, nullptr)) p->lose(why);
}

}  // namespace weft::ofi
