// SPDX-License-Identifier: MIT
#pragma once

#include <weft/counters.hpp>
#include <weft/ext/connection.hpp>
#include <weft/ext/intrusive_list.hpp>
#include <weft/ext/message_ring.hpp>

#include <cstdint>
#include <utility>

namespace weft::ext {

/// A connection as a protocol sees it. Every member is called with the socket's lock held.
class pipe {
 public:
  /// `window`: messages taken in ahead of receive(). `touched`: where the socket finds the pipes whose
  /// connections want their flush(); null in tests that look themselves.
  pipe(pipe_id id, connection& link, unsigned window, pipe** touched = nullptr) noexcept
      : link_(link), touched_(touched), id_(id), window_(window) {}
  pipe(pipe const&) = delete;
  pipe& operator=(pipe const&) = delete;

  pipe_id id() const noexcept { return id_; }

  bool can_send() const noexcept { return credit_ > 0; }
  bool ended() const noexcept { return ended_; }  ///< it can send no more, ever
  std::size_t max_message() const noexcept { return link_.max_message(); }
  void send(message&& m) noexcept {  ///< \pre can_send() and m.size() <= max_message()
    --credit_;
    sent_.count(m.size());
    if (link_.send(std::move(m))) touch();
  }

  bool can_receive() const noexcept { return untaken_ > 0 || !inbox_.empty(); }
  /// What receive() would take. \pre can_receive()
  message& front() {
    if (inbox_.empty()) take_one();
    return inbox_.front();
  }
  void receive(message& m) noexcept {  ///< in the message's place. \pre can_receive()
    if (inbox_.empty())
      take(m);
    else
      inbox_.pop(m);
    owe();
  }
  message receive() noexcept {  ///< \pre can_receive()
    message m;
    receive(m);
    return m;
  }
  std::size_t held() const noexcept { return inbox_.size() + untaken_; }  ///< messages that can be received
  message receive_newest() {  ///< what arrived last, for who keeps the older ones. \pre can_receive()
    while (untaken_ > 0) take_one();
    message m = inbox_.pop_back();
    owe();
    return m;
  }

  /// Levels, 1 (first) to 16 (last): a lower one is sent to, or received from, only while no higher one is ready.
  unsigned send_priority() const noexcept { return send_priority_; }
  unsigned receive_priority() const noexcept { return receive_priority_; }
  /// Whether the peer is a weft of which more may be asked than SP's wire has.
  bool peer_is_weft() const noexcept { return link_.peer_is_weft(); }

  traffic const& sent() const noexcept { return sent_; }
  traffic const& received() const noexcept { return received_; }

  /// The peer is refused or misbehaved; detach() follows.
  void close(std::error_code why) noexcept {
    end_credit();
    touch();
    link_.close(why);
  }

  // For the socket, not for protocols.
  void open() noexcept {
    touch();
    link_.grant(window_);
  }
  void deliver(message&& m) {
    note_arrival(m);
    inbox_.push(std::move(m));
  }
  /// They are taken from there when they are asked for.
  void deliver(message_source& from, unsigned n, std::uint64_t bytes) noexcept {
    source_ = &from;
    untaken_ += n;
    received_.messages += n;
    received_.bytes += bytes;
  }
  void note_arrival(message& m) noexcept {
    m.set_source(id_);
    received_.count(m.size());
  }
  void set_priorities(unsigned send, unsigned receive) noexcept {
    send_priority_ = static_cast<std::uint8_t>(send);
    receive_priority_ = static_cast<std::uint8_t>(receive);
  }
  void add_credit(unsigned sends) noexcept {
    if (!ended_) credit_ += sends;
  }
  /// Nothing more is sent.
  void end_credit() noexcept {
    credit_ = 0;
    ended_ = true;
  }
  bool is_last_touched() const noexcept { return !next_touched_; }
  /// The next touched pipe; this one is clean from now on.
  pipe* untouch() noexcept {
    dirty_ = false;
    return std::exchange(next_touched_, nullptr);
  }

  // For the protocol's policies: a pipe is on at most one list of senders and one of receivers.
  list_hook send_hook;
  list_hook receive_hook;
  // For the protocol's own notes about this pipe.
  void* note = nullptr;

  /// The connection wants its flush().
  void touch() noexcept {
    if (dirty_ || !touched_) return;
    dirty_ = true;
    next_touched_ = std::exchange(*touched_, this);
  }

 private:
  void take(message& m) noexcept {
    --untaken_;
    if (source_->take(m)) touch();
    m.set_source(id_);
  }
  void take_one() {
    message m;
    take(m);
    inbox_.push(std::move(m));
  }
  // Half a window at a time: a grant may cost the transport a message of its own.
  void owe() noexcept {
    if (++owed_ >= (window_ + 1) / 2) regrant();
  }
  void regrant() noexcept {
    touch();
    link_.grant(std::exchange(owed_, 0));
  }

  connection& link_;
  message_ring inbox_;  // older than what is untaken
  message_source* source_ = nullptr;
  pipe** touched_;
  pipe* next_touched_ = nullptr;
  pipe_id id_;
  unsigned window_;
  unsigned untaken_ = 0;
  unsigned owed_ = 0;  // received, not granted again yet
  unsigned credit_ = 0;
  traffic sent_;
  traffic received_;
  std::uint8_t send_priority_ = 8;
  std::uint8_t receive_priority_ = 8;
  bool ended_ = false;
  bool dirty_ = false;  // on the list of the touched
};

}  // namespace weft::ext
