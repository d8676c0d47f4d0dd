// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/info.hpp"
#include "fabric/provider.hpp"

#include <string>
#include <vector>

namespace weft::fabric {

/// What one provider offers for the request that weft can use, of that type, best first.
std::vector<info> query(provider_facts const&, request const&, endpoint_type = endpoint_type::rdm);

/// Why query() comes back empty: what stands behind "provider net ..." in a sentence for a person. Asks again with one
/// demand less each time, until something is found.
std::string explain(provider_facts const&, request const&, endpoint_type = endpoint_type::rdm);

}  // namespace weft::fabric
