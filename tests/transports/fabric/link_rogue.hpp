// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/info.hpp"
#include "fabric/linking.hpp"
#include "small_network.hpp"
#include "small_peer.hpp"

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace weft::ofi {

/// A peer made by hand over connected endpoints. It dials what `net.right` listens at.
class link_rogue {
 public:
  static constexpr auto at = "ofi+tcp://127.0.0.1:0?ep=msg";

  explicit link_rogue(small_network& network, listen_options const& o = {})
      : net(network), acceptor(net.right->listen(url::parse(at).value(), net.terms, o).value()) {
    acceptor->start([this](ext::connection_result r) {
      if (r)
        victim = std::make_unique<small_socket>(*std::move(r));
      else
        refused = r.error();
    });
    fabric::request wanted;
    wanted.scheme = "ofi+tcp";
    wanted.node = "127.0.0.1";
    wanted.endpoint = "msg";
    auto const chosen = fabric::select(wanted).value().chosen;
    domain = fabric::domain::open(chosen).value();
    queue = fabric::completion_queue::open(domain, {.format = fabric::queue_format::data}).value();
    events = fabric::event_queue::open(domain->parent()).value();
    lifeline.emplace(acceptor->local());
  }

  /// Says a hello that is right, and has the listener's.
  void introduce() {
    lifeline->say(introduction_.of(net.terms).encode());
    if (!until([&] { return lifeline->count() != 0; })) raise(make_error_code(errc::timed_out));
    theirs = hello::decode(lifeline->items.at(0).content).value();
  }
  link_request request(link_use use) const { return {use, theirs.slot, theirs.generation, theirs.key}; }

  /// Dials with that as private data. \return which of the ends it is
  std::size_t dial(std::span<std::byte const> data) {
    auto& e = ends.emplace_back(fabric::msg_endpoint::open(domain, domain->info(), queue, events).value());
    for (int i = 0; i != 8; ++i) {
      auto& r = receives_.emplace_back();
      (void)e->trecv(r, r.memory.data(), r.memory.size(), nullptr, 0, 0);
    }
    if (e->begin_connect(theirs.address, data)) raise(make_error_code(errc::rejected));
    told.emplace_back();
    return ends.size() - 1;
  }
  std::size_t dial(link_request const& r) { return dial(r.encode()); }
  bool is_refused(std::size_t which) { return hears(which, fabric::event::kind::failed); }
  bool is_connected(std::size_t which) { return hears(which, fabric::event::kind::connected); }

  /// Both links as they should be: 0 and 1.
  bool come_in() {
    introduce();
    for (auto const use : {link_use::frames, link_use::bulk}) dial(request(use));
    if (!is_connected(0) || !is_connected(1) || !until([this] { return victim != nullptr; })) return false;
    victim->grant(128);
    return true;
  }

  bool send(std::size_t which, std::span<std::byte const> bytes) {
    auto& s = sends_.emplace_back();
    s.memory.assign(bytes.begin(), bytes.end());
    return until([&] { return ends[which]->tsend(s, s.memory.data(), s.memory.size(), nullptr, 0, 0) == 0; });
  }
  bool send_text(std::uint32_t sequence, std::string_view text) {
    return send_frame({frame_kind::data, 0, sequence, 0}, [&](record_writer& out) { out.add_message(message(text)); });
  }
  bool send_frame(frame_header const& h, std::function<void(record_writer&)> const& write) {
    byte_string frame(frame_size);
    h.write(frame.data());
    record_writer out(frame.data() + frame_header_size);
    write(out);
    return send(0, std::span(frame).first(static_cast<std::size_t>(out.end() - frame.data())));
  }
  /// The first record of that kind that has come.
  bool has_come(frame_kind kind) {
    return until([&] {
      for (auto const& r : receives_)
        if (auto const h = frame_header::read(r.come); h && h->kind == kind) return true;
      return false;
    });
  }

  bool until(std::function<bool()> const& holds) {
    return net.reactor.until([&] {
      std::array<fabric::entry, 8> some;
      for (auto n = queue->read(some); n > 0;) some[--n].complete();
      while (auto e = events->try_read())
        for (std::size_t i = 0; i != ends.size(); ++i)
          if (ends[i] && ends[i]->is(*e)) told[i] = e->what;
      if (victim) victim->answer();
      return holds();
    });
  }
  void turn_for(clock::duration d) {
    auto const end = clock::now() + d;
    (void)until([&] { return clock::now() > end; });
  }
  bool victim_ends_in(std::error_code why) {
    return until([&] { return victim->is_over(); }) && *victim->closed == why;
  }

  small_network& net;
  std::unique_ptr<ext::acceptor> acceptor;
  std::unique_ptr<small_socket> victim;
  failure refused;
  hello theirs;
  std::optional<small_peer> lifeline;

 private:
  struct sending final : fabric::operation {
    sending() : operation([](operation&, fabric::completion const&) noexcept {}) {}
    byte_string memory;
  };
  struct receiving final : fabric::operation {
    receiving() : operation(on_complete), memory(frame_size) {}
    static void on_complete(operation& self, fabric::completion const& c) noexcept {
      auto& it = static_cast<receiving&>(self);
      if (!c.error) it.come = std::span(it.memory).first(c.bytes);
    }
    byte_string memory;
    std::span<std::byte const> come;
  };

  bool hears(std::size_t which, fabric::event::kind what) {
    return until([&] { return told[which].has_value(); }) && *told[which] == what;
  }

  small_introduction introduction_{net.reactor, at};
  std::deque<sending> sends_;
  std::deque<receiving> receives_;

 public:
  std::shared_ptr<fabric::domain const> domain;
  std::shared_ptr<fabric::completion_queue> queue;
  std::shared_ptr<fabric::event_queue> events;
  std::vector<std::unique_ptr<fabric::msg_endpoint>> ends;
  std::vector<std::optional<fabric::event::kind>> told;
};

}  // namespace weft::ofi
