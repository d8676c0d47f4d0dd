// SPDX-License-Identifier: MIT
#pragma once

namespace weft::base {

/// How often this process is a fork of a fork... Threads, locks and descriptors of an engine do not survive
/// fork(), so an engine remembers the number it was made under. Cost: one load; no getpid().
unsigned process_generation() noexcept;

}  // namespace weft::base
