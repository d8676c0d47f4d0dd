// SPDX-License-Identifier: MIT
// weftcat: sends and receives messages from the command line.
#include "command_line.hpp"
#include "connecting.hpp"
#include "console.hpp"
#include "exchange.hpp"
#include "files.hpp"
#include "interruption.hpp"
#include "statistics.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <utility>

namespace weftcat {

namespace {

using namespace std::chrono_literals;

constexpr auto linger = 5s;
enum status { done = 0, failed = 1 };

void show_statistics(weft::any_socket const& socket, settings const& s) {
  auto tree = as_tree(socket.statistics());
  if (!s.name.empty()) tree.name = s.name;
  write_all(STDERR_FILENO, s.format == format::json ? as_json(tree) : as_text(tree));
}

void work(settings const& s, console& c, std::stop_token const& stop) {
  weft::engine home;
  auto socket = open_socket(home, s, c);
  connect(socket, s, c);
  auto const sum_up = [&] {
    c.finish();
    if (s.stats) show_statistics(socket, s);
  };
  try {
    exchange(socket, s, c, stop);
  } catch (std::exception const&) {
    sum_up();
    throw;
  }
  sum_up();
  auto const end = clock::now() + linger;
  auto const left = socket.close(stop.stop_requested() ? 0s : linger).unconfirmed;
  if (left == 0 || stop.stop_requested()) return;
  auto const lost = "of what was sent, " + std::to_string(left) + " may not have arrived";
  // A peer that left may well have had what it wanted; one that is there and takes nothing has not.
  if (clock::now() >= end) throw std::runtime_error(lost);
  if (s.verbosity >= 0) c.say(lost + ": the peer left");
}

int run(settings const& s) {
  // A peer or a reader that goes away is told by a call, not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  interruption signals;
  auto result = done;
  bool unread = false;
  try {
    console c(s.rate);
    work(s, c, signals.token());
  } catch (std::exception const& e) {
    result = failed;
    auto const* const e_of_system = dynamic_cast<std::system_error const*>(&e);
    unread = e_of_system && e_of_system->code() == std::errc::broken_pipe;
    if (!unread) std::cerr << as_line(e.what()) << std::flush;
  }
  signals.pass_on();
  if (unread) die_of(SIGPIPE);
  return result;
}

}  // namespace

}  // namespace weftcat

int main(int argc, char** argv) {
  using namespace weftcat;
  command_line line;
  try {
    return run(line.parse(argc, argv));
  } catch (CLI::ParseError const& e) {
    return line.answer(e);
  }
}
