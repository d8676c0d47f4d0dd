// SPDX-License-Identifier: MIT
// What the environment says about the tests of weft::fabric: other providers than those that run everywhere.
#pragma once

#include <weft/fabric/address_vector.hpp>
#include <weft/fabric/completion_queue.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weft::fabric {

/// How the objects of one provider's endpoints are opened: cq_format, cq_wait, cq_size, av_type, av_count.
struct provider_hints {
  queue_options queue;
  address_vector_options peers;
};
using hints_by_provider = std::map<std::string, provider_hints, std::less<>>;

/// "efa:cq_wait=fd,cq_format=data udp;ofi_rxd:cq_size=512": providers between spaces.
/// \throws std::invalid_argument that names the key, or the value, that is none
hints_by_provider parse_hints(std::string_view text);

/// "efa,sockets": those that weft knows, or that have hints; sockets when there are none of these.
std::vector<std::string> parse_providers(std::string_view list, hints_by_provider const&);

/// Of WEFT_TEST_RDM_PROVIDERS and the like, or else `usual`. Each lives for ever, as literals do.
std::vector<char const*> providers_to_test(char const* type, std::vector<char const*> usual);
/// Of WEFT_TEST_HINTS; nothing said: null.
provider_hints const* hints_to_test_with(std::string_view provider);

}  // namespace weft::fabric
