// SPDX-License-Identifier: MIT
#include "fabric/linking.hpp"

#include <weft/error.hpp>

#include "fabric/flow.hpp"
#include "fabric/shared_endpoint.hpp"

#include <algorithm>
#include <utility>

namespace weft::ofi {

namespace {

std::optional<failure> unless_fine(std::error_code why, char const* what) {
  if (!why) return {};
  return failure{why, std::string(what) + ": " + why.message()};
}

}  // namespace

linking::linking(flow& f, hello const& theirs, std::shared_ptr<lifeline> l, handler h)
    : flow_(f), theirs_(theirs), board_(f.home().board()), lifeline_(std::move(l)), handler_(std::move(h)) {
  board_->add(*this);
}

linking::~linking() {
  board_->remove(*this);
  for (auto const& r : requests_)
    if (r) board_->reject(*r);
}

void linking::expect(std::uint64_t key) {
  key_ = key;
  listening_ = true;
}

bool linking::expects(link_request const& r) const noexcept {
  return listening_ && r.key == key_ && r.slot == flow_.place().slot && r.generation == flow_.place().generation &&
         !requests_[static_cast<std::size_t>(r.use)] && !ends_[0];
}

void linking::requested(link_use use, fabric::event&& e) {
  requests_[static_cast<std::size_t>(use)] = std::move(e);
  if (!requests_[0] || !requests_[1]) return;
  if (auto why = accept()) done(std::move(why));
}

std::optional<failure> linking::accept() {
  auto const taken = std::exchange(requests_, {});
  if (auto why = open(*taken[0]->request, *taken[1]->request)) return why;
  for (auto* e : ends_)
    if (auto why = unless_fine(e->begin_accept(), "fi_accept")) return why;
  return {};
}

std::optional<failure> linking::dial() {
  auto const& like = flow_.home().domain()->info();
  if (auto why = open(like, like)) return why;
  for (auto const use : {link_use::frames, link_use::bulk}) {
    link_request const r{use, theirs_.slot, theirs_.generation, theirs_.key};
    auto const why = ends_[static_cast<std::size_t>(use)]->begin_connect(theirs_.address, r.encode());
    if (why) return unless_fine(why, "fi_connect");
  }
  return {};
}

/// Both endpoints, and the buffers that were promised: before the peer can send.
std::optional<failure> linking::open(fabric::info const& frames, fabric::info const& bulk) {
  auto events = board_->events();
  if (!events) return events.error();
  auto const& home = flow_.home();
  auto first = fabric::msg_endpoint::open(home.domain(), frames, home.completions(), *events);
  if (!first) return first.error();
  auto second = fabric::msg_endpoint::open(home.domain(), bulk, home.completions(), *events);
  if (!second) return second.error();
  ends_ = {first->get(), second->get()};
  flow_.connect(theirs_, link{*std::move(first), *std::move(second)}, lifeline_);
  if (long const rc = flow_.home().buffers().lend(flow_, *ends_[0], flow_.given().buffers()); rc != 0)
    return unless_fine(fabric::error(rc), "fi_recv");
  return {};
}

bool linking::owns(fabric::event const& e) const noexcept {
  return std::ranges::any_of(ends_, [&](auto* end) { return end && end->is(e); });
}

void linking::told(fabric::event const& e) {
  if (e.what == fabric::event::kind::failed)
    return done(failure{e.error, "the peer does not connect over the fabric: " + e.error.message()});
  connected_ |= ends_[0]->is(e) ? 1u : 2u;
  if (connected_ != 3) return;
  flow_.link_up();
  done({});
}

void linking::done(std::optional<failure> why) {
  if (auto const tell = std::exchange(handler_, nullptr)) tell(std::move(why));
}

}  // namespace weft::ofi
