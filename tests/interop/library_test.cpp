// SPDX-License-Identifier: MIT
// weft talks with the libraries of nng and nanomsg: what their tools cannot show.
#include "interop/meeting_place.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace weft::interop {

namespace {

namespace boost_test = boost::unit_test;

std::string program_of(std::string const& library) { return std::string(WEFT_BIN_DIR) + "/" + library + "_peer"; }

/// A pipe with a name that holds up whoever reads from it, until it is opened here.
class gate {
 public:
  explicit gate(std::string path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::system_error(errno, std::system_category(), path_);
  }
  gate(gate const&) = delete;
  gate& operator=(gate const&) = delete;
  ~gate() { ::close(fd_); }

  std::string const& path() const noexcept { return path_; }
  void open() { fd_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC); }

 private:
  std::string path_;
  int fd_ = -1;
};

/// One meeting with a library: what its program does is said in the words of script.hpp.
struct scene : meeting_place {
  std::string library;

  tool start(arguments const& words) {
    return tool(program_of(library), words, folder.path("said" + std::to_string(++count)));
  }
  /// Connects the socket with the program's, which opens it first, and goes on with `then`.
  tool meet(auto& socket, arguments opens, arguments const& then) {
    auto url = fresh_url();
    if (weft_listens)
      url = socket.listen(url);
    else
      socket.dial(url, eagerly());
    return start(with(with(std::move(opens), {weft_listens ? "dial" : "listen", url}), then));
  }
  tool weft_device(arguments const& words) {
    return tool(std::string(WEFT_BIN_DIR) + "/weft-device", words, folder.path("device" + std::to_string(++count)));
  }
};

// Raw sockets on one side, those with all their state on the other.

