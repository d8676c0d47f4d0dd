// SPDX-License-Identifier: MIT
// Peers that mean no good, over tcp and ipc: each is counted by what it did, and nobody else suffers.
#include "support/sanitizer.hpp"
#include "tcp/ways.hpp"
#include "transports/hostile/besieged.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace weft::hostile {

namespace {

/// The soft limit is often 1,024.
void allow_descriptors(rlim_t wanted) {
  rlimit now{};
  BOOST_TEST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
  now.rlim_cur = std::max(now.rlim_cur, std::min(wanted, now.rlim_max));
  BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
}

using enum fault_kind;

std::string some(char const* bytes, std::size_t size) { return {bytes, size}; }

std::vector<misdeed> const misdeeds = {
    {"another language", not_sp, "GET / HTTP/1.1\r\n\r\n"},
    {"one wrong byte", not_sp, "\xff"},
    {"another version", not_sp, some("\0SP\1", 4)},
    {"another protocol", wrong_protocol, some("\0SP\0\0\x50\0\0", 8)},
    {"the protocol that it finds there", wrong_protocol, some("\0SP\0\0\x31\0\0", 8)},
    {"reserved bytes", reserved_bytes, some("\0SP\0\0\x30\0\1", 8)},
    {"no word", silent, ""},
    {"half a greeting", silent, some("\0SP\0", 4)},
    {"no word, and away", left_early, "", misdeed::hangs_up},
    {"half a greeting, and away", left_early, some("\0SP\0", 4), misdeed::hangs_up},
};

std::vector<misdeed> frames(std::string const& mark) {
  std::vector<misdeed> all;
  for (auto const n : {std::uint64_t{1} << 33, std::uint64_t{1} << 60, std::uint64_t{1} << 62, std::uint64_t{1} << 63,
                       ~std::uint64_t{0}, (std::uint64_t{1} << 30) + 4 * 256 + 1})
    all.push_back({"announces " + std::to_string(n), too_large, req_says + mark + length(n)});
  all.push_back(
      {"half a length, and away", truncated, req_says + mark + some("\0\0\0", 3), misdeed::reads_and_hangs_up});
  all.push_back(
      {"part of a message, and away", truncated, req_says + mark + length(100) + "part", misdeed::reads_and_hangs_up});
  return all;
}

listen_options impatient() { return {.handshake_timeout = 100ms}; }

struct over_tcp : besieged {
  over_tcp() : besieged("tcp://127.0.0.1:0", impatient()) {}
};
struct over_tcp_patient : besieged {
  over_tcp_patient() : besieged("tcp://127.0.0.1:0") {}
};
struct over_ipc : besieged {
  over_ipc() : besieged("ipc:///tmp/weft-hostile-" + std::to_string(::getpid()), impatient()) {}
};

/// So much as fits.
void say_some(far_end const& peer, std::string const& bytes) {
  (void)::send(peer.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hostile_stream)

BOOST_FIXTURE_TEST_CASE(each_misdeed_over_tcp_has_its_counter, over_tcp) {
  for (auto const& m : misdeeds) suffers(m);
  for (auto const& m : frames("")) suffers(m);
  suffers({"breaks off", fault_kind::reset, req_says, misdeed::resets});
  suffers({"breaks off in a message", reset_in_message, req_says + length(100) + "part", misdeed::resets});
}

BOOST_FIXTURE_TEST_CASE(each_misdeed_over_ipc_has_its_counter, over_ipc) {
  for (auto const& m : misdeeds) suffers(m);
  for (auto const& m : frames("\1")) suffers(m);
  suffers({"another kind of frame", bad_frame, req_says + "\2" + length(4)});
  suffers({"a frame without a mark", bad_frame, req_says + length(4)});
}

BOOST_FIXTURE_TEST_CASE(one_byte_at_a_time_wins_no_time, over_tcp) {
  auto const peer = knock();
  std::size_t said = 0;
  BOOST_TEST(serves_until([&] {
    if (said != req_says.size() - 1) peer.say(req_says.substr(said++, 1));
    return seen(silent) == 1;
  }));
  BOOST_TEST(said == req_says.size() - 1);
}

BOOST_FIXTURE_TEST_CASE(bad_handshakes_by_the_hundred_leave_nothing, over_tcp) {
  auto const before = descriptors();
  for (int i = 0; i != 500; ++i) {
    knock().say("\xff");
    if (i % 50 == 0) talk();
  }
  BOOST_TEST(serves_until([&] { return seen(not_sp) + seen(left_early) == 500; }));
  BOOST_TEST(serves_until([&] { return descriptors() == before; }));
}

BOOST_FIXTURE_TEST_CASE(a_flood_that_breaks_off_at_once_leaves_nothing, over_tcp) {
  auto const before = descriptors();
  for (int i = 0; i != 1000; ++i) {
    break_off(knock());
    if (i % 50 == 0) talk();
  }
  BOOST_TEST(serves_until([&] { return descriptors() == before; }));
  BOOST_TEST(seen(left_early) <= 1000u);
}

BOOST_AUTO_TEST_CASE(silent_peers_keep_no_new_one_out) {
  besieged here("tcp://127.0.0.1:0", {.handshake_timeout = 2s});
  auto const before = descriptors();
  {
    std::vector<far_end> peers;
    for (int i = 0; i != 1000; ++i) peers.push_back(here.knock());
    req_socket late(here.here);
    late.dial(here.rep.local_url());
    here.talk(late, here.rep);
    BOOST_TEST(here.serves_until([&] { return here.seen(silent) == 1000; }));
  }
  BOOST_TEST(here.serves_until([&] { return descriptors() == before; }));
}

BOOST_FIXTURE_TEST_CASE(without_descriptors_it_says_so_and_goes_on, over_tcp_patient) {
  base::unique_fd const peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  auto none = before;
  none.rlim_cur = 0;
  BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoul(port())));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool const connected = ::connect(peer.get(), reinterpret_cast<sockaddr const*>(&to), sizeof to) == 0;
  bool const told = serves_until([&] { return seen(no_descriptors) > 0; });
  ::setrlimit(RLIMIT_NOFILE, &before);
  BOOST_TEST(connected);
  BOOST_TEST(told);
  ::send(peer.get(), req_says.data(), req_says.size(), MSG_NOSIGNAL);
  BOOST_TEST(serves_until([&] { return rep.peers() == 2; }));
  BOOST_TEST(rep.statistics().endpoints[0].rejected == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_announcement_costs_no_memory, over_tcp_patient) {
  auto const before = resident_bytes();
  std::vector<far_end> peers;
  for (int i = 0; i != 20; ++i) {
    peers.push_back(knock());
    peers.back().say(req_says + length(1 << 30) + "x");
  }
  BOOST_TEST(serves_until([&] { return rep.peers() == 21; }));
  for (int i = 0; i != 100; ++i) talk();
  if (test::skipped_under_address_sanitizer("it keeps memory that is free: what is in use cannot be told")) return;
  BOOST_TEST(resident_bytes() < before + (8u << 20));
}

BOOST_FIXTURE_TEST_CASE(who_asks_and_never_reads_costs_no_memory, over_tcp_patient) {
  auto const peer = knock();
  peer.say(req_says);
  std::string const request = length(10'004) + "\x80\0\0\1" + std::string(10'000, 'x');
  auto const before = resident_bytes();
  std::size_t answers = 0, refused = 0;
  for (int i = 0; i != 5000; ++i) {
    say_some(peer, request);
    std::error_code why;
    auto m = rep.receive({.until = 1ms}, why);
    if (why) continue;
    rep.send(m, {.until = 1ms}, why);
    ++(why ? refused : answers);
  }
  BOOST_TEST(answers > 0u);
  BOOST_TEST(resident_bytes() < before + (24u << 20));
  talk();
}

BOOST_AUTO_TEST_CASE(who_subscribes_and_never_reads_costs_no_memory) {
  engine here, there;
  pub_socket pub(there);
  sub_socket sub(here);
  sub.subscribe("");
  auto const at = url::parse(pub.listen("tcp://127.0.0.1:0")).value();
  sub.dial(at.to_string());
  auto const peer = stream::new_socket(AF_INET);
  auto where = stream::read_number({.host = "127.0.0.1", .port = *at.port}).value()[0];
  (void)stream::begin_connect(peer.get(), where);
  pollfd p{.fd = peer.get(), .events = POLLOUT, .revents = 0};
  BOOST_TEST_REQUIRE(::poll(&p, 1, 10'000) == 1);
  ::send(peer.get(), "\0SP\0\0\x21\0\0", 8, MSG_NOSIGNAL);
  pub.wait_for_peers(2, soon());
  auto const before = resident_bytes();
  std::string const news(10'000, 'n');
  for (int i = 0; i != 5000; ++i) {
    pub.send(std::string_view(news));
    if (i % 8 == 0) (void)sub.receive(soon());
  }
  BOOST_TEST(resident_bytes() < before + (24u << 20));
  BOOST_TEST(pub.statistics().dropped.at(drop_reason::displaced, direction::outgoing) > 0u);
}

BOOST_FIXTURE_TEST_CASE(peers_that_are_killed_in_a_message_leave_nothing, over_tcp_patient) {
  constexpr unsigned many = 1000;
  allow_descriptors(2 * many);
  auto const before = descriptors();
  auto const part = req_says + length(100) + "part";
  auto const at = static_cast<std::uint16_t>(std::stoul(port()));
  pid_t const child = ::fork();
  if (child == 0) {
    // Nothing here but system calls: there were other threads.
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(at);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (unsigned i = 0; i != many; ++i) {
      int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
      if (::connect(fd, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0) ::_exit(1);
      if (::send(fd, part.data(), part.size(), MSG_NOSIGNAL) < 0) ::_exit(1);
    }
    for (;;) ::pause();
  }
  BOOST_TEST(serves_until([&] { return rep.peers() == many + 1; }));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  // What had not read the greeting breaks off, what had hangs up.
  BOOST_TEST(serves_until([&] { return seen(truncated) + seen(reset_in_message) == many; }));
  BOOST_TEST(serves_until([&] { return descriptors() == before; }));
}

// Those who dial meet bad listeners as well.
BOOST_AUTO_TEST_CASE(dialers_count_what_they_meet) {
  engine e;
  auto const listening = tcp::listen_at(url::parse("tcp://127.0.0.1:0").value(), {}).value();
  auto const url = listening.local.to_string();
  struct meeting {
    fault_kind kind;
    std::string says;
  };
  for (auto const& m : {meeting{not_sp, "220 ready\r\n"}, meeting{wrong_protocol, some("\0SP\0\0\x30\0\0", 8)},
                        meeting{reserved_bytes, some("\0SP\0\0\x31\1\0", 8)}, meeting{silent, ""}}) {
    req_socket req(e);
    monitor events(req);
    req.dial(url, {.timeout = m.kind == silent ? 50ms : 5000ms, .retry_min = 10s, .retry_max = 10s});
    pollfd p{.fd = listening.fd.get(), .events = POLLIN, .revents = 0};
    BOOST_TEST_REQUIRE(::poll(&p, 1, 10'000) == 1);
    far_end const peer(base::unique_fd(::accept4(listening.fd.get(), nullptr, nullptr, SOCK_CLOEXEC)));
    peer.say(m.says);
    BOOST_TEST((test::next(events).fault == m.kind));
    BOOST_TEST(req.statistics().endpoints.at(0).faults.at(m.kind) == 1u);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::hostile
