// SPDX-License-Identifier: MIT
// One end writes into the other's memory, and reads it back. One optional argument: the provider.
#include <weft/fabric/endpoint.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

namespace fabric = weft::fabric;
using namespace std::chrono_literals;

namespace {

void check(std::error_code why) {
  if (why) throw std::system_error(why);
}

// Some providers move data only while somebody looks at their queue.
std::jthread moving(fabric::endpoint& e) {
  return std::jthread([q = e.receives()](std::stop_token stop) {
    while (!stop.stop_requested()) q->dispatch(weft::clock::now() + 1ms);
  });
}

}  // namespace

int main(int argc, char** argv) {
  fabric::hints wanted{.type = fabric::endpoint_type::rdm,
                       .capabilities = fabric::capability::msg | fabric::capability::rma};
  if (argc > 1) wanted.provider = argv[1];
  auto found = fabric::discover(wanted);
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return 0;
  }
  auto const& chosen = found->front();
  std::cout << "over " << chosen.provider() << ", which "
            << (chosen.requires_memory(fabric::memory_mode::virt_addr) ? "goes by addresses" : "goes by offsets")
            << " and " << (chosen.requires_memory(fabric::memory_mode::prov_key) ? "makes up keys" : "takes our keys")
            << "\n";
  auto const in = fabric::domain::open(chosen).value();
  auto const writer = fabric::endpoint::open(in, chosen).value();
  auto const owner = fabric::endpoint::open(in, chosen).value();
  auto const moves = moving(*owner);

  auto const memory = fabric::memory_region::allocate(
                          in, 4096, fabric::memory_access::remote_read | fabric::memory_access::remote_write)
                          .value();
  // What the owner tells the writer, by whatever way they have.
  fabric::remote_memory const there{.at = writer->peers()->insert(owner->address()).value(),
                                    .address = memory.address(),
                                    .key = memory.key(),
                                    .flags = fabric::operation_flag::delivery_complete};

  std::string_view const text = "written from afar";
  check(writer->write(std::as_bytes(std::span(text)), there, {.until = 10s}));
  std::string back(text.size(), '\0');
  check(writer->read(std::as_writable_bytes(std::span(back)), there, {.until = 10s}));
  std::cout << back << "\n";
}
