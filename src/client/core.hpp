// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/client.hpp>
#include <weft/fabric/endpoint.hpp>

#include "client/telemetry.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace weft::fabric {

/// A client without its handle: what messages and handlers refer to, and the dispatcher keeps.
///
/// Completions, and with them handlers, come in the thread that drives the queue, one at a time. One mutex guards
/// everything; nothing of the user's runs under it.
class client_core : public std::enable_shared_from_this<client_core> {
 public:
  static setup<std::shared_ptr<client_core>> make(client_options, std::unique_ptr<fabric::endpoint>);
  ~client_core();

  void close() noexcept;

  void start(pending_send&, peer to, std::span<std::byte const>);
  void start(pending_receive&);
  bool cancel(pending_send&) noexcept;
  bool cancel(pending_receive&) noexcept;
  /// What waits for that peer, and has not left.
  void cancel_all_to(peer) noexcept;
  std::error_code send(peer to, std::span<std::byte const>, op_options const&);
  result<incoming> receive(std::optional<peer> from, op_options const&);

  /// \return its number
  std::size_t add(std::function<void(client::sent const&)>);
  std::size_t add(std::function<void(incoming const&)>);
  void remove_handler(std::size_t number) noexcept;

  void dispatch(clock::time_point until);
  /// A buffer is free: it is received into.
  void refill() noexcept;

  client_stats stats() const;
  fabric::endpoint& endpoint() noexcept { return *endpoint_; }
  std::atomic<peer> default_peer{peer::any};
  std::string passed_over;  // set before anybody can ask

 private:
  struct receive_slot final : operation {
    explicit receive_slot(client_core& c) noexcept : operation(on_end), home(c) {}
    static void on_end(operation& self, completion const& how) noexcept {
      auto& it = static_cast<receive_slot&>(self);
      it.home.note(how);
      it.home.arrived(it, how);
    }
    client_core& home;
    memory_pool::buffer buffer;
  };
  struct send_slot final : operation {
    explicit send_slot(client_core& c) noexcept : operation(on_end), home(c) {}
    static void on_end(operation& self, completion const& how) noexcept {
      auto& it = static_cast<send_slot&>(self);
      it.home.note(how);
      it.home.left(it, how);
    }
    client_core& home;
    memory_pool::buffer buffer;
    std::size_t bytes = 0;
    peer to = peer::any;
    pending_send* who = nullptr;
  };
  // Something that a call waits for.
  struct waiting {
    explicit waiting(client_core& c) noexcept : home(c) {}
    void ring() noexcept;
    client_core& home;
    std::atomic<bool> done{false};
  };
  struct waiting_send;
  struct waiting_receive;
  // While it lives its thread runs what is the user's: calls that wait are refused there.
  class outside {
   public:
    explicit outside(client_core const&) noexcept;
    outside(outside const&) = delete;
    outside& operator=(outside const&) = delete;
    ~outside();

   private:
    client_core const* const before_;
  };
  template <class What>
  struct handler {
    std::size_t number;
    std::function<void(What const&)> call;
    bool over = false;
  };
  template <class What>
  using handlers = std::vector<std::shared_ptr<handler<What>>>;

  client_core(client_options, std::unique_ptr<fabric::endpoint>, memory_pool sends, memory_pool receives);

  void run(std::stop_token const&);
  void tend() noexcept;
  void look_at_events() noexcept;
  bool end(std::error_code why) noexcept;
  void finish(pending_send&, std::error_code) noexcept;
  void finish(pending_receive&, std::error_code) noexcept;
  std::error_code wait(waiting&, op_options const&);

  void arrived(receive_slot&, completion const&) noexcept;
  void left(send_slot&, completion const&) noexcept;
  pending_receive* taker_of(incoming const&) noexcept;
  std::error_code objection(peer to, std::size_t bytes) const noexcept;
  std::error_code meaning_of(std::error_code) const noexcept;
  std::error_code post(send_slot&) noexcept;
  void flush() noexcept;
  bool is_behind_another(peer to, std::deque<send_slot*>::const_iterator place) const noexcept;
  pending_send* take_back(std::deque<send_slot*>::iterator) noexcept;
  bool forget(pending_send&) noexcept;
  std::error_code wait_for_room(op_options const&);
  waiting* next_for_room() noexcept;
  void hand_to_handlers() noexcept;
  std::function<void(std::error_code)> begin_span(std::string_view what) const;
  void end_span(std::function<void(std::error_code)>, std::error_code) const noexcept;
  void report(client_event::kind, std::error_code = {}) const noexcept;
  void report(client_event::kind good, client_event::kind bad, completion const&) const noexcept;
  void note(completion const&) const noexcept;
  template <class What>
  std::size_t add_to(handlers<What>&, std::function<void(What const&)>);
  template <class What>
  void tell(handlers<What> const&, What const&) noexcept;
  bool is_in_handler() const noexcept;

  client_options options_;
  telemetry telemetry_;
  memory_pool send_pool_, receive_pool_;
  bool const connected_;

  mutable std::mutex mutex_;
  std::condition_variable_any rung_;
  std::error_code over_;
  client_stats stats_;
  std::vector<send_slot*> free_sends_;
  std::deque<send_slot*> backlog_;  // in order for each peer
  std::vector<receive_slot*> idle_receives_;
  std::deque<incoming> inbox_;
  std::deque<pending_receive*> takers_;
  std::deque<waiting*> want_room_;

  std::recursive_mutex telling_;  // while handlers run: who takes one away waits for that
  handlers<client::sent> on_send_;
  handlers<incoming> on_receive_;
  std::size_t handlers_ = 0;

  std::deque<send_slot> sends_;
  std::deque<receive_slot> receives_;
  std::unique_ptr<fabric::endpoint> endpoint_;  // closed before the slots: libfabric has them
  std::jthread dispatcher_;
  std::atomic<bool> closing_{false};
};

}  // namespace weft::fabric
