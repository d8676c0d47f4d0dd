// SPDX-License-Identifier: MIT
// The one target that this program is linked with, for libFuzzer.
#include "fuzz/fuzz.hpp"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  weft::fuzz::targets().front()->run({reinterpret_cast<std::byte const*>(data), size});
  return 0;
}
