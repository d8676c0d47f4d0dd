// SPDX-License-Identifier: MIT
#include <weft/url.hpp>

#include "fuzz/fuzz.hpp"

namespace weft::fuzz {

namespace {

bool is_same(url const& a, url const& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port && a.path == b.path && a.query == b.query;
}

void run(bytes all) {
  auto parsed = url::parse(text(all));
  if (!parsed) return require(!parsed.error().detail.empty(), "a refusal says what is wrong");
  auto again = url::parse(parsed->to_string());
  require(again.has_value(), "what was parsed can be written and parsed again");
  require(is_same(*parsed, *again), "and is the same then");
}

target const here("url", run);

}  // namespace

}  // namespace weft::fuzz
