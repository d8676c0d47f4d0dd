// SPDX-License-Identifier: MIT
#include "core/dialer.hpp"

#include "core/loop.hpp"
#include "core/socket.hpp"

#include <random>
#include <utility>

namespace weft::core {

dialer::dialer(core::loop& l, std::weak_ptr<socket> s, std::string url, std::unique_ptr<ext::connector> c,
               dial_options const& o)
    : loop_(l),
      socket_(std::move(s)),
      url_(std::move(url)),
      priorities_(o.priorities),
      connector_(std::move(c)),
      pause_(o.retry_min, o.retry_max, std::random_device{}()) {}

void dialer::start() {
  alarm_ = loop_.make_alarm();
  connect();
}

void dialer::stop() noexcept {
  alarm_.reset();
  connector_.reset();
}

void dialer::connect() {
  if (!connector_) return;
  connector_->connect([weak = weak_from_this()](ext::connection_result r) {
    if (auto const self = weak.lock()) self->connected(std::move(r));
  });
}

void dialer::connected(ext::connection_result r) {
  auto const s = socket_.lock();
  if (!s || !connector_) return;
  if (r) {
    connected_at_ = loop_.now();
    return s->add(
        *std::move(r),
        {.url = url_, .priorities = priorities_, .dialed = true, .endpoint = endpoint, .redials = weak_from_this()});
  }
  auto const why = r.error();
  s->report({.what = why.code == errc::rejected || why.code == errc::protocol_mismatch ? monitor_event::rejected
                                                                                       : monitor_event::refused,
             .url = url_,
             .peer = {},
             .pipe = {},
             .why = why.code,
             .detail = why.detail,
             .fault = why.kind});
  again();
}

void dialer::connection_over(bool was_attached) {
  loop_.post([weak = weak_from_this(), was_attached] {
    auto const self = weak.lock();
    if (!self) return;
    if (was_attached && self->loop_.now() - self->connected_at_ > self->last_pause_) self->pause_.reset();
    self->again();
  });
}

void dialer::again() {
  if (!alarm_) return;
  last_pause_ = pause_.next();
  alarm_->at(loop_.now() + last_pause_, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->connect();
  });
}

}  // namespace weft::core
