// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"
#include "policy/wishes.hpp"

namespace weft::fuzz {

namespace {

constexpr policy::wishes::limits most{.topics = 16, .bytes = 256};

// What a subscriber tells: messages, each behind a byte that says how long it is.
void run(bytes all) {
  policy::wishes w(most);
  for (input in(all); !in.empty();) {
    auto const size = in.byte();
    message const m(in.some(size));
    if (!w.hear(m)) return;  // the connection ends
    if (w.everything()) require(w.want(m.body()), "in doubt it wants everything");
    require(w.memory() < 64 << 10, "what it remembers is bounded");
  }
}

target const here("interest", run);

}  // namespace

}  // namespace weft::fuzz
