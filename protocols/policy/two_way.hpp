// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/protocol.hpp>

#include "policy/inbox.hpp"
#include "policy/outbox.hpp"

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::policy {

/// A protocol with an inbox for what comes, an outbox for what goes, and one context that uses them as they are. PAIR
/// and its like are this, and what they know better.
/// Thread safety: none; guarded by the socket's lock.
template <class Queue>
class two_way : public ext::protocol {
 public:
  /// `of_queue`: what the inbox's queue is made of.
  template <class... Args>
  two_way(ext::protocol_host& host, bool conflate, std::size_t send_queue, headers h, Args&&... of_queue)
      : host_(host), inbox_(host, conflate, std::forward<Args>(of_queue)...), outbox_(host, send_queue, h) {}

  std::error_code attach(ext::pipe& p) override {
    if (inbox_.full()) return errc::busy;
    outbox_.attach(p);
    inbox_.attach();
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    outbox_.detach(p);
  }
  void readable(ext::pipe& p) override {
    inbox_.add(p);
    if (open_ && !inbox_.empty()) host_.wake_receivers(*open_);
  }
  void readable_many(ext::pipe& p, unsigned) override { readable(p); }
  void writable(ext::pipe& p) override { outbox_.writable(p); }
  std::unique_ptr<ext::context> open_context() override { return std::make_unique<conversation>(*this); }
  std::size_t queued() const noexcept override { return outbox_.queued(); }

 protected:
  class conversation : public ext::context {
   public:
    explicit conversation(two_way& owner) noexcept : of_(owner) { of_.open_ = this; }
    ~conversation() override { of_.open_ = nullptr; }

    bool can_send() const noexcept override { return of_.outbox_.can_send(); }
    std::error_code why_not() const noexcept override { return of_.outbox_.why_not(); }
    std::error_code send(message& m) override { return of_.outbox_.send(m); }

    bool can_receive() const noexcept override { return !of_.inbox_.empty(); }
    std::error_code receive(message& m) override {
      of_.inbox_.receive(m);
      return {};
    }

   private:
    two_way& of_;
  };

  ext::protocol_host& host_;
  basic_inbox<Queue> inbox_;
  outbox outbox_;

 private:
  ext::context* open_ = nullptr;  // the socket's only one
};

}  // namespace weft::policy
