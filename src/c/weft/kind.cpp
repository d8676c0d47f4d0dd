// SPDX-License-Identifier: MIT
#include "kind.hpp"

#include <weft/c/socket.h>

#include <algorithm>

namespace weft::capi {

namespace {

template <class P>
constexpr bool has_options = !std::is_same_v<typename P::options, no_options>;

template <class P>
typename P::options const& options(settings const& s) {
  static constexpr no_options none;
  if constexpr (has_options<P>)
    return std::get<typename P::options>(s);
  else
    return none;
}

template <class P>
std::unique_ptr<ext::protocol> make(ext::protocol_host& host, settings const& s) {
  return P::make(host, options<P>(s));
}

template <class P>
constexpr kind row(int number, std::string_view name) {
  kind k{.number = number,
         .name = name,
         .self = P::self,
         .peer = P::peer,
         .sends = P::sends,
         .receives = P::receives,
         .contexts = P::contexts,
         .raw = raw_protocol<P>,
         .directed = sends_to_one<P>,
         .subscribes = filters_topics<P>,
         .own = 0,
         .make = &make<P>,
         .open = nullptr,
         .open_channel = nullptr,
         .adjust = nullptr};
  if constexpr (has_options<P>) k.own = area<typename P::options>();
  if constexpr (opens_contexts<P>)
    k.open = [](ext::protocol& p, settings const& s) { return P::open(p, options<P>(s)); };
  if constexpr (has_channel_context<P>) k.open_channel = &P::open_channel;
  if constexpr (adjusts<P>) k.adjust = [](ext::context& c, settings const& s) { P::adjust(c, options<P>(s)); };
  return k;
}

constexpr kind kinds[] = {
    row<req>(WEFT_REQ, "req"),
    row<rep>(WEFT_REP, "rep"),
    row<pub>(WEFT_PUB, "pub"),
    row<sub>(WEFT_SUB, "sub"),
    row<push>(WEFT_PUSH, "push"),
    row<pull>(WEFT_PULL, "pull"),
    row<surveyor>(WEFT_SURVEYOR, "surveyor"),
    row<respondent>(WEFT_RESPONDENT, "respondent"),
    row<bus>(WEFT_BUS, "bus"),
    row<pair>(WEFT_PAIR, "pair"),
    row<pair1>(WEFT_PAIR1, "pair1"),
    row<pair_hub>(WEFT_PAIR_HUB, "pair_hub"),
    row<raw_req>(WEFT_REQ | WEFT_RAW, "raw_req"),
    row<raw_rep>(WEFT_REP | WEFT_RAW, "raw_rep"),
    row<raw_pub>(WEFT_PUB | WEFT_RAW, "raw_pub"),
    row<raw_sub>(WEFT_SUB | WEFT_RAW, "raw_sub"),
    row<raw_push>(WEFT_PUSH | WEFT_RAW, "raw_push"),
    row<raw_pull>(WEFT_PULL | WEFT_RAW, "raw_pull"),
    row<raw_surveyor>(WEFT_SURVEYOR | WEFT_RAW, "raw_surveyor"),
    row<raw_respondent>(WEFT_RESPONDENT | WEFT_RAW, "raw_respondent"),
    row<raw_bus>(WEFT_BUS | WEFT_RAW, "raw_bus"),
    row<raw_pair>(WEFT_PAIR | WEFT_RAW, "raw_pair"),
    row<raw_pair1>(WEFT_PAIR1 | WEFT_RAW, "raw_pair1"),
};

}  // namespace

kind const* find_kind(int number) noexcept {
  auto const it = std::ranges::find(kinds, number, &kind::number);
  return it == std::end(kinds) ? nullptr : &*it;
}

}  // namespace weft::capi
