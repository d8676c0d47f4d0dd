// SPDX-License-Identifier: MIT
#include "inproc/inproc.hpp"

#include "inproc/pair.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <vector>

namespace weft::transports {

namespace {

class inproc_connector;
class inproc_acceptor;

/// Who listens and who waits for a listener, by name. Locked for look-ups; connections are made on the loop.
class board {
 public:
  explicit board(ext::reactor& r) noexcept : loop(r) {}

  bool bind(std::string const& name, inproc_acceptor& a) {
    std::lock_guard lock(mutex_);
    return acceptors_.emplace(name, &a).second;
  }
  void unbind(std::string const& name) noexcept {
    std::lock_guard lock(mutex_);
    acceptors_.erase(name);
  }
  inproc_acceptor* find(std::string const& name) noexcept {
    std::lock_guard lock(mutex_);
    auto const it = acceptors_.find(name);
    return it == acceptors_.end() ? nullptr : it->second;
  }
  // On the loop only.
  std::vector<inproc_connector*> waiting;
  ext::reactor& loop;

 private:
  std::mutex mutex_;
  std::map<std::string, inproc_acceptor*, std::less<>> acceptors_;
};

class inproc_acceptor final : public ext::acceptor {
 public:
  inproc_acceptor(std::shared_ptr<board> b, url u, ext::handshake h)
      : board_(std::move(b)), url_(std::move(u)), hello_(h) {}
  ~inproc_acceptor() override {
    if (bound_) board_->unbind(url_.host);
  }
  bool bind() { return bound_ = board_->bind(url_.host, *this); }

  url local() const override { return url_; }
  void start(ext::connection_handler) override;

  bool started() const noexcept { return static_cast<bool>(handler_); }
  ext::handshake const& hello() const noexcept { return hello_; }
  ext::connection_handler const& handler() const noexcept { return handler_; }

 private:
  std::shared_ptr<board> board_;
  url url_;
  ext::handshake hello_;
  ext::connection_handler handler_;
  bool bound_ = false;
};

class inproc_connector final : public ext::connector {
 public:
  inproc_connector(std::shared_ptr<board> b, url u, ext::handshake h)
      : board_(std::move(b)), url_(std::move(u)), hello_(h) {}
  ~inproc_connector() override { leave(); }

  void connect(ext::connection_handler) override;
  void cancel() noexcept override {
    leave();
    answer(failure{errc::canceled, {}});
  }

  std::string const& name() const noexcept { return url_.host; }
  void meet(inproc_acceptor&);

 private:
  void leave() noexcept { std::erase(board_->waiting, this); }
  void answer(ext::connection_result);

  std::shared_ptr<board> board_;
  url url_;
  ext::handshake hello_;
  // The loop may still owe us a call when we are gone.
  std::shared_ptr<ext::connection_handler> pending_;
};

void inproc_connector::connect(ext::connection_handler h) {
  pending_ = std::make_shared<ext::connection_handler>(std::move(h));
  auto* a = board_->find(name());
  if (a && a->started()) return meet(*a);
  board_->waiting.push_back(this);
}

void inproc_connector::answer(ext::connection_result r) {
  auto const shared = std::make_shared<ext::connection_result>(std::move(r));
  board_->loop.post([weak = std::weak_ptr(pending_), shared] {
    if (auto const h = weak.lock(); h && *h) std::exchange(*h, nullptr)(std::move(*shared));
  });
}

void inproc_connector::meet(inproc_acceptor& a) {
  auto const& theirs = a.hello();
  if (theirs.self != hello_.peer || theirs.peer != hello_.self)
    return answer(failure{
        errc::protocol_mismatch,
        url_.to_string() + " speaks protocol " + std::to_string(theirs.self) + ", not " + std::to_string(hello_.peer)});
  auto const pair = std::make_shared<inproc_pair>(board_->loop, name());
  pair->ends[0].max_message = hello_.max_message;
  pair->ends[1].max_message = theirs.max_message;
  auto const shared = std::make_shared<std::unique_ptr<ext::connection>>(std::make_unique<inproc_connection>(pair, 1));
  board_->loop.post([h = a.handler(), shared] { h(std::move(*shared)); });
  answer(std::unique_ptr<ext::connection>(std::make_unique<inproc_connection>(pair, 0)));
}

void inproc_acceptor::start(ext::connection_handler h) {
  handler_ = std::move(h);
  std::vector<inproc_connector*> mine;
  std::ranges::copy_if(board_->waiting, std::back_inserter(mine), [&](auto* c) { return c->name() == url_.host; });
  std::erase_if(board_->waiting, [&](auto* c) { return c->name() == url_.host; });
  for (auto* c : mine) c->meet(*this);
}

class inproc final : public ext::transport {
 public:
  explicit inproc(ext::reactor& r) : board_(std::make_shared<board>(r)) {}

  std::span<std::string_view const> schemes() const noexcept override {
    static constexpr std::string_view names[] = {"inproc"};
    return names;
  }
  setup<std::unique_ptr<ext::connector>> dial(url const& u, ext::handshake const& h, dial_options const&) override {
    return std::unique_ptr<ext::connector>(std::make_unique<inproc_connector>(board_, u, h));
  }
  setup<std::unique_ptr<ext::acceptor>> listen(url const& u, ext::handshake const& h, listen_options const&) override {
    auto a = std::make_unique<inproc_acceptor>(board_, u, h);
    if (!a->bind())
      return failure{errc::address_in_use, u.to_string() + ": another socket of this engine listens there"};
    return std::unique_ptr<ext::acceptor>(std::move(a));
  }

 private:
  std::shared_ptr<board> board_;
};

}  // namespace

std::unique_ptr<ext::transport> make_inproc(ext::reactor& r) { return std::make_unique<inproc>(r); }

}  // namespace weft::transports
