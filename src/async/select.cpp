// SPDX-License-Identifier: MIT
#include <weft/select.hpp>

#include "async/pause.hpp"

#include <poll.h>

#include <algorithm>

namespace weft::ext {

namespace {

using phase = select_case::phase;

/// Which case has the first chance: another one each time.
std::size_t lot(std::size_t n) noexcept {
  thread_local std::uint32_t state = 2463534242;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % n;
}

select_result commit(std::span<select_case* const> cases, std::size_t i) {
  cases[i]->run();
  return {i, cases[i]->error()};
}

struct watch_all {
  watch_all(std::span<select_case* const> all, std::shared_ptr<signal> const& s) : cases(all) {
    for (auto* c : cases) c->watch(s);
  }
  ~watch_all() {
    for (auto* c : cases) c->unwatch();
  }
  std::span<select_case* const> cases;
};

std::size_t wait_for_any(std::span<select_case* const> cases) {
  auto const here = std::make_shared<async::pause>();
  auto due = clock::time_point::max();
  for (auto* c : cases) {
    here->attend(*c);
    due = std::min(due, c->due());
  }
  watch_all const watching(cases, here);
  auto& others = *here->meets();
  for (;;) {
    here->expect();
    if (!others.begin()) return met_at(cases, others.met());
    if (auto const i = attempt_any(cases); i != cases.size()) return i;
    others.rest();
    here->wait(due);
  }
}

}  // namespace

bool descriptor_ready(int fd, short events) noexcept {
  pollfd p{.fd = fd, .events = events, .revents = 0};
  return ::poll(&p, 1, 0) > 0;
}

std::size_t attempt_any(std::span<select_case* const> cases) {
  auto const n = cases.size();
  auto const first = n == 0 ? 0 : lot(n);
  for (auto const p : {phase::stopped, phase::closed, phase::ready})
    for (std::size_t i = 0; i != n; ++i)
      if (auto const at = first + i < n ? first + i : first + i - n; cases[at]->attempt(p)) return at;
  return n;
}

std::size_t met_at(std::span<select_case* const> cases, observation const* place) noexcept {
  auto const it = std::ranges::find(cases, place, &select_case::place);
  (*it)->met();
  return static_cast<std::size_t>(it - cases.begin());
}

select_result select_among(std::span<select_case* const> cases) {
  auto i = attempt_any(cases);
  if (i != cases.size()) return commit(cases, i);
  auto const last = std::ranges::find_if(cases, &select_case::last_resort);
  if (last == cases.end()) return commit(cases, wait_for_any(cases));
  // Who never waits drives what nobody drives for him.
  async::drive(cases);
  i = attempt_any(cases);
  return commit(cases, i != cases.size() ? i : static_cast<std::size_t>(last - cases.begin()));
}

}  // namespace weft::ext
