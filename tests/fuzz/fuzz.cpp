// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"

namespace weft::fuzz {

std::vector<target const*>& targets() {
  static std::vector<target const*> all;
  return all;
}

target::target(std::string_view n, void (*r)(bytes)) : name(n), run(r) { targets().push_back(this); }

}  // namespace weft::fuzz
