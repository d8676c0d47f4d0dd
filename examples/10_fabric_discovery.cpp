// SPDX-License-Identifier: MIT
// What libfabric offers here, asked before anything is opened.
#include <weft/fabric/info.hpp>
#include <weft/fabric/version.hpp>

#include <iostream>
#include <string_view>

namespace fabric = weft::fabric;

namespace {

constexpr std::string_view type_names[] = {"", "MSG", "DGRAM", "RDM"};

void print(fabric::info const& i) {
  std::cout << i.provider() << " " << type_names[static_cast<int>(i.type())] << " on " << i.domain_name() << ": up to "
            << i.max_message() << " bytes, " << i.inject_limit() << " of them at once";
  if (i.supports(fabric::capability::tagged)) std::cout << ", tagged";
  if (i.supports(fabric::capability::rma)) std::cout << ", RMA";
  if (i.supports(fabric::capability::atomic)) std::cout << ", atomics";
  if (i.registers_locally()) std::cout << ", wants registered buffers";
  std::cout << "\n";
}

}  // namespace

int main() {
  if (auto const why = fabric::check_running()) std::cout << "careful: " << why->detail << "\n";
  auto found = fabric::discover();
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return 0;
  }
  for (auto const& i : *found) print(i);

  fabric::hints wanted;
  wanted.capabilities = fabric::capability::tagged | fabric::capability::rma;
  for (auto const type : {fabric::endpoint_type::rdm, fabric::endpoint_type::msg, fabric::endpoint_type::dgram})
    std::cout << "tagged messages and RMA over " << type_names[static_cast<int>(type)] << ": "
              << (fabric::supports_endpoint_type(wanted, type) ? "yes" : "no") << "\n";
}
