// SPDX-License-Identifier: MIT
#include "kind.hpp"

#include <weft/c/nanomsg/bus.h>
#include <weft/c/nanomsg/nn.h>
#include <weft/c/nanomsg/pair.h>
#include <weft/c/nanomsg/pipeline.h>
#include <weft/c/nanomsg/pubsub.h>
#include <weft/c/nanomsg/reqrep.h>
#include <weft/c/nanomsg/survey.h>
#include <weft/weft.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace weft::nanomsg {

namespace {

template <class P>
typename P::options options(settings const&) {
  return {};
}
template <class P>
requires requires(typename P::options o) { o.hops; }
typename P::options options(settings const& s) { return {.hops = static_cast<unsigned>(s.ttl)}; }

// What never happens takes a time that never ends.
clock::duration milliseconds_or_ever(int ms) { return ms > 0 ? std::chrono::milliseconds(ms) : clock::duration::max(); }

template <>
req::options options<req>(settings const& s) {
  return {.resend = {.every = milliseconds_or_ever(s.resend_interval)}, .early = true, .keep = true};
}
template <>
surveyor::options options<surveyor>(settings const& s) {
  return {.survey_time = milliseconds_or_ever(s.survey_deadline), .keep = true};
}
// Nothing is dropped that was received, as in nanomsg, whose subscriptions are counted.
template <>
sub::options options<sub>(settings const&) {
  return {.count_duplicates = true, .hold_back = true};
}
template <>
pub::options options<pub>(settings const&) {
  return {.when_full = pub::full::drop_newest};
}

template <class P>
std::unique_ptr<any_socket> open(engine& e, settings const& s) {
  return std::make_unique<any_socket>(basic_socket<P>(e, options<P>(s)));
}

template <class P>
void adjust([[maybe_unused]] any_socket& to, [[maybe_unused]] settings const& s) {
  if constexpr (adjusts<P>) to.set_options<P>(options<P>(s));
}

template <class P>
constexpr kind row(int domain, int protocol) {
  return {domain, protocol, P::sends, P::receives, &open<P>, &adjust<P>};
}

// nanomsg's raw SUB filters as its other one does.
constexpr kind kinds[] = {
    row<pair>(AF_SP, NN_PAIR),
    row<raw_pair>(AF_SP_RAW, NN_PAIR),
    row<pub>(AF_SP, NN_PUB),
    row<pub>(AF_SP_RAW, NN_PUB),
    row<sub>(AF_SP, NN_SUB),
    row<sub>(AF_SP_RAW, NN_SUB),
    row<req>(AF_SP, NN_REQ),
    row<raw_req>(AF_SP_RAW, NN_REQ),
    row<rep>(AF_SP, NN_REP),
    row<raw_rep>(AF_SP_RAW, NN_REP),
    row<push>(AF_SP, NN_PUSH),
    row<raw_push>(AF_SP_RAW, NN_PUSH),
    row<pull>(AF_SP, NN_PULL),
    row<pull>(AF_SP_RAW, NN_PULL),
    row<surveyor>(AF_SP, NN_SURVEYOR),
    row<raw_surveyor>(AF_SP_RAW, NN_SURVEYOR),
    row<respondent>(AF_SP, NN_RESPONDENT),
    row<raw_respondent>(AF_SP_RAW, NN_RESPONDENT),
    row<bus>(AF_SP, NN_BUS),
    row<raw_bus>(AF_SP_RAW, NN_BUS),
};

}  // namespace

kind const* find_kind(int domain, int protocol) noexcept {
  auto const it =
      std::ranges::find_if(kinds, [&](kind const& k) { return k.domain == domain && k.protocol == protocol; });
  return it == std::end(kinds) ? nullptr : &*it;
}

}  // namespace weft::nanomsg