void raw_peer_answers_requests(scene& s) {
  engine e;
  req_socket req(e);
  auto const peer = s.meet(req, {"open", "raw_rep"}, {"echo"});
  for (auto const& text : {std::string("hello"), std::string(), binary(70'000)}) {
    req.send(std::string_view(text), soon());
    BOOST_TEST((req.receive(soon()).text() == text));
  }
}

void raw_peer_answers_surveys(scene& s) {
  engine e;
  surveyor_socket surveyor(e, {.survey_time = 20s});
  auto const peer = s.meet(surveyor, {"open", "raw_respondent"}, {"echo"});
  surveyor.wait_for_peers(1, soon());
  for (auto const& text : {std::string("hello"), binary(70'000)}) {
    surveyor.send(std::string_view(text), soon());
    BOOST_TEST((surveyor.receive(soon()).text() == text));
  }
}

void raw_peer_pairs(scene& s) {
  engine e;
  pair_socket pair(e);
  auto const peer = s.meet(pair, {"open", "raw_pair"}, {"echo"});
  pair.send("hello", soon());
  BOOST_TEST(pair.receive(soon()).text() == "hello");
}

/// The header comes with the pipe in front and the id at its end, and says where the answer goes.
template <class Raw>
void raw_weft_answers(scene& s, std::string const& asks) {
  engine e;
  Raw raw(e);
  auto const peer = s.meet(raw, {"open", asks}, {"ask", "hello", "ask", "again"});
  for (auto const* text : {"hello", "again"}) {
    auto m = raw.receive(soon());
    BOOST_TEST(m.text() == text);
    BOOST_TEST_REQUIRE(m.header().size() == 2u);
    BOOST_TEST(m.header().words()[0] == static_cast<std::uint32_t>(m.source()));
    BOOST_TEST((m.header().words()[1] >> 31) == 1u);
    raw.send(std::move(m), soon());
  }
  BOOST_TEST(peer.prints("heard hello\nheard again\n"));
}

void raw_mode(scene& s) {
  raw_peer_answers_requests(s);
  raw_peer_answers_surveys(s);
  raw_peer_pairs(s);
  raw_weft_answers<raw_rep_socket>(s, "req");
  raw_weft_answers<raw_respondent_socket>(s, "surveyor");
}

// Messages that came over too many devices end.

message request_over(unsigned hops) {
  message m(std::to_string(hops));
  for (unsigned i = 1; i <= hops; ++i) m.header().push(i);
  m.header().push(0x80000000 + hops);
  return m;
}

/// Which of the requests are answered that came over 5, 4, ... no hops.
std::string answered(auto& asks) {
  std::string all;
  for (unsigned n = 6; n-- > 0;) asks.send(request_over(n), soon());
  do all += asks.receive(soon()).text();
  while (!all.ends_with('0'));
  return all;
}

void limit_of_hops(scene& s) {
  engine e;
  raw_req_socket theirs(e);
  auto const peer = s.meet(theirs, {"open", "rep", "hops", "3"}, {"echo"});
  auto const limit = answered(theirs);
  BOOST_TEST((limit.size() > 1u && limit.size() < 6u));

  raw_req_socket ours(e);
  raw_rep_socket rep(e, {.hops = 3});
  ours.dial(rep.listen("inproc://hops"));
  std::jthread const service([&] {
    for (std::error_code why; !why;) {
      auto m = rep.receive(soon(), why);
      if (!why) rep.send(m, soon(), why);
    }
  });
  BOOST_TEST(answered(ours) == limit);
  rep.close();
}

// Devices of both libraries in a row, each way round.

struct row {
  std::string kind;  // weft-device's name for it
  std::string front, back;
  std::string asks, answers;
};

/// weft asks, their device, ours, they answer.
template <class Socket>
void weft_asks_through(scene& s, row const& r, Socket&& socket) {
  auto const middle = s.fresh_url(false), far = s.fresh_url(false);
  auto const last = s.start({"open", r.answers, "listen", far, "echo"});
  auto const ours =
      s.weft_device({r.kind, s.weft_listens ? "--front-listen" : "--front-dial", middle, "--back-dial", far});
  auto const theirs = s.meet(socket, {"open", "raw_" + r.front},
                             {"open", "raw_" + r.back, s.weft_listens ? "dial" : "listen", middle, "device"});
  socket.wait_for_peers(1, soon());
  for (;;) {
    socket.send("there and back", soon());
    std::error_code why;
    auto const m = socket.receive(soon(), why);
    if (why == errc::timed_out) continue;  // a survey that went through before everybody was there
    BOOST_TEST(m.text() == "there and back");
    return;
  }
}

/// They ask, our device, theirs, weft answers.
template <class Socket>
void weft_answers_through(scene& s, row const& r, Socket&& socket) {
  auto const near = s.fresh_url(false), middle = s.fresh_url(false);
  auto const first = s.start({"open", r.asks, "listen", near, "ask", "there and back"});
  auto const ours =
      s.weft_device({r.kind, "--front-dial", near, s.weft_listens ? "--back-listen" : "--back-dial", middle});
  arguments const front{"open", "raw_" + r.front, s.weft_listens ? "dial" : "listen", middle, "open", "raw_" + r.back};
  auto const theirs = s.meet(socket, front, {"device"});
  std::jthread const service([&] {
    for (std::error_code why; !why;) {
      auto m = socket.receive(soon(), why);
      if (!why) socket.send(m, soon(), why);
    }
  });
  BOOST_TEST(first.prints("heard there and back\n"));
  socket.close();
}

void chain_of_devices(scene& s) {
  row const requests{"reqrep", "rep", "req", "req", "rep"};
  row const surveys{"survey", "respondent", "surveyor", "surveyor", "respondent"};
  engine e;
  weft_asks_through(s, requests, req_socket(e));
  weft_asks_through(s, surveys, surveyor_socket(e, {.survey_time = 200ms}));
  weft_answers_through(s, requests, rep_socket(e));
  weft_answers_through(s, surveys, respondent_socket(e));
}

// Surveys end.

void their_survey_ends(scene& s) {
  engine e;
  respondent_socket respondent(e);
  gate late(s.folder.path("late"));
  auto const peer = s.meet(respondent, {"open", "surveyor", "survey-time", "200"},
                           {"ask", "first", "receive", "send", "slow", "receive", "pause", late.path(), "survey-time",
                            "20000", "send", "second", "receive"});
  message m;
  while ((m = respondent.receive(soon())).text() == "first") respondent.send("yes", soon());
  BOOST_TEST(m.text() == "slow");
  BOOST_TEST(peer.prints("heard yes\ntimed out\ntimed out\n"));
  respondent.send("too late", soon());
  late.open();
  BOOST_TEST(respondent.receive(soon()).text() == "second");
  respondent.send("in time", soon());
  BOOST_TEST(peer.prints("heard yes\ntimed out\ntimed out\nheard in time\n"));
}

void our_survey_ends(scene& s) {
  engine e;
  surveyor_socket surveyor(e, {.survey_time = 100ms});
  gate late(s.folder.path("late too"));
  auto const peer = s.meet(surveyor, {"open", "respondent"},
                           {"receive", "pause", late.path(), "send", "too late", "receive", "send", "in time"});
  surveyor.wait_for_peers(1, soon());
  surveyor.send("slow", soon());
  BOOST_CHECK_THROW(surveyor.receive(soon()), std::system_error);
  BOOST_TEST(peer.prints("heard slow\n"));
  late.open();
  auto patient = surveyor.open_context({.survey_time = 20s});
  patient.send("second", soon());
  BOOST_TEST(patient.receive(soon()).text() == "in time");
  BOOST_TEST(surveyor.statistics().dropped.at(drop_reason::unasked, direction::incoming) == 1u);
}

void survey_expiry(scene& s) {
  their_survey_ends(s);
  our_survey_ends(s);
}

// PAIR1, which nanomsg has not.

void one_pair(scene& s) {
  engine e;
  pair1_socket pair(e);
  auto const peer = s.meet(pair, {"open", "pair1"}, {"echo"});
  for (auto const& text : {std::string("hello"), std::string(), binary(70'000)}) {
    pair.send(std::string_view(text), soon());
    BOOST_TEST((pair.receive(soon()).text() == text));
  }
}

void many_of_us_and_one_of_them(scene& s) {
  engine e;
  pair1_socket one(e), two(e);
  arguments words{"open", "pair1_poly"};
  auto const url = s.fresh_url();
  if (!s.weft_listens) words = with(words, {"listen", url});
  for (auto* p : {&one, &two}) {
    if (s.weft_listens)
      words = with(words, {"dial", p->listen(s.fresh_url())});
    else
      p->dial(url, eagerly());
  }
  auto const peer = s.start(with(words, {"echo"}));
  one.send("one", soon());
  two.send("two", soon());
  BOOST_TEST(one.receive(soon()).text() == "one");
  BOOST_TEST(two.receive(soon()).text() == "two");
}

void many_of_them_and_one_of_us(scene& s) {
  engine e;
  pair_hub_socket hub(e);
  auto const first = s.meet(hub, {"open", "pair1"}, {"send", "first", "echo"});
  auto const second = s.meet(hub, {"open", "pair1"}, {"send", "second", "echo"});
  std::vector<std::pair<pipe_id, std::string>> came;
  for (int i = 0; i != 2; ++i) {
    auto const m = hub.receive(soon());
    came.emplace_back(m.source(), m.text());
  }
  BOOST_TEST((came[0].first != came[1].first));
  for (auto const& [who, name] : came) {
    hub.send_to(who, message("to " + name));
    auto const back = hub.receive(soon());
    BOOST_TEST((back.source() == who));
    BOOST_TEST(back.text() == "to " + name);
  }
}

/// A count in the header, where REQ has words.
void pairs_hops(scene& s) {
  engine e;
  raw_pair1_socket pair(e);
  auto const peer = s.meet(pair, {"open", "pair1", "hops", "3"}, {"echo"});
  std::string all;
  for (std::uint32_t n = 5; n-- > 0;) {
    message m(std::to_string(n));
    m.header().push(n);
    pair.send(std::move(m), soon());
  }
  do all += pair.receive(soon()).text();
  while (!all.ends_with('0'));
  // It leaves with one hop more than it has.
  BOOST_TEST(all == "210");
}

void pair1_of_nng(scene& s) {
  one_pair(s);
  many_of_us_and_one_of_them(s);
  many_of_them_and_one_of_us(s);
  pairs_hops(s);
}

struct chapter {
  std::string_view name;
  void (*play)(scene&);
};
constexpr chapter chapters[] = {{"raw_mode", raw_mode},
                                {"limit_of_hops", limit_of_hops},
                                {"chain_of_devices", chain_of_devices},
                                {"survey_expiry", survey_expiry},
                                {"pair1", pair1_of_nng}};

void play(scene&& s, chapter const& c) try {
  if (::access(program_of(s.library).c_str(), X_OK) != 0) {
    std::cout << "SKIPPED: " << s.library << " was not there to be built with" << std::endl;
    return;
  }
  c.play(s);
} catch (std::system_error const& why) {
  if (why.code() != errc::unknown_scheme) throw;
  std::cout << "SKIPPED: " << why.what() << std::endl;
}

/// libnng_tcp_weft_listens/raw_mode and so on.
struct suites {
  suites() {
    for (std::string const library : {"nng", "nanomsg"})
      add_suites("lib" + library, {"tcp", "ipc", "ws"}, [&](auto& suite, std::string const& scheme, bool weft_listens) {
        for (auto const& c : chapters) {
          if (c.play == pair1_of_nng && library == "nanomsg") continue;
          suite.add(new boost_test::test_case(
              boost_test::const_string(c.name.data(), c.name.size()), __FILE__, __LINE__, [=, &c] {
                play({{.scheme = scheme, .weft_listens = weft_listens, .of_nanomsg = library == "nanomsg"}, library},
                     c);
              }));
        }
      });
  }
} const all;

}  // namespace

}  // namespace weft::interop
