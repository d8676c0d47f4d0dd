// SPDX-License-Identifier: MIT
// A program that does what its arguments say, one word after another, with the sockets of a C library. A library brings
// a socket of this shape:
//
//   class socket {
//     explicit socket(std::string const& protocol);        // "rep", "raw_rep", "pair1", ...
//     void listen(std::string const& url);
//     void dial(std::string const& url);
//     void set_hops(int);
//     void set_survey_time(int ms);
//     bool send(std::string const& text);                  // false: not now, or not any more
//     std::optional<std::string> receive();                // nothing: the survey is over
//     void echo();                                         // sends what it receives back, as it came
//     static void device(socket& front, socket& back);     // for ever
//   };
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <list>
#include <stdexcept>
#include <string>

namespace weft::interop {

/// The words of a script, one after another.
class words {
 public:
  words(int argc, char** argv) : next_(argv + 1), end_(argv + argc) {}
  bool more() const { return next_ != end_; }
  std::string next() {
    if (!more()) throw std::runtime_error("a word is missing");
    return *next_++;
  }

 private:
  char** next_;
  char** end_;
};

inline void print(std::string const& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

/// Waits until somebody opens the other end of a named pipe.
inline void pause_at(std::string const& path) {
  int const fd = ::open(path.c_str(), O_RDONLY);
  if (fd < 0) throw std::runtime_error("no pipe at " + path);
  ::close(fd);
}

template <class Socket>
class script {
 public:
  void run(words& w) {
    while (w.more()) obey(w.next(), w);
  }

 private:
  void obey(std::string const& word, words& w) {
    if (word == "open") return open(w.next());
    if (word == "listen") return s().listen(w.next());
    if (word == "dial") return s().dial(w.next());
    if (word == "hops") return s().set_hops(std::stoi(w.next()));
    if (word == "survey-time") return s().set_survey_time(std::stoi(w.next()));
    if (word == "say") return print(w.next());
    if (word == "pause") return pause_at(w.next());
    if (word == "send") return send(w.next());
    if (word == "receive") return receive();
    if (word == "ask") return ask(w.next());
    if (word == "echo") return echo();
    if (word == "device") return Socket::device(sockets_.front(), sockets_.back());
    throw std::runtime_error("unknown word: " + word);
  }

  Socket& s() { return sockets_.back(); }
  void open(std::string const& protocol) { sockets_.emplace_back(protocol); }
  void send(std::string const& text) {
    if (!s().send(text)) print("not sent");
  }
  void receive() {
    auto const heard = s().receive();
    print(heard ? "heard " + *heard : "timed out");
  }
  /// Again and again, until somebody answers: nobody may be there yet.
  void ask(std::string const& text) {
    for (;;) {
      if (!s().send(text)) continue;
      auto const heard = s().receive();
      if (heard) return print("heard " + *heard);
    }
  }
  void echo() {
    for (;;) s().echo();
  }

  std::list<Socket> sockets_;
};

template <class Socket>
int run_script(int argc, char** argv) {
  try {
    words w(argc, argv);
    script<Socket>().run(w);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
}

}  // namespace weft::interop
