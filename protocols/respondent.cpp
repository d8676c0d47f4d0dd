// SPDX-License-Identifier: MIT
#include <weft/respondent.hpp>

#include <weft/rep.hpp>

namespace weft {

/// Does with surveys what a REP does with requests.
std::unique_ptr<ext::protocol> respondent::make(ext::protocol_host& host, options const& o) {
  return rep::make(host, {.hops = o.hops});
}

}  // namespace weft
