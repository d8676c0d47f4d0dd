// SPDX-License-Identifier: MIT
// Tagged messages: the receiver says which it wants, and takes them in that order. One optional argument: the provider.
#include <weft/fabric/endpoint.hpp>

#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <string_view>

namespace fabric = weft::fabric;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t orders = 1ull << 32, news = 2ull << 32;  // and a number in the lower half
constexpr std::uint64_t any_number = 0xffffffff;

std::string next(fabric::endpoint& at, std::uint64_t tag, std::uint64_t ignore = 0) {
  std::string text(64, '\0');
  auto const got =
      at.receive(std::as_writable_bytes(std::span(text)), {.tag = tag, .ignore = ignore}, {.until = 10s}).value();
  text.resize(got.bytes);
  return text + " (" + std::to_string(got.tag.value_or(0) & any_number) + ")";
}

void tell(fabric::endpoint& from, fabric::peer to, std::uint64_t tag, std::string_view text) {
  if (auto const why = from.send(std::as_bytes(std::span(text)), {.to = to, .tag = tag}, {.until = 10s}))
    throw std::system_error(why);
}

}  // namespace

int main(int argc, char** argv) {
  fabric::hints wanted{.type = fabric::endpoint_type::rdm, .capabilities = fabric::capability::tagged};
  if (argc > 1) wanted.provider = argv[1];
  auto found = fabric::discover(wanted);
  if (!found) {
    std::cout << "SKIPPED: " << found.error().detail << "\n";
    return 0;
  }
  std::cout << "over " << found->front().provider() << "\n";
  auto const in = fabric::domain::open(found->front()).value();
  auto const sender = fabric::endpoint::open(in, found->front()).value();
  auto const receiver = fabric::endpoint::open(in, found->front()).value();
  auto const to = sender->peers()->insert(receiver->address()).value();

  // The first that is wanted is not the first that is sent.
  auto heard = std::async(std::launch::async, [&] {
    auto const order = next(*receiver, orders, any_number);
    return "an order: " + order + "\nnews no. 7: " + next(*receiver, news | 7);
  });
  tell(*sender, to, news | 7, "it rains");
  tell(*sender, to, orders | 41, "two teas");
  std::cout << heard.get() << "\n";
}
