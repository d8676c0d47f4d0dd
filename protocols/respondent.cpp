// SPDX-License-Identifier: MIT
#include <weft/respondent.hpp>

#include <weft/rep.hpp>

namespace weft {

// Does with surveys what a REP does with requests.
void respondent::adjust(ext::context& c, options const& o) { rep::adjust(c, {.hops = o.hops}); }

std::unique_ptr<ext::protocol> respondent::make(ext::protocol_host& host, options const& o) {
  return rep::make(host, {.hops = o.hops});
}

std::unique_ptr<ext::context> respondent::open_channel(ext::protocol& p) { return rep::open_channel(p); }

}  // namespace weft
