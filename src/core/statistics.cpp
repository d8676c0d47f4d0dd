// SPDX-License-Identifier: MIT
#include <weft/statistics.hpp>

#include "core/guard.hpp"
#include "core/socket.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weft {

namespace {

using unit = statistic::unit;

statistic scope(std::string name, std::vector<statistic> children) {
  return {.name = std::move(name), .children = std::move(children)};
}
statistic counter(std::string name, std::uint64_t value, unit u) {
  return {.name = std::move(name), .kind = statistic::type::counter, .measure = u, .value = value};
}
statistic level(std::string name, std::uint64_t value, unit u) {
  return {.name = std::move(name), .kind = statistic::type::level, .measure = u, .value = value};
}
statistic text(std::string name, std::string value) {
  return {.name = std::move(name), .kind = statistic::type::text, .value = std::move(value)};
}
statistic boolean(std::string name, bool value) {
  return {.name = std::move(name), .kind = statistic::type::boolean, .value = value};
}

statistic tree_of(std::string name, traffic const& t) {
  return scope(std::move(name),
               {counter("messages", t.messages, unit::messages), counter("bytes", t.bytes, unit::bytes)});
}

statistic tree_of(drop_counts const& drops) {
  statistic all = scope("dropped", {});
  for (auto const d : {direction::outgoing, direction::incoming}) {
    statistic one = scope(std::string(name_of(d)), {});
    for (std::size_t i = 0; i < drop_reasons; ++i) {
      auto const why = static_cast<drop_reason>(i);
      one.children.push_back(counter(std::string(name_of(why)), drops.at(why, d), unit::messages));
    }
    all.children.push_back(std::move(one));
  }
  return all;
}

statistic tree_of(pipe_statistics const& p) {
  return scope(std::to_string(static_cast<std::uint32_t>(p.info.id)),
               {text("url", p.info.url), text("peer", p.info.peer), boolean("dialed", p.info.dialed),
                tree_of("sent", p.sent), tree_of("received", p.received), tree_of(p.dropped),
                level("inbox", p.inbox, unit::messages), level("unconfirmed", p.unconfirmed, unit::messages)});
}

statistic tree_of(fault_counts const& faults) {
  statistic all = scope("faults", {});
  for (std::size_t i = 1; i != fault_kinds; ++i) {
    auto const k = static_cast<fault_kind>(i);
    all.children.push_back(counter(std::string(name_of(k)), faults.at(k), unit::events));
  }
  return all;
}

statistic tree_of(endpoint_statistics const& e) {
  return scope(e.url, {boolean("listens", e.listens), counter("connected", e.connected, unit::events),
                       counter("refused", e.refused, unit::events), counter("rejected", e.rejected, unit::events),
                       counter("lost", e.lost, unit::events), tree_of(e.faults)});
}

template <class Items>
statistic tree_of(std::string name, Items const& items) {
  statistic all = scope(std::move(name), {});
  for (auto const& i : items) all.children.push_back(tree_of(i));
  return all;
}

}  // namespace

std::string_view name_of(drop_reason why) noexcept {
  constexpr std::array<std::string_view, drop_reasons> names = {"no_peer",       "full",      "displaced", "peer_gone",
                                                                "too_many_hops", "malformed", "filtered",  "unasked",
                                                                "too_large",     "unread",    "lost",      "late"};
  auto const i = static_cast<std::size_t>(why);
  return i < names.size() ? names[i] : "unknown";
}

std::string_view name_of(fault_kind k) noexcept {
  constexpr std::array<std::string_view, fault_kinds> names = {
      "none",      "not_sp",    "wrong_protocol", "reserved_bytes", "silent",           "left_early",
      "bad_frame", "too_large", "truncated",      "reset",          "reset_in_message", "upgrade",
      "ws_mask",   "ws_length", "ws_order",       "ws_control",     "ws_text",          "ws_opcode",
      "tls",       "tls_flood", "untrusted",      "no_descriptors"};
  auto const i = static_cast<std::size_t>(k);
  return i < names.size() ? names[i] : "unknown";
}

std::string_view name_of(direction d) noexcept { return d == direction::outgoing ? "outgoing" : "incoming"; }

statistic const* statistic::find(std::string_view wanted) const noexcept {
  auto const it = std::ranges::find(children, wanted, &statistic::name);
  return it == children.end() ? nullptr : &*it;
}

statistic as_tree(socket_statistics const& s) {
  return scope("socket",
               {level("protocol", s.protocol, unit::none), tree_of("sent", s.sent), tree_of("received", s.received),
                tree_of(s.dropped), level("queued", s.queued, unit::messages), level("inbox", s.inbox, unit::messages),
                level("unconfirmed", s.unconfirmed, unit::messages), tree_of("pipes", s.pipes),
                tree_of("endpoints", s.endpoints)});
}

}  // namespace weft

namespace weft::core {

namespace {

traffic& operator+=(traffic& sum, traffic const& t) noexcept {
  sum.messages += t.messages;
  sum.bytes += t.bytes;
  return sum;
}

}  // namespace

pipe_info link::info() const {
  pipe_info i{.id = id(), .url = from.url, .peer = connection_->peer_address(), .dialed = from.dialed};
  connection_->describe(i);
  return i;
}

std::optional<pipe_info> socket::pipe(pipe_id id) {
  if (!engine_->ours()) return {};
  guard lock(*this);
  auto const it = links_.find(static_cast<std::uint32_t>(id));
  if (it == links_.end() || !it->second->attached()) return {};
  return it->second->info();
}

/// What remains of a link that goes.
void socket::sum_up(link const& l) noexcept {
  gone_sent_ += l.sent();
  gone_received_ += l.received();
}

socket_statistics socket::statistics() {
  if (!engine_->ours()) return {};
  guard lock(*this);
  socket_statistics s{.protocol = handshake_.self,
                      .sent = gone_sent_,
                      .received = gone_received_,
                      .dropped = dropped_,
                      .queued = protocol_->queued(),
                      .unconfirmed = unconfirmed_,
                      .endpoints = endpoints_};
  for (auto const& [id, l] : links_) {
    s.pipes.push_back({.info = l->info(),
                       .sent = l->sent(),
                       .received = l->received(),
                       .dropped = l->dropped,
                       .inbox = l->held(),
                       .unconfirmed = l->connection()->unconfirmed()});
    auto const& p = s.pipes.back();
    s.sent += p.sent;
    s.received += p.received;
    s.inbox += p.inbox;
    s.unconfirmed += p.unconfirmed;
  }
  std::ranges::sort(s.pipes, {}, [](auto& p) { return p.info.id; });
  return s;
}

/// Adds an event to what is known of its URL.
void socket::count(monitor_event const& e) noexcept {
  auto const it = std::ranges::find(endpoints_, e.url, &endpoint_statistics::url);
  if (it == endpoints_.end()) return;
  if (e.fault != fault_kind::none) ++it->faults.at(e.fault);
  switch (e.what) {
    case monitor_event::connected:
      ++it->connected;
      break;
    case monitor_event::refused:
      ++it->refused;
      break;
    case monitor_event::rejected:
      ++it->rejected;
      break;
    case monitor_event::lost:
      ++it->lost;
      break;
    case monitor_event::warning:
    case monitor_event::dropped:
      break;
  }
}

}  // namespace weft::core
