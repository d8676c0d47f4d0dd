// SPDX-License-Identifier: MIT
#include "connecting.hpp"

#include <weft/weft.hpp>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

namespace weftcat {

namespace {

/// The words, with the URL in front unless they have it already.
std::string about(std::string const& url, std::string const& words) {
  return words.find(url) == words.npos ? url + ": " + words : words;
}

/// Tells of what happens to connections; of the same trouble once, although it is met again and again.
class observer {
 public:
  observer(console& c, int verbosity) : console_(c), verbosity_(verbosity) {}

  void operator()(weft::monitor_event const& e) {
    using weft::monitor_event;
    bool const quiet_end = e.what == monitor_event::lost && e.fault == weft::fault_kind::none;
    if (e.what == monitor_event::connected || quiet_end) {
      if (verbosity_ > 0) console_.say(e.url + (quiet_end ? ": lost " : ": connected ") + e.peer);
    } else if (verbosity_ >= 0 && e.what != monitor_event::dropped) {
      auto const line = about(e.url, told(e));
      if (told_.size() >= most_told) told_.clear();
      if (told_.insert(line).second || verbosity_ > 0) console_.say(line);
    }
  }

 private:
  static std::string told(weft::monitor_event const& e) {
    auto text = e.detail.empty() ? e.why.message() : e.detail;
    if (e.fault != weft::fault_kind::none) text += " (" + std::string(name_of(e.fault)) + ")";
    return e.what == weft::monitor_event::refused ? text + "; trying again" : text;
  }

  static constexpr std::size_t most_told = 1000;  // peers have many ports to come from

  console& console_;
  int verbosity_;
  std::set<std::string> told_;
};

template <class P>
weft::any_socket open(weft::engine& home, weft::socket_options const& common) {
  typename P::options o{};
  // A request may be made before there is anybody to answer it, so that the time for the answer counts.
  if constexpr (requires { o.early; }) o.early = true;
  return weft::basic_socket<P>(home, o, common);
}

weft::any_socket open(protocol p, weft::engine& home, weft::socket_options const& o) {
  switch (p) {
    case protocol::req:
      return open<weft::req>(home, o);
    case protocol::rep:
      return open<weft::rep>(home, o);
    case protocol::push:
      return open<weft::push>(home, o);
    case protocol::pull:
      return open<weft::pull>(home, o);
    case protocol::pub:
      return open<weft::pub>(home, o);
    case protocol::sub:
      return open<weft::sub>(home, o);
    case protocol::surveyor:
      return open<weft::surveyor>(home, o);
    case protocol::respondent:
      return open<weft::respondent>(home, o);
    case protocol::bus:
      return open<weft::bus>(home, o);
    case protocol::pair:
      return open<weft::pair>(home, o);
    case protocol::pair1:
      return open<weft::pair1>(home, o);
  }
  throw std::logic_error("a protocol of no name");
}

/// \throws std::runtime_error when `act` throws, with the flag in front
template <class Act>
void blaming(address const& a, Act&& act) {
  try {
    act();
  } catch (std::exception const& e) {
    throw std::runtime_error(a.flag + ": " + about(a.url, e.what()));
  }
}

}  // namespace

weft::any_socket open_socket(weft::engine& home, settings const& s, console& c) {
  weft::socket_options o{.max_message = s.max_message};
  o.on_event = [seen = std::make_shared<observer>(c, s.verbosity)](auto const& e) { (*seen)(e); };
  auto socket = open(s.protocol, home, o);
  if (s.protocol == protocol::sub) {
    for (auto const& topic : s.topics) socket.subscribe(topic);
    if (s.topics.empty()) socket.subscribe("");
  }
  return socket;
}

void connect(weft::any_socket& socket, settings const& s, console& c) {
  for (auto const& a : s.listens)
    blaming(a, [&] {
      auto const here = socket.listen(a.url, {.tls = s.tls});
      if (s.verbosity > 0) c.say("listening at " + here);
    });
  for (auto const& a : s.dials) blaming(a, [&] { socket.dial(a.url, {.tls = s.tls}); });
}

}  // namespace weftcat
