// SPDX-License-Identifier: MIT
// The same work for every library. A library brings a socket of this shape:
//
//   struct library { ... };                       // what its sockets share
//   class socket {
//     socket(library&, perf::kind, perf::options const&);
//     void listen(std::string const& url);
//     void dial(std::string const& url);
//     void make(std::size_t size);                // the socket holds a new message
//     void send();                                // the message it holds
//     std::size_t receive();                      // holds what it received, and says its size
//     unsigned char& front();                     // the first byte of the message it holds
//     void flush();                               // returns when the peer has what was sent
//   };
#pragma once

#include "../common/fan_out.hpp"
#include "../common/measure.hpp"
#include "../common/options.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace perf {

enum class kind { pair, req, rep, push, pull, pub, sub };

/// The kind that begins (asks, sends) and the one that answers (or only receives).
inline kind first_of(options const& o) {
  return o.pattern == "reqrep"     ? kind::req
         : o.pattern == "pipeline" ? kind::push
         : o.pattern == "pubsub"   ? kind::pub
                                   : kind::pair;
}
inline kind second_of(options const& o) {
  return o.pattern == "reqrep"     ? kind::rep
         : o.pattern == "pipeline" ? kind::pull
         : o.pattern == "pubsub"   ? kind::sub
                                   : kind::pair;
}

template <class Library, class Socket>
class peer {
 public:
  explicit peer(options const& o) : o_(o) {}

  void run() {
    if (o_.role == "lat-server") return lat_server();
    if (o_.role == "lat-client") return lat_client();
    if (o_.role == "thr-receiver") return thr_receiver();
    if (o_.role == "thr-sender") return thr_sender();
    if (o_.role == "fan-out") return fan_out();
    if (o_.role == "inproc-lat") return inproc_lat();
    inproc_thr();
  }

 private:
  Socket listening() {
    Socket s{library_, second_of(o_), o_};
    s.listen(o_.url);
    return s;
  }
  Socket dialed() {
    Socket s{library_, first_of(o_), o_};
    s.dial(o_.url);
    return s;
  }

  void lat_server() {
    auto s = listening();
    echo(s);
    s.flush();
  }
  void lat_client() {
    auto s = dialed();
    measure_round_trips(s);
  }
  void thr_receiver() {
    auto s = listening();
    measure_receives(s);
  }
  void thr_sender() {
    auto s = dialed();
    send_all(s);
    s.flush();
  }
  void inproc_lat() {
    auto answers = listening();
    auto asks = dialed();
    auto const other = other_end(o_, [&] { echo(answers); });
    measure_round_trips(asks);
  }
  void inproc_thr() {
    auto receives = listening();
    auto sends = dialed();
    auto const other = other_end(o_, [&] { send_all(sends); });
    measure_receives(receives);
  }

  // The publisher listens, with a socket of the kind that begins.
  struct publisher {
    Socket socket;
    void send(options const& o, mark m) {
      socket.make(o.size);
      socket.front() = static_cast<unsigned char>(m);
      socket.send();
    }
  };
  struct subscriber {
    Socket socket;
    mark receive(options const& o) {
      check_size(socket.receive(), o);
      return static_cast<mark>(socket.front());
    }
  };
  void fan_out() {
    publisher from{Socket{library_, first_of(o_), o_}};
    from.socket.listen(o_.url);
    std::vector<subscriber> to;
    for (std::size_t i = 0; i < o_.subscribers; ++i)
      to.emplace_back(subscriber{Socket{library_, second_of(o_), o_}}).socket.dial(o_.url);
    report(o_, perf::fan_out(o_, from, to));
  }

  void receive(Socket& s) { check_size(s.receive(), o_); }

  void echo(Socket& s) {
    for (std::size_t i = 0; i < o_.warmup + o_.count; ++i) {
      receive(s);
      s.send();
    }
  }
  void measure_round_trips(Socket& s) {
    s.make(o_.size);
    auto const times = time_round_trips(o_, [&] {
      s.send();
      receive(s);
    });
    report(o_, *times);
  }
  void send_all(Socket& s) {
    for (std::size_t i = 0; i < o_.warmup + o_.count; ++i) {
      s.make(o_.size);
      s.send();
    }
  }
  void measure_receives(Socket& s) {
    report(o_, time_receives(o_, [&] { receive(s); }));
  }

  options const& o_;
  Library library_{};
};

/// The body of a harness's main.
template <class Library, class Socket>
int run_peer(int argc, char** argv, std::string const& tool) {
  auto const o =
      parse(argc, argv,
            {.tool = tool,
             .about = "What weft's measuring programs do, done by another library.",
             .roles = {"lat-server", "lat-client", "thr-receiver", "thr-sender", "inproc-lat", "inproc-thr", "fan-out"},
             .idles = false});
  return run(o, [&] { peer<Library, Socket>(o).run(); });
}

}  // namespace perf
