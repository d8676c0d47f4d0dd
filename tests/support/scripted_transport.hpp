// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>
#include <weft/ext/transport.hpp>

#include "support/scripted_end.hpp"
#include "support/soon.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::test {

/// The scheme "script" on one engine: what comes of each dial and listen the test says, when it likes.
/// For engines without a helper: the test drives, and everything happens in turn().
class script {
  struct state {
    std::mutex mutex;
    ext::reactor* loop = nullptr;
    std::deque<std::pair<void const*, ext::connection_handler>> dials;  // who dials, and what is to be called
    std::vector<std::pair<void const*, ext::connection_handler>> accepts;
    unsigned connects = 0;
    unsigned connectors = 0;
    unsigned acceptors = 0;
    dial_options dialed_with;
    ext::handshake shaken;
  };
  using shared_state = std::shared_ptr<state>;

  template <class F>
  auto locked(F f) const {
    std::lock_guard lock(state_->mutex);
    return f(*state_);
  }

 public:
  explicit script(engine& e) : engine_(e), state_(std::make_shared<state>()) {
    e.add_transport([s = state_](ext::reactor& r) {
      s->loop = &r;
      return std::make_unique<transport>(s);
    });
  }

  /// Drives the engine until there is nothing to do.
  void turn() {
    while (engine_.poll()) continue;
  }
  /// Drives the engine until it holds. \return whether it does, after ten seconds at most
  bool until(std::function<bool()> const& holds) {
    for (auto const end = clock::now() + std::chrono::seconds(10); !holds(); engine_.poll())
      if (clock::now() > end) return false;
    return true;
  }
  /// Runs it on the loop, as a transport's own callback would.
  void on_loop(std::function<void()> work) {
    state_->loop->post(std::move(work));
    turn();
  }
  ext::reactor& loop() noexcept { return *state_->loop; }

  // Dials.
  unsigned connects() const {
    return locked([](state& s) { return s.connects; });
  }
  std::size_t pending() const {
    return locked([](state& s) { return s.dials.size(); });
  }
  /// Connectors and acceptors that exist.
  unsigned connectors() const {
    return locked([](state& s) { return s.connectors; });
  }
  unsigned acceptors() const {
    return locked([](state& s) { return s.acceptors; });
  }
  dial_options dialed_with() const {
    return locked([](state& s) { return s.dialed_with; });
  }
  ext::handshake shaken() const {
    return locked([](state& s) { return s.shaken; });
  }

  /// The oldest connect, awaited if need be, ends well. `room`: sends the peer takes at once.
  std::shared_ptr<scripted_end> answer(unsigned room = 0) { return answer(std::make_shared<scripted_end>(), room); }
  std::shared_ptr<scripted_end> answer(std::shared_ptr<scripted_end> end, unsigned room = 0) {
    if (room > 0) end->make_room(room);
    give(take_dial(), end);
    return end;
  }
  /// The oldest connect, awaited if need be, fails.
  void refuse(std::error_code why, std::string detail = "") {
    give(take_dial(), ext::connection_result(failure{why, std::move(detail)}));
  }

  /// A peer comes in at the latest listen().
  std::shared_ptr<scripted_end> come_in(unsigned room = 0) { return come_in(std::make_shared<scripted_end>(), room); }
  std::shared_ptr<scripted_end> come_in(std::shared_ptr<scripted_end> end, unsigned room = 0) {
    if (room > 0) end->make_room(room);
    give(accepting(), end);
    return end;
  }
  /// A peer comes and fails its handshake.
  void fail_handshake(std::error_code why, std::string detail = "") { fail_handshake(failure{why, std::move(detail)}); }
  void fail_handshake(failure why) { give(accepting(), ext::connection_result(std::move(why))); }

