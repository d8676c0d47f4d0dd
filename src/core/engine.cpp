// SPDX-License-Identifier: MIT
#include "core/engine.hpp"

#include <weft/engine.hpp>

#include "base/process.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>

namespace weft::core {

namespace {

/// No signal handler of the application's runs on the helper.
std::jthread start_helper(std::shared_ptr<loop> l) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::jthread thread([l = std::move(l)](std::stop_token stop) {
    l->serve(stop);
    l->run_last();
  });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_setname_np(thread.native_handle(), "weft");
  return thread;
}

}  // namespace

std::shared_ptr<engine> engine::make(engine_options const& o) { return {new engine(o), dispose}; }

void engine::dispose(engine* e) noexcept {
  if (!e->ours() || !e->on_helper()) return delete e;
  e->helper_.request_stop();
  e->helper_.detach();
  e->loop_->leave_for_last([e] { delete e; });
}

/// A link keeps its socket, and the socket its engine: a callback that still rings one would keep the engine for that
/// moment. When the one that runs now is over, so is that.
void engine::let_go(std::shared_ptr<engine> e) noexcept {
  if (e && e->ours()) e->loop_->run_there([] {});
}

engine::engine(engine_options const& o)
    : options_(o), generation_(base::process_generation()), loop_(std::make_shared<core::loop>(o.helper)) {
  for (auto const& make : builtin_transports()) add(make);
  if (o.helper) helper_ = start_helper(loop_);
}

engine::~engine() {
  if (!ours()) {
    abandon();
    return;
  }
  helper_.request_stop();
  if (helper_.joinable()) helper_.join();
  // What transports left on the loop refers to them.
  loop_->retire();
}

/// In a fork: the thread is not here, the locks may be held, and what the kernel and the fabric know of us
/// belongs to the parent. All of it is left alone.
void engine::abandon() noexcept {
  if (helper_.joinable()) helper_.detach();
  new std::shared_ptr<core::loop>(loop_);
  for (auto& t : transports_) (void)t.release();
}

void engine::add(ext::transport_factory const& make) {
  auto made = make(*loop_);
  std::lock_guard lock(mutex_);
  transports_.insert(transports_.begin(), std::move(made));
}

ext::transport* engine::find(std::string_view scheme) noexcept {
  std::lock_guard lock(mutex_);
  for (auto& t : transports_)
    if (std::ranges::find(t->schemes(), scheme) != t->schemes().end()) return t.get();
  return nullptr;
}

std::string engine::schemes() const {
  std::lock_guard lock(mutex_);
  std::string all;
  for (auto& t : transports_)
    for (auto s : t->schemes()) all += (all.empty() ? "" : ", ") + std::string(s);
  return all;
}

}  // namespace weft::core

namespace weft {

engine::engine(engine_options const& o) : core_(core::engine::make(o)) {}
engine::~engine() { core::engine::let_go(std::move(core_)); }

bool engine::poll() { return core_->ours() && core_->loop().serve_once(); }
void engine::run(std::stop_token stop) {
  if (core_->ours()) core_->loop().serve(std::move(stop));
}
int engine::fd() const noexcept { return core_->loop().attach(); }
ext::reactor& engine::reactor() noexcept { return core_->loop(); }

void engine::add_transport(std::function<std::unique_ptr<ext::transport>(ext::reactor&)> const& make) {
  core_->add(make);
}

}  // namespace weft
