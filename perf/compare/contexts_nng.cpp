// SPDX-License-Identifier: MIT
// nng at its best at this: every context is a callback of nng's own threads, and messages change hands without a copy.
#include "../common/contexts.hpp"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void checked(int status, char const* what) {
  if (status != 0) throw std::runtime_error(std::string(what) + ": " + nng_strerror(status));
}

// Counts down the exchanges, and tells when the last is done.
class countdown {
 public:
  explicit countdown(std::size_t n) : to_begin_(n), to_end_(n) {}

  bool begin() noexcept {
    auto left = to_begin_.load();
    while (left > 0 && !to_begin_.compare_exchange_weak(left, left - 1)) continue;
    return left > 0;
  }
  void end() {
    if (to_end_.fetch_sub(1) != 1) return;
    std::lock_guard lock(mutex_);
    over_ = true;
    done_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return over_; });
  }

 private:
  std::atomic<std::size_t> to_begin_, to_end_;
  std::mutex mutex_;
  std::condition_variable done_;
  bool over_ = false;
};

// One context and its callback: what it was doing is done.
class worker {
 public:
  explicit worker(nng_socket s) {
    checked(nng_ctx_open(&context_, s), "nng_ctx_open");
    checked(nng_aio_alloc(
                &aio_, [](void* self) { static_cast<worker*>(self)->next(); }, this),
            "nng_aio_alloc");
  }
  worker(worker const&) = delete;
  worker& operator=(worker const&) = delete;
  virtual ~worker() {
    nng_aio_stop(aio_);
    nng_ctx_close(context_);
    nng_aio_free(aio_);
  }

 protected:
  virtual void next() = 0;
  void receive() {
    sending_ = false;
    nng_ctx_recv(context_, aio_);
  }
  void send(nng_msg* m) {
    sending_ = true;
    nng_aio_set_msg(aio_, m);
    nng_ctx_send(context_, aio_);
  }
  bool failed() const { return nng_aio_result(aio_) != 0; }
  nng_msg* received() { return nng_aio_get_msg(aio_); }

  bool sending_ = false;

 private:
  nng_ctx context_;
  nng_aio* aio_ = nullptr;
};

class answerer final : public worker {
 public:
  explicit answerer(nng_socket s) : worker(s) { receive(); }

 private:
  void next() override {
    if (failed()) return;
    if (sending_) return receive();
    send(received());
  }
};

class asker final : public worker {
 public:
  asker(nng_socket s, countdown& left) : worker(s), left_(left) {}
  void ask() {
    if (!left_.begin()) return;
    nng_msg* m = nullptr;
    checked(nng_msg_alloc(&m, 64), "nng_msg_alloc");
    send(m);
  }

 private:
  void next() override {
    if (failed()) return;
    if (sending_) return receive();
    nng_msg_free(received());
    left_.end();
    ask();
  }
  countdown& left_;
};

}  // namespace

int main(int argc, char** argv) {
  auto const o = perf::parse_contexts(argc, argv, "contexts_nng");
  nng_socket rep, req;
  checked(nng_rep0_open(&rep), "nng_rep0_open");
  checked(nng_req0_open(&req), "nng_req0_open");
  checked(nng_listen(rep, o.url.c_str(), nullptr, 0), "nng_listen");
  checked(nng_dial(req, o.url.c_str(), nullptr, 0), "nng_dial");
  countdown left(o.exchanges);
  std::vector<std::unique_ptr<worker>> answering;
  std::vector<std::unique_ptr<asker>> asking;
  for (std::size_t i = 0; i < o.contexts; ++i) answering.push_back(std::make_unique<answerer>(rep));
  for (std::size_t i = 0; i < o.contexts; ++i) asking.push_back(std::make_unique<asker>(req, left));
  auto const begin = perf::steady::now();
  for (auto& a : asking) a->ask();
  left.wait();
  perf::report(o, o.exchanges, perf::steady::now() - begin);
  nng_close(req);
  nng_close(rep);
  asking.clear();
  answering.clear();
}