 private:
  class connector final : public ext::connector {
   public:
    explicit connector(shared_state s) : state_(std::move(s)) {
      std::lock_guard lock(state_->mutex);
      ++state_->connectors;
    }
    ~connector() override {
      (void)forget();
      std::lock_guard lock(state_->mutex);
      --state_->connectors;
    }
    void connect(ext::connection_handler done) override {
      std::lock_guard lock(state_->mutex);
      ++state_->connects;
      state_->dials.emplace_back(this, std::move(done));
    }
    void cancel() noexcept override {
      if (auto done = forget()) state_->loop->post([done = std::move(done)] { done(failure{errc::canceled, ""}); });
    }

   private:
    ext::connection_handler forget() {
      std::lock_guard lock(state_->mutex);
      ext::connection_handler done;
      for (auto& [who, handler] : state_->dials)
        if (who == this) done = std::move(handler);
      std::erase_if(state_->dials, [this](auto& d) { return d.first == this; });
      return done;
    }
    shared_state state_;
  };

  class acceptor final : public ext::acceptor {
   public:
    acceptor(shared_state s, url local) : state_(std::move(s)), local_(std::move(local)) {
      std::lock_guard lock(state_->mutex);
      ++state_->acceptors;
    }
    ~acceptor() override {
      std::lock_guard lock(state_->mutex);
      --state_->acceptors;
      std::erase_if(state_->accepts, [this](auto& a) { return a.first == this; });
    }
    url local() const override { return local_; }
    std::string warning() const override { return local_.host == "everywhere" ? "this is everywhere" : ""; }
    void start(ext::connection_handler h) override {
      std::lock_guard lock(state_->mutex);
      state_->accepts.emplace_back(this, std::move(h));
    }

   private:
    shared_state state_;
    url local_;
  };

  class transport final : public ext::transport {
   public:
    explicit transport(shared_state s) : state_(std::move(s)) {}
    std::span<std::string_view const> schemes() const noexcept override { return names; }
    setup<std::unique_ptr<ext::connector>> dial(url const& u, ext::handshake const& h, dial_options const& o) override {
      if (auto why = check(u)) return *why;
      {
        std::lock_guard lock(state_->mutex);
        state_->dialed_with = o;
        state_->shaken = h;
      }
      return std::unique_ptr<ext::connector>(std::make_unique<connector>(state_));
    }
    /// Port 0 becomes 4242, and the host "taken" is.
    setup<std::unique_ptr<ext::acceptor>> listen(url const& u, ext::handshake const&, listen_options const&) override {
      if (auto why = check(u)) return *why;
      if (u.host == "taken") return failure{errc::address_in_use, "'taken' is in use"};
      url local = u;
      if (local.port == 0) local.port = 4242;
      return std::unique_ptr<ext::acceptor>(std::make_unique<acceptor>(state_, std::move(local)));
    }

   private:
    static constexpr std::string_view names[] = {"script"};
    static std::optional<failure> check(url const& u) {
      if (u.query.empty()) return {};
      return failure{errc::invalid_url, "'" + u.to_string() + "': no option '" + u.query.begin()->first + "'"};
    }
    shared_state state_;
  };

  ext::connection_handler take_dial() {
    if (!until([&] { return pending() > 0; })) raise(make_error_code(errc::timed_out));
    std::lock_guard lock(state_->mutex);
    auto handler = std::move(state_->dials.front().second);
    state_->dials.pop_front();
    return handler;
  }
  ext::connection_handler accepting() {
    if (!until([&] { return locked([](state& s) { return !s.accepts.empty(); }); }))
      raise(make_error_code(errc::timed_out));
    return locked([](state& s) { return s.accepts.back().second; });
  }
  void give(ext::connection_handler handler, std::shared_ptr<scripted_end> const& end) {
    give(std::move(handler), ext::connection_result(std::unique_ptr<ext::connection>(new scripted_wire(end))));
  }
  void give(ext::connection_handler handler, ext::connection_result r) {
    auto const shared = std::make_shared<ext::connection_result>(std::move(r));
    on_loop([handler = std::move(handler), shared] { handler(std::move(*shared)); });
  }

  engine& engine_;
  shared_state state_;
};

}  // namespace weft::test
