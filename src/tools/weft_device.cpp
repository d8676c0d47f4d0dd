// SPDX-License-Identifier: MIT
// weft-device: forwards between two sets of addresses, as a peer to both.
#include "usage.hpp"

#include <weft/weft.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <map>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace weft;

struct side {
  std::vector<std::string> listens;
  std::vector<std::string> dials;

  bool empty() const { return listens.empty() && dials.empty(); }
};

struct request {
  side front;
  side back;
  unsigned hops = 8;
};

template <class Socket>
void connect(Socket& s, side const& where) {
  for (auto const& url : where.listens) {
    auto const here = s.listen(url);
    std::cout << "listening at " << here << std::endl;
  }
  for (auto const& url : where.dials) s.dial(url);
}

// Options of a protocol that limits hops, and of one that does not.
template <class P>
typename P::options options_of(request const& r) {
  typename P::options o{};
  if constexpr (requires { o.hops; }) o.hops = r.hops;
  return o;
}

void sleep_until_told(device& d) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  int which = 0;
  sigwait(&ends, &which);
  d.stop();
  std::cout << "carried " << d.carried() << " messages" << std::endl;
}

template <class Front, class Back>
void forward(request const& r) {
  engine home;
  basic_socket<Front> front(home, options_of<Front>(r));
  basic_socket<Back> back(home, options_of<Back>(r));
  connect(front, r.front);
  connect(back, r.back);
  device d(std::move(front), std::move(back));
  sleep_until_told(d);
}

// Peers of one set of addresses talk to each other through it.
template <class P>
void forward_or_reflect(request const& r) {
  if (!r.back.empty()) return forward<P, P>(r);
  engine home;
  basic_socket<P> only(home, options_of<P>(r));
  connect(only, r.front);
  device d(std::move(only));
  sleep_until_told(d);
}

using forwarder = void (*)(request const&);

std::map<std::string, forwarder> const kinds = {
    {"reqrep", forward<raw_rep, raw_req>},     {"pubsub", forward<raw_sub, raw_pub>},
    {"pipeline", forward<raw_pull, raw_push>}, {"survey", forward<raw_respondent, raw_surveyor>},
    {"bus", forward_or_reflect<raw_bus>},      {"pair", forward<raw_pair, raw_pair>},
    {"pair1", forward<raw_pair1, raw_pair1>},
};

void check(std::string const& kind, request const& r) {
  if (r.front.empty()) throw CLI::ValidationError("--front-listen, --front-dial", "one of them is needed");
  if (r.back.empty() && kind != "bus")
    throw CLI::ValidationError("--back-listen, --back-dial", "one of them is needed; only a bus may do without");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Forwards messages between two sets of addresses until SIGINT or SIGTERM.", "weft-device");
  std::string kind;
  request r;
  app.set_version_flag("--version", std::string(weft::version::text));
  app.add_option("kind", kind, "what the peers speak")->required()->check(CLI::IsMember(kinds));
  app.add_option("--front-listen", r.front.listens,
                 "where those connect who ask, publish, push: to the service, as it were (URL, may be repeated)");
  app.add_option("--front-dial", r.front.dials, "or where to find them");
  app.add_option("--back-listen", r.back.listens, "where the services, subscribers, workers connect");
  app.add_option("--back-dial", r.back.dials, "or where to find them");
  app.add_option("--hops", r.hops, "what came through so many devices already is dropped")
      ->check(CLI::Range(1, 255))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    check(kind, r);
  } catch (CLI::ParseError const& e) {
    return tools::answered(app, e);
  }
  // Blocked before the engine has a thread, so that sigwait() gets them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  try {
    kinds.at(kind)(r);
  } catch (std::exception const& e) {
    std::cerr << "weft-device: " << e.what() << "\n";
    return 1;
  }
}
