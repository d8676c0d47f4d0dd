// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>
#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::test {

/// A connection that leads nowhere, and remembers what was asked of it.
class scripted_connection final : public ext::connection {
 public:
  void start(std::shared_ptr<ext::doorbell> bell) noexcept override { doorbell = std::move(bell); }
  bool progress(ext::connection_events&) noexcept override { return true; }
  bool send(message&& m) noexcept override {
    sent.push_back(std::move(m));
    return true;
  }
  void grant(unsigned messages) noexcept override { granted += messages; }
  void finish() noexcept override { finished = true; }
  void close(std::error_code why) noexcept override {
    if (!closed) closed = why;
  }
  void flush() noexcept override { ++flushes; }
  std::size_t max_message() const noexcept override { return limit; }
  bool peer_is_weft() const noexcept override { return weft; }
  std::string peer_address() const override { return "scripted"; }

  bool weft = false;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::shared_ptr<ext::doorbell> doorbell;
  std::vector<message> sent;
  unsigned granted = 0;
  unsigned flushes = 0;
  bool finished = false;
  std::optional<std::error_code> closed;  // the first reason
};

/// What it has next. \pre it has something
template <class Queue>
message received(Queue& queue) {
  message m;
  queue.receive(m);
  return m;
}

/// Messages that came, and lie where they came.
struct scripted_lot final : ext::message_source {
  bool take(message& m) noexcept override {
    m = message(texts.at(taken++));
    return taken == texts.size();
  }
  std::vector<std::string> texts;
  std::size_t taken = 0;
};

/// Four bytes as they stand on the wire.
inline std::string word(std::uint32_t w) {
  return {static_cast<char>(w >> 24), static_cast<char>(w >> 16), static_cast<char>(w >> 8), static_cast<char>(w)};
}

/// A message whose header words arrived apart from its body.
inline message with_header(std::initializer_list<std::uint32_t> words, std::string_view body) {
  message m(body);
  for (auto w : words) m.header().push(w);
  return m;
}

/// A peer under script, and the pipe that leads to it. It does to a protocol what a socket would, in the
/// same order. It leaves when destroyed: declare it after the protocol.
class scripted_peer {
 public:
  static constexpr unsigned plenty = 1000;

  explicit scripted_peer(ext::protocol& p, unsigned id = 1, unsigned window = 128)
      : protocol_(p), pipe(pipe_id{id}, link, window) {}
  ~scripted_peer() {
    if (attached_) leave();
  }

  std::error_code join(unsigned credit = plenty) {
    auto const refused = protocol_.attach(pipe);
    if (refused) return refused;
    attached_ = true;
    pipe.open();
    if (credit > 0) make_room(credit);
    return {};
  }
  void leave() {
    pipe.end_credit();
    attached_ = false;
    protocol_.detach(pipe);
  }
  void make_room(unsigned sends = 1) {
    bool const could = pipe.can_send();
    pipe.add_credit(sends);
    if (!could) protocol_.writable(pipe);
  }
  void say(message m) {
    pipe.deliver(std::move(m));
    protocol_.readable(pipe);
  }
  void say(std::string_view text) { say(message(text)); }
  /// At once; they stay where they are until they are taken.
  void say_all(std::vector<std::string> const& texts) {
    lot.texts.insert(lot.texts.end(), texts.begin(), texts.end());
    std::uint64_t bytes = 0;
    for (auto const& t : texts) bytes += t.size();
    pipe.deliver(lot, static_cast<unsigned>(texts.size()), bytes);
    protocol_.readable_many(pipe, static_cast<unsigned>(texts.size()));
  }

  /// The bodies sent to this peer, with a space after each.
  std::string heard() const {
    std::string all;
    for (auto const& m : link.sent) all.append(m.text()) += ' ';
    return all;
  }
  std::size_t count() const noexcept { return link.sent.size(); }
  bool was_closed(errc why) const { return link.closed == make_error_code(why); }

 private:
  ext::protocol& protocol_;
  bool attached_ = false;

 public:
  scripted_connection link;
  scripted_lot lot;
  ext::pipe pipe;
};

}  // namespace weft::test
