// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>
#include <weft/error.hpp>
#include <weft/ext/operation.hpp>
#include <weft/result.hpp>
#include <weft/socket_channel.hpp>

#include <uv.h>

#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

/// Engines and channels inside a libuv loop, beside its own timers and handles.
///
/// All objects here are made, used and destroyed on the loop's thread, in callbacks of their own as well; each keeps
/// the loop running while it lives. As with every handle of libuv, the loop must run once more after the last is gone,
/// before uv_loop_close(). Errors of libuv are std::system_error in the system's category (uv_poll_init(3),
/// uv_async_init(3)).
namespace weft {

namespace uv {

inline void check(int rc) {
  if (rc < 0) throw std::system_error(-rc, std::system_category());
}

/// A handle of libuv's, which its loop has to let go before the memory can.
template <class Handle>
class handle {
 public:
  template <class Open>
  explicit handle(Open&& open) : raw_(new Handle) {
    if (int const rc = open(raw_.get()); rc < 0) check(rc);
    open_ = true;
  }
  handle(handle const&) = delete;
  handle& operator=(handle const&) = delete;
  ~handle() {
    if (!open_) return;
    raw_->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(raw_.release()),
             [](uv_handle_t* h) { delete reinterpret_cast<Handle*>(h); });
  }
  Handle* get() const noexcept { return raw_.get(); }

 private:
  std::unique_ptr<Handle> raw_;
  bool open_ = false;
};

/// Raised by any thread, it has the loop look, until it ends.
class watcher : public ext::signal, public std::enable_shared_from_this<watcher> {
 public:
  void begin(uv_loop_t* loop) {
    async_ = std::make_unique<handle<uv_async_t>>([&](uv_async_t* h) {
      return uv_async_init(loop, h, [](uv_async_t* raised) {
        auto const self = static_cast<watcher*>(raised->data)->shared_from_this();  // it may end in what it calls
        self->look();
      });
    });
    async_->get()->data = this;
    place_.who = shared_from_this();
    watch(place_);
    raise();
  }
  void raise() noexcept override {
    std::lock_guard lock(mutex_);
    if (async_) uv_async_send(async_->get());
  }
  /// From now on nobody is called. On the loop, and as often as one likes.
  void end() noexcept {
    if (!place_.who) return;
    unwatch(place_);
    {
      std::lock_guard lock(mutex_);
      async_.reset();
    }
    auto const last = std::move(place_.who);
  }

 protected:
  bool ended() const noexcept { return !place_.who; }

 private:
  virtual void look() = 0;
  virtual void watch(ext::observation&) = 0;
  virtual void unwatch(ext::observation&) noexcept = 0;

  std::mutex mutex_;  // who raises may come when it has ended
  std::unique_ptr<handle<uv_async_t>> async_;
  ext::observation place_;
};

/// What a user holds of a watcher.
class watching {
 public:
  watching(std::shared_ptr<watcher> w, uv_loop_t* loop) : watcher_(std::move(w)) {
    try {
      watcher_->begin(loop);
    } catch (...) {
      watcher_->end();
      throw;
    }
  }
  watching(watching&&) noexcept = default;
  watching& operator=(watching&&) = delete;
  ~watching() {
    if (watcher_) watcher_->end();
  }

 private:
  std::shared_ptr<watcher> watcher_;
};

class arrivals final : public watcher {
 public:
  using handler = std::function<void(result<message>)>;
  arrivals(receiver from, handler f) : from_(std::move(from)), then_(std::move(f)) {}

 private:
  void look() override {
    constexpr int most_at_once = 64;
    for (int n = 0; n != most_at_once && !ended(); ++n) {
      auto got = from_.receive_now();
      if (got.error() == errc::would_block) return;
      if (got.error() == errc::closed) end();
      then_(std::move(got));
    }
    raise();  // others have their turn first
  }
  void watch(ext::observation& w) override { from_.watch_messages(w); }
  void unwatch(ext::observation& w) noexcept override { from_.unwatch(w); }

  receiver from_;
  handler then_;
};

class room final : public watcher {
 public:
  using handler = std::function<void()>;
  room(sender to, handler f) : to_(std::move(to)), then_(std::move(f)) {}

 private:
  void look() override {
    if (!ended()) then_();
  }
  void watch(ext::observation& w) override { to_.watch_room(w); }
  void unwatch(ext::observation& w) noexcept override { to_.unwatch(w); }

  sender to_;
  handler then_;
};

}  // namespace uv

/// Runs an engine inside a libuv loop: made with `helper = false` the engine then has no thread of its own. The engine
/// stays where it is and outlives it; one attachment for each.
class uv_attachment {
 public:
  uv_attachment(engine& e, uv_loop_t* loop) : poll_([&](uv_poll_t* h) { return uv_poll_init(loop, h, e.fd()); }) {
    poll_.get()->data = &e;
    uv::check(uv_poll_start(poll_.get(), UV_READABLE, [](uv_poll_t* h, int, int) { drive(h); }));
    drive(poll_.get());  // what there was before anybody looked
  }

 private:
  // Once: what is left shows again, and others have their turn first.
  static void drive(uv_poll_t* h) {
    if (h->data) static_cast<engine*>(h->data)->poll();
  }

  uv::handle<uv_poll_t> poll_;
};

/// Calls `f` with each message that comes to a channel, and with the error of a receive that failed. After `closed`,
/// which comes last, it keeps the loop no more. Of several on one channel each message goes to one.
class uv_receiver : private uv::watching {
 public:
  using handler = uv::arrivals::handler;
  uv_receiver(uv_loop_t* loop, receiver from, handler f)
      : watching(std::make_shared<uv::arrivals>(std::move(from), std::move(f)), loop) {}
};

/// Calls `f` when there may be room for a send again, and once in the beginning. Somebody else may have been faster:
/// try_send() says.
class uv_writable : private uv::watching {
 public:
  using handler = uv::room::handler;
  uv_writable(uv_loop_t* loop, sender to, handler f)
      : watching(std::make_shared<uv::room>(std::move(to), std::move(f)), loop) {}
};

}  // namespace weft
