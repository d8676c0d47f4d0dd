// SPDX-License-Identifier: MIT
#pragma once

#include "settings.hpp"

#include <atomic>
#include <cstdint>
#include <memory>

namespace weft::capi {

/// Has a program's functions told and asked about a socket's connections. `id`: the socket's, once it has one.
void watch(socket_options&, watchers const&, std::shared_ptr<std::atomic<std::uint64_t>> const& id);

}  // namespace weft::capi
