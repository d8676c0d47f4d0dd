// SPDX-License-Identifier: MIT
#include "exchange.hpp"

#include "rendering.hpp"

#include <weft/error.hpp>
#include <weft/message.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace weftcat {

namespace {

using namespace std::chrono_literals;

constexpr auto never = clock::time_point::max();
// A nanomsg that is hung up on forgets what it has received and not yet given to its user.
constexpr auto goodbye = 200ms;

class conversation {
 public:
  conversation(weft::any_socket& socket, settings const& s, console& c, std::stop_token stop)
      : socket_(socket), settings_(s), console_(c), stop_(std::move(stop)) {}

  void run() {
    await_dialed();
    pause_until(clock::now() + settings_.delay);
    if (!settings_.data)
      receive_all();
    else if (!socket_.receives())
      send_all();
    else if (settings_.protocol == protocol::rep || settings_.protocol == protocol::respondent)
      answer_all();
    else
      converse();
    if (sends_last() && !stop_.stop_requested()) pause_until(clock::now() + goodbye);
  }

 private:
  using time_point = clock::time_point;

  static time_point after(std::optional<clock::duration> d) { return d ? weft::deadline(*d).when() : never; }

  /// To whom nobody would tell later what they have missed.
  void await_dialed() {
    bool const fans_out = settings_.protocol == protocol::pub || settings_.protocol == protocol::bus ||
                          settings_.protocol == protocol::surveyor;
    if (!fans_out || !settings_.data || settings_.async || settings_.compat) return;
    std::error_code why;
    socket_.wait_for_peers(settings_.dials.size(), {stop_, after(settings_.send_timeout)}, why);
    if (why && !stop_.stop_requested()) throw std::system_error(why, "not everybody who was dialed is there");
  }

  void pause_until(time_point end) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any told;
    told.wait_until(lock, stop_, end, [] { return false; });
  }

  bool sends_last() const {
    return settings_.data && settings_.protocol != protocol::req && settings_.protocol != protocol::surveyor;
  }

  bool is_last(std::uint64_t turn) const { return settings_.count != 0 && turn >= settings_.count; }

  void send() {
    weft::message m(*settings_.data);
    auto const size = m.size();
    std::error_code why;
    socket_.send(m, {stop_, after(settings_.send_timeout)}, why);
    if (!why) return console_.count_sent(size);
    if (!stop_.stop_requested()) throw std::system_error(why, "cannot send");
  }

  /// \return whether something came, and not the end: of the time, of a survey, of what is to be answered
  bool receive(time_point until) {
    std::error_code why;
    auto const m = socket_.receive({stop_, until}, why);
    if (why == weft::errc::timed_out || why == weft::errc::wrong_state || stop_.stop_requested()) return false;
    if (why) throw std::system_error(why, "cannot receive");
    console_.count_received(m.size());
    if (settings_.format == format::raw)
      console_.show(m.text());
    else if (settings_.format != format::no)
      console_.show(rendered(m, settings_.format, socket_, console_.received()));
    return true;
  }

  void receive_all() {
    for (std::uint64_t n = 0; !is_last(n); ++n)
      if (!receive(after(settings_.receive_timeout))) return expect(settings_.count == 0, n);
  }

  /// What was asked for has come.
  void expect(bool all, std::uint64_t n) const {
    if (all || stop_.stop_requested()) return;
    if (settings_.protocol == protocol::req) throw std::runtime_error("no reply in time");
    throw std::runtime_error("only " + std::to_string(n) + " of " + std::to_string(settings_.count) +
                             " messages came in time");
  }

  void answer_all() {
    for (std::uint64_t n = 0; !is_last(n); ++n) {
      if (!receive(after(settings_.receive_timeout))) return expect(settings_.count == 0, n);
      send();
    }
  }

  void send_all() {
    for (std::uint64_t n = 1; !stop_.stop_requested(); ++n) {
      auto const start = clock::now();
      send();
      if (is_last(n) || (!settings_.interval && settings_.count == 0)) return;
      if (settings_.interval) pause_until(start + *settings_.interval);
    }
  }

  /// Each turn sends, and receives until the next; one without an end receives for ever.
  void converse() {
    for (std::uint64_t n = 1; !stop_.stop_requested(); ++n) {
      auto const next = after(settings_.interval);
      bool const once = !settings_.interval && settings_.count == 0;
      send();
      // No later request takes the place of the last one.
      hear(is_last(n) && settings_.protocol == protocol::req ? never : next, once);
      if (once || is_last(n)) return;
      if (settings_.interval) pause_until(next);
    }
  }

  void hear(time_point next, bool once) {
    bool const one_of_many = settings_.protocol == protocol::surveyor || next != never || once;
    std::uint64_t heard = 0;
    while (receive(std::min(next, after(settings_.receive_timeout))))
      if (++heard; !one_of_many) return;
    bool const awaited = settings_.protocol == protocol::req && next == never;
    expect(!awaited || heard > 0, heard);
  }

  weft::any_socket& socket_;
  settings const& settings_;
  console& console_;
  std::stop_token stop_;
};

}  // namespace

void exchange(weft::any_socket& socket, settings const& s, console& c, std::stop_token stop) {
  conversation(socket, s, c, std::move(stop)).run();
}

}  // namespace weftcat
