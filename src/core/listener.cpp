// SPDX-License-Identifier: MIT
#include "core/listener.hpp"

#include "core/socket.hpp"

#include <utility>

namespace weft::core {

listener::listener(std::weak_ptr<socket> s, std::unique_ptr<ext::acceptor> a, pipe_priorities p)
    : socket_(std::move(s)), acceptor_(std::move(a)), local_(acceptor_->local().to_string()), priorities_(p) {}

void listener::start() {
  acceptor_->start([weak = weak_from_this()](ext::connection_result r) {
    if (auto const self = weak.lock()) self->accepted(std::move(r));
  });
}

void listener::accepted(ext::connection_result r) {
  auto const s = socket_.lock();
  if (!s) return;
  if (r) return s->add(*std::move(r), {.url = local_, .priorities = priorities_, .endpoint = endpoint});
  auto const why = r.error();
  bool const nobody_left = why.kind == fault_kind::no_descriptors;
  s->report({.what = nobody_left ? monitor_event::warning : monitor_event::rejected,
             .url = local_,
             .peer = {},
             .pipe = {},
             .why = why.code,
             .detail = why.detail,
             .fault = why.kind});
}

}  // namespace weft::core
