// SPDX-License-Identifier: MIT
#include <weft/raw_rep.hpp>
#include <weft/respondent.hpp>

namespace weft {

// Does with surveys what a raw REP does with requests.
void raw_respondent::adjust(ext::context& c, options const& o) { raw_rep::adjust(c, {.hops = o.hops}); }

std::unique_ptr<ext::protocol> raw_respondent::make(ext::protocol_host& host, options const& o) {
  return raw_rep::make(host, {.hops = o.hops, .send_queue = o.send_queue});
}

}  // namespace weft
