// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>

#include "fabric/connection.hpp"
#include "small_reactor.hpp"
#include "small_socket.hpp"
#include "support/fabric_pair.hpp"

#include <array>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::ofi {

/// The bytes of one frame, built by hand.
class hand_frame {
 public:
  explicit hand_frame(frame_header const& h) : bytes(frame_size), at_(bytes.data() + frame_header_size) {
    h.write(bytes.data());
  }
  hand_frame& say(std::string_view text) {
    record_writer w(at_);
    w.add_message(message(text));
    at_ = w.end();
    return *this;
  }
  hand_frame& request(std::size_t size, std::uint32_t number) {
    record_writer w(at_);
    w.add_request(message::uninitialized(size), number);
    at_ = w.end();
    return *this;
  }
  hand_frame& offer(std::size_t size, std::uint32_t number, remote_memory const& from) {
    record_writer w(at_);
    w.add_request(message::uninitialized(size), number, from);
    at_ = w.end();
    return *this;
  }
  hand_frame& taken(std::uint32_t number) {
    record_writer w(at_);
    w.add_taken(number);
    at_ = w.end();
    return *this;
  }
  hand_frame& clear(clearance const& c) {
    record_writer w(at_);
    w.add_clear(c);
    at_ = w.end();
    return *this;
  }
  std::vector<std::byte> done() const { return {bytes.data(), static_cast<std::byte const*>(at_)}; }

  std::vector<std::byte> bytes;

 private:
  std::byte* at_;
};

/// An endpoint as weft has it, and a plain one that plays the peer: it says what the test wants said.
class far_end {
 public:
  static constexpr std::uint32_t slot = 77;
  static constexpr std::uint32_t generation = 5;

  explicit far_end(std::string const& scheme = "ofi+tcp", std::string const& rendezvous = "") {
    auto wanted = fabric::local_request(scheme);
    wanted.rendezvous = rendezvous;
    auto const selected = fabric::select(wanted).value();
    auto const& chosen = selected.chosen;
    home = shared_endpoint::open(reactor, chosen, fabric::unique_name().name, selected.large).value();
    reactor.add(home);
    peer = fabric::rdm_endpoint::open(fabric::domain::open(chosen).value(), fabric::unique_name()).value();
    to_peer = home->meet(peer->address()).value();
    to_home = peer->insert(home->endpoint().address()).value();
    for (std::size_t i = 0; i != inboxes_.size(); ++i) listen(inboxes_[i].emplace(*this));
  }

  /// A connection of weft's with the peer, which gives it so much credit.
  flow& admit(credits gives = {8, 4}, flow::side which = flow::side::dialer, std::size_t max_message = 1 << 24) {
    auto& f = *home->admit(max_message).value();
    hello h;
    h.reads = home->large() == fabric::rendezvous::read;
    h.slot = slot;
    h.generation = generation;
    h.max_message = 1 << 24;
    h.frame_size = frame_size;
    h.give = gives;
    h.address = {peer->address().begin(), peer->address().end()};
    f.connect(h, to_peer, which, nullptr);
    return f;
  }
  static std::unique_ptr<small_socket> socket_of(flow& f) {
    return std::make_unique<small_socket>(std::make_unique<connection>(f, "far"));
  }

  bool send(std::span<std::byte const> bytes, std::uint64_t tag) {
    sent_.emplace_back(bytes.begin(), bytes.end());
    auto& op = operations_.emplace_back();
    long rc = -FI_EAGAIN;
    return until([&] {
             auto const& b = sent_.back();
             return !fabric::is_again(rc = peer->tsend(op, b.data(), b.size(), nullptr, to_home, tag));
           }) &&
           rc == 0;
  }
  bool send(hand_frame const& f, flow const& to) {
    return send(f.done(), tag::frame(to.place().slot, to.place().generation));
  }
  /// A receive for a bulk message; its operation notes the end.
  fabric::noted& expect(std::span<std::byte> where, std::uint32_t id) {
    auto& op = operations_.emplace_back();
    BOOST_REQUIRE(peer->trecv(op, where.data(), where.size(), nullptr, tag::bulk(slot, id), 0) == 0);
    return op;
  }

  void turn() {
    reactor.turn();
    std::array<fabric::entry, 8> some;
    for (auto n = peer->completions().read(some); n > 0;) some[--n].complete();
  }
  bool until(std::function<bool()> const& holds) {
    for (auto const end = clock::now() + std::chrono::seconds(10); !holds(); turn())
      if (clock::now() > end) return false;
    return true;
  }
  void turn_for(clock::duration d) {
    for (auto const end = clock::now() + d; clock::now() < end;) turn();
  }

  std::size_t count(frame_kind kind) const {
    std::size_t n = 0;
    for (auto const& f : frames) n += frame_header::read(f)->kind == kind;
    return n;
  }
  /// All records of the data frames so far.
  std::size_t records(record_kind kind) const {
    std::size_t n = 0;
    for (auto const& f : frames) {
      record_reader reader(f);
      for (record r; reader.next(r) == record_reader::outcome::record;) n += r.kind == kind;
    }
    return n;
  }

 private:
  struct inbox final : fabric::operation {
    explicit inbox(far_end& e) : operation(note), owner(e), memory(frame_size) {}
    static void note(operation& self, fabric::completion const& c) noexcept {
      auto& it = static_cast<inbox&>(self);
      if (c.error) return;
      it.owner.frames.emplace_back(it.memory.begin(), it.memory.begin() + static_cast<std::ptrdiff_t>(c.bytes));
      it.owner.tags.push_back(c.tag);
      it.owner.listen(it);
    }
    far_end& owner;
    std::vector<std::byte> memory;
  };
  void listen(inbox& i) noexcept {
    (void)peer->trecv(i, i.memory.data(), i.memory.size(), nullptr, tag::frame(0, 0), tag::any);
  }

  std::array<std::optional<inbox>, 64> inboxes_;
  std::deque<std::vector<std::byte>> sent_;
  std::deque<fabric::noted> operations_;

 public:
  std::deque<std::vector<std::byte>> frames;  ///< that the peer has received
  std::deque<std::uint64_t> tags;
  small_reactor reactor;
  std::unique_ptr<fabric::rdm_endpoint> peer;
  std::shared_ptr<shared_endpoint> home;
  fi_addr_t to_peer = 0;
  fi_addr_t to_home = 0;
};

}  // namespace weft::ofi
