// SPDX-License-Identifier: MIT
#include "console.hpp"

#include "files.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace weftcat {

namespace {

using namespace std::chrono_literals;

constexpr auto refresh = 200ms;

/// Nobody can be told when standard error is gone.
void write_error(std::string const& text) {
  try {
    write_all(STDERR_FILENO, text);
  } catch (std::system_error const&) {}
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

std::string scaled(double value) {
  static constexpr std::array units = {"", " k", " M", " G", " T"};
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < units.size(); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f%s" : "%.3g%s", value, units[unit]);
  return text.data();
}

std::string flow(char const* name, std::uint64_t messages, std::uint64_t bytes, double seconds) {
  return std::string(name) + " " + std::to_string(messages) + " messages, " + scaled(static_cast<double>(bytes)) +
         (bytes < 1000 ? " B: " : "B: ") + scaled(static_cast<double>(messages) / seconds) + "/s";
}

}  // namespace

std::string as_line(std::string_view words) {
  std::string text(words);
  // Some of it may be a peer's, which shall not steer a terminal.
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  return "weftcat: " + text + "\n";
}

console::console(bool rate)
    : rate_(rate), both_on_terminal_(::isatty(STDOUT_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0) {
  if (rate && ::isatty(STDERR_FILENO) != 0)
    progress_ = std::jthread([this](std::stop_token stop) { keep_progress(std::move(stop)); });
}

console::~console() { finish(); }

void console::show(std::string_view rendered) {
  std::lock_guard const lock(mutex_);
  if (both_on_terminal_) erase_progress();
  write_all(STDOUT_FILENO, rendered);
  if (both_on_terminal_ && !rendered.empty()) inside_line_ = !rendered.ends_with('\n');
}

void console::say(std::string_view line) {
  std::lock_guard const lock(mutex_);
  erase_progress();
  write_error(as_line(line));
}

void console::finish() {
  if (progress_.joinable()) {
    progress_.request_stop();
    progress_.join();
  }
  if (rate_ && !std::exchange(finished_, true)) say(summary());
}

void console::keep_progress(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!tick_.wait_for(lock, stop, refresh, [&] { return stop.stop_requested(); })) {
    if (inside_line_) continue;
    auto const line = summary().substr(0, terminal_width());
    auto const width = line.size();
    // Blanks over what was longer, for want of a terminal that is known to erase.
    write_error("\r" + line + std::string(progress_width_ > width ? progress_width_ - width : 0, ' '));
    progress_width_ = width;
  }
  erase_progress();
}

void console::erase_progress() {
  if (auto const width = std::exchange(progress_width_, 0); width > 0)
    write_error("\r" + std::string(width, ' ') + "\r");
}

std::string console::summary() const {
  auto const seconds = std::max(1e-9, std::chrono::duration<double>(clock::now() - start_).count());
  std::string text;
  if (sent_.messages > 0) text = flow("sent", sent_.messages, sent_.bytes, seconds);
  if (received_.messages > 0 || text.empty())
    text += (text.empty() ? "" : "; ") + flow("received", received_.messages, received_.bytes, seconds);
  return text;
}

}  // namespace weftcat
