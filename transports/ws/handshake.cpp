// SPDX-License-Identifier: MIT
#include "ws/handshake.hpp"

#include <weft/error.hpp>

#include "stream/handshake.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weft::ws {

namespace {

void go_on(stream::established& e, side s, manners how, std::string_view rest, fields const& headers) {
  auto made = std::make_unique<channel>(s, how, e.take_channel());
  made->begin_with(std::as_bytes(std::span(rest)));
  e.through = std::move(made);
  for (auto const& [name, value] : headers) e.more_about().properties.emplace_back("header:" + name, value);
}

}  // namespace

setup<bool> talk::send(stream::established& e) {
  while (out_sent_ != out_.size()) {
    stream::batch b;
    b.add(out_.data() + out_sent_, out_.size() - out_sent_);
    auto const n = e.send(b);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return false;
    if (n < 0) return stream::hung_up(errno);
    out_sent_ += static_cast<std::size_t>(n);
  }
  return true;
}

setup<bool> talk::hear(stream::established& e) {
  while (head_size_ == 0) {
    char some[4096];
    auto const n = e.receive(some, sizeof some);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return false;
    if (n == 0 && e.through && e.through->fault().code) return e.through->fault();
    if (n <= 0) return stream::hung_up(n == 0 ? 0 : errno);
    auto const before = in_.size();
    in_.append(some, static_cast<std::size_t>(n));
    auto const end = end_of_head(std::string_view(in_).substr(before - std::min<std::size_t>(before, 3)));
    if (end != std::string_view::npos) head_size_ = end + before - std::min<std::size_t>(before, 3);
    // The answer to what cannot become a head is the same now as later.
    else if (in_.size() > longest_head || is_no_head(in_))
      head_size_ = in_.size();
  }
  return true;
}

ask::ask(wish w) : wish_(std::move(w)), key_(new_key()) {
  talk_.say(request_text(wish_.target, wish_.host, key_, wish_.protocol, wish_.headers));
}

setup<stream::step::wants> ask::advance(stream::established& e) {
  auto said = talk_.send(e);
  if (!said) return said.error();
  auto heard = talk_.hear(e);
  if (!heard) return heard.error();
  if (!*said || !*heard) return stream::all_of(!*heard, !*said);
  auto headers = read_answer(talk_.head(), key_, wish_.protocol);
  if (!headers) return headers.error();
  go_on(e, side::dials, wish_.how, talk_.rest(), *headers);
  return wants::nothing;
}

void answer::refuse(refusal r, errc why, fault_kind kind) {
  refused_ = failure{why, "answered with HTTP " + std::to_string(r.status) + ": " + r.reason, kind};
  talk_.say(r.text());
}

void answer::decide() {
  auto request = upgrade::read(talk_.head());
  if (!request) return refuse(request.error(), errc::malformed);
  upgrade_ = *std::move(request);
  auto found = find_(upgrade_.path);
  if (!found) return refuse(found.error(), errc::rejected);
  offer_ = *std::move(found);
  if (std::ranges::find(upgrade_.protocols, offer_.protocol) == upgrade_.protocols.end())
    return refuse({400, "another sub-protocol is spoken at " + upgrade_.path, offer_.protocol}, errc::protocol_mismatch,
                  fault_kind::wrong_protocol);
  talk_.say(welcome_text(upgrade_.key, offer_.protocol, offer_.headers));
}

setup<stream::step::wants> answer::advance(stream::established& e) {
  auto heard = talk_.hear(e);
  if (!heard) return heard.error();
  if (!*heard) return wants::input;
  if (!std::exchange(decided_, true)) decide();
  auto said = talk_.send(e);
  if (!said) return said.error();
  if (!*said) return wants::output;
  if (refused_) return *refused_;
  e.wanted = upgrade_.path;
  go_on(e, side::listens, offer_.how, talk_.rest(), upgrade_.headers);
  return wants::nothing;
}

}  // namespace weft::ws
