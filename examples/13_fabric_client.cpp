// SPDX-License-Identifier: MIT
// A client that answers in a handler, and one that asks it: over the provider in the argument, or the best here.
#include <weft/fabric/client.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

namespace fabric = weft::fabric;
using namespace std::chrono_literals;

namespace {

std::span<std::byte const> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

int main(int argc, char** argv) {
  fabric::client_options options{.provider = argc > 1 ? argv[1] : ""};
  if (options.provider != "shm") options.node = "127.0.0.1";
  options.hooks.log = [](fabric::client_log_line const& line) {
    if (line.is == fabric::client_log_line::level::error) std::cerr << line.text << "\n";
  };
  auto opened = fabric::client::open(options);
  if (!opened) {
    std::cout << "SKIPPED: " << opened.error().detail << "\n";
    return 0;
  }
  auto server = *std::move(opened);
  std::cout << "over " << server.describe().provider << "\n";

  // Who asks sends its address first: addresses travel as the program likes.
  auto const answers = server.on_receive([&](fabric::incoming const& m) {
    auto asks = server.register_peer(m.bytes());
    if (asks) server.send_to_async(*asks, bytes_of("welcome"));
  });

  auto asking = fabric::client::open(options).value();
  asking.register_peer(server.address(), true).value();
  auto answer = asking.receive_async();
  if (auto const why = asking.send(asking.address(), {.until = 10s})) throw std::system_error(why);
  std::cout << "the answer: " << answer.get().text() << "\n";
  std::cout << asking.stats().send_completed << " sent, " << asking.stats().receive_matched << " received\n";
}
