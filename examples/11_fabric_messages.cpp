// SPDX-License-Identifier: MIT
// A message between two connected endpoints (MSG), and its answer. One optional argument: the provider.
#include <weft/fabric/endpoint.hpp>
#include <weft/fabric/passive_endpoint.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <string_view>

namespace fabric = weft::fabric;
using namespace std::chrono_literals;

namespace {

std::span<std::byte const> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

void check(std::error_code why) {
  if (why) throw std::system_error(why);
}

std::string hear(fabric::endpoint& at) {
  std::string text(64, '\0');
  auto const got = at.receive(std::as_writable_bytes(std::span(text)), {}, {.until = 10s}).value();
  text.resize(got.bytes);
  return text;
}

// Waits for one caller, and answers it.
void serve(fabric::passive_endpoint& door, std::shared_ptr<fabric::domain const> in) {
  auto const request = door.next_request({.until = 10s}).value();
  auto const caller = fabric::endpoint::open(in, *request.request).value();
  check(caller->accept(bytes_of("welcome"), {.until = 10s}));
  auto const heard = hear(*caller);
  check(caller->send(bytes_of("you said " + heard), {}, {.until = 10s}));
  (void)hear(*caller);  // it hangs up when it has the answer
}

}  // namespace

int main(int argc, char** argv) {
  fabric::hints wanted{.node = "127.0.0.1", .of = fabric::end::local, .type = fabric::endpoint_type::msg};
  if (argc > 1) wanted.provider = argv[1];
  auto found = fabric::discover(wanted);
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return 0;
  }
  auto const& chosen = found->front();
  std::cout << "over " << chosen.provider() << "\n";
  auto const network = fabric::network::open(chosen).value();
  auto const in = fabric::domain::open(network, chosen).value();
  auto const door = fabric::passive_endpoint::open(network, chosen).value();
  auto served = std::async(std::launch::async, [&] { serve(*door, in); });

  auto const end = fabric::endpoint::open(in, chosen).value();
  auto const greeting = end->connect(door->address(), bytes_of("may I?"), {.until = 10s}).value();
  std::cout << "the listener says: " << std::string_view(reinterpret_cast<char const*>(greeting.data()), 7) << "\n";
  check(end->send(bytes_of("hello"), {}, {.until = 10s}));
  std::cout << hear(*end) << "\n";
  check(end->send(bytes_of("bye"), {}, {.until = 10s}));
  served.get();
}
