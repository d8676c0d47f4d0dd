// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/watch.h>
#include <weft/weft.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>

namespace weft::capi {

/// How long calls wait.
struct timeouts {
  clock::duration send = clock::duration::max();
  clock::duration receive = clock::duration::max();
};

/// The functions of a program's that are told or asked about connections.
struct watchers {
  void (*on_event)(weft_event const*, void*) = nullptr;
  void* event_arg = nullptr;
  int (*on_attach)(weft_peer const*, void*) = nullptr;
  void* attach_arg = nullptr;
};

// What only can be read.
struct socket_facts {
  std::string protocol{};
  int number = 0;
  int peer_number = 0;
};
struct endpoint_facts {
  std::string url{};
};

/// All that can be set or read by name. Every thing has some areas of it.
using settings =
    std::tuple<engine_options, socket_options, timeouts, dial_options, listen_options, req::options, rep::options,
               raw_rep::options, pub::options, sub::options, raw_sub::options, push::options, pull::options,
               surveyor::options, raw_surveyor::options, respondent::options, raw_respondent::options, bus::options,
               pair::options, pair1::options, socket_facts, endpoint_facts, watchers>;

using areas = std::uint32_t;  // a bit for each
static_assert(std::tuple_size_v<settings> <= 32);
inline constexpr areas every_area = (areas{1} << std::tuple_size_v<settings>)-1;

template <class Area, std::size_t I = 0>
constexpr areas area() noexcept {
  if constexpr (std::is_same_v<Area, std::tuple_element_t<I, settings>>)
    return areas{1} << I;
  else
    return area<Area, I + 1>();
}

}  // namespace weft::capi
