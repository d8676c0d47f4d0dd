// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"
#include "stream/handshake.hpp"

#include <cstdint>

namespace weft::fuzz {

namespace {

// The protocol that is wanted, two bytes; then what the peer says.
void run(bytes all) {
  input in(all);
  ext::handshake terms;
  terms.peer = static_cast<std::uint16_t>(in.byte() << 8 | in.byte());
  stream::greeting::bytes heard{};
  bool faulty = false;
  std::size_t come = 0;
  for (auto const b : in.some(heard.size())) {
    heard[come++] = b;
    bool const now = stream::greeting::fault_in(heard, come, terms).has_value();
    require(now || !faulty, "what is wrong stays wrong, whatever follows");
    faulty = now;
  }
  if (come == heard.size())
    require(faulty == !same(heard, stream::greeting::of(terms.peer)), "only the right greeting is good");
}

target const here("greeting", run);

}  // namespace

}  // namespace weft::fuzz
