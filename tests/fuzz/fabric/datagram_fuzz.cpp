// SPDX-License-Identifier: MIT
#include "fabric/datagram.hpp"
#include "fuzz/fuzz.hpp"

#include <array>

namespace weft::fuzz {

namespace {

void run(bytes all) {
  auto const head = ofi::datagram_header::read(all);
  if (!head) return;
  require(all.size() >= ofi::datagram_header_size, "a datagram has a header");
  std::array<std::byte, ofi::datagram_header_size> written{};
  head->write(written.data(), all.size() - written.size());
  require(same(written, all.first(written.size())), "a header is written as it was read, with the size of what came");
}

target const here("datagram", run);

}  // namespace

}  // namespace weft::fuzz
