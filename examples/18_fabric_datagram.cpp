// SPDX-License-Identifier: MIT
// Datagrams: no connection, no order, no second try. One optional argument: the provider.
#include <weft/fabric/endpoint.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <string_view>
#include <vector>

namespace fabric = weft::fabric;
using namespace std::chrono_literals;

namespace {

void check(std::error_code why) {
  if (why) throw std::system_error(why);
}

}  // namespace

int main(int argc, char** argv) {
  fabric::hints wanted{.node = "127.0.0.1", .of = fabric::end::local, .type = fabric::endpoint_type::dgram};
  if (argc > 1) wanted.provider = argv[1];
  auto found = fabric::discover(wanted);
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return 0;
  }
  auto const& chosen = found->front();
  auto const in = fabric::domain::open(chosen).value();
  auto const asks = fabric::endpoint::open(in, chosen).value();
  auto const answers = fabric::endpoint::open(in, chosen).value();
  std::cout << "over " << chosen.provider() << ", at most " << asks->max_message() << " bytes at once\n";

  // Nobody knows who sends: who wants an answer says where to. Nobody tells of a loss either: it asks again.
  auto const own = asks->address();
  auto const to = asks->peers()->insert(answers->address()).value();
  std::vector<std::byte> question(256), answer(64);
  for (int tries = 0; tries != 10; ++tries) {
    check(asks->send(own, {.to = to}, {.until = 10s}));
    auto heard = answers->receive(question, {}, {.until = 200ms});
    if (!heard) continue;
    auto const back = answers->peers()->insert(std::span(question).first(heard->bytes)).value();
    check(answers->send(std::as_bytes(std::span(std::string_view("you are heard"))), {.to = back}, {.until = 10s}));
    if (auto got = asks->receive(answer, {}, {.until = 200ms})) {
      std::cout << std::string_view(reinterpret_cast<char const*>(answer.data()), got->bytes) << "\n";
      return 0;
    }
  }
  return 1;
}
