// SPDX-License-Identifier: MIT
#include <weft/uv.hpp>
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace weft {

namespace {

using namespace std::chrono_literals;

op_options soon() { return {.until = 30s}; }

/// A loop that is closed for good at the end: whatever libuv still had then is an error.
struct loop_of_its_own {
  uv_loop_t raw;

  loop_of_its_own() { uv::check(uv_loop_init(&raw)); }
  ~loop_of_its_own() {
    run();
    BOOST_TEST(uv_loop_close(&raw) == 0);
  }
  void run() { uv_run(&raw, UV_RUN_DEFAULT); }
};

/// Two pairs, an engine without a thread, and the loop that drives it.
struct stage {
  loop_of_its_own loop;
  engine home{{.helper = false}};
  pair_socket a{home}, b{home};
  std::optional<uv_attachment> attached;

  explicit stage(char const* url = "inproc://uv") {
    a.dial(b.listen(url));
    a.wait_for_peers(1, soon());
    b.wait_for_peers(1, soon());
    attached.emplace(home, &loop.raw);
  }
};

/// A timer of libuv's own, once.
struct uv_timer {
  uv_timer_t raw;
  std::function<void()> f;

  uv_timer(uv_loop_t* loop, std::uint64_t ms, std::function<void()> what) : f(std::move(what)) {
    uv::check(uv_timer_init(loop, &raw));
    raw.data = this;
    uv::check(uv_timer_start(
        &raw,
        [](uv_timer_t* t) {
          auto& self = *static_cast<uv_timer*>(t->data);
          uv_close(reinterpret_cast<uv_handle_t*>(t), nullptr);
          self.f();
        },
        ms, 0));
  }
};

/// A TCP server of libuv's own, for one client.
struct uv_ear {
  sockaddr_in at{};
  std::string heard;

  explicit uv_ear(uv_loop_t* l) : loop_(l) {
    uv::check(uv_tcp_init(loop_, &listens_));
    uv::check(uv_ip4_addr("127.0.0.1", 0, &at));
    uv::check(uv_tcp_bind(&listens_, reinterpret_cast<sockaddr const*>(&at), 0));
    listens_.data = this;
    uv::check(uv_listen(stream(listens_), 1, [](uv_stream_t* s, int) { self(s).accept(); }));
    int size = sizeof at;
    uv::check(uv_tcp_getsockname(&listens_, reinterpret_cast<sockaddr*>(&at), &size));
  }

 private:
  static uv_stream_t* stream(uv_tcp_t& t) { return reinterpret_cast<uv_stream_t*>(&t); }
  static uv_ear& self(uv_stream_t* s) { return *static_cast<uv_ear*>(s->data); }

  void accept() {
    uv::check(uv_tcp_init(loop_, &serves_));
    serves_.data = this;
    uv::check(uv_accept(stream(listens_), stream(serves_)));
    uv::check(uv_read_start(
        stream(serves_),
        [](uv_handle_t* h, std::size_t, uv_buf_t* into) {
          auto& room = static_cast<uv_ear*>(h->data)->room_;
          *into = uv_buf_init(room, sizeof room);
        },
        [](uv_stream_t* s, ssize_t n, uv_buf_t const*) { self(s).take(n); }));
  }
  void take(ssize_t n) {
    if (n >= 0) {
      heard.append(room_, static_cast<std::size_t>(n));
      return;
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&serves_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&listens_), nullptr);
  }

  uv_loop_t* loop_;
  uv_tcp_t listens_, serves_;
  char room_[64];
};

/// Sends `count` messages into a socket as the loop hears that there is room.
struct pump {
  sender to;
  int count;
  int sent = 0;
  std::optional<uv_writable> room;

  pump(uv_loop_t* loop, sender s, int n) : to(std::move(s)), count(n) {
    room.emplace(loop, to, [this] { go_on(); });
  }
  void go_on() {
    while (sent != count) {
      message m(std::to_string(sent));
      if (to.try_send(m)) return;
      ++sent;
    }
    room.reset();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(uv_loop)

BOOST_FIXTURE_TEST_CASE(carries_an_engine_without_a_thread, stage) {
  std::vector<std::string> got;
  std::optional<uv_receiver> in;
  in.emplace(&loop.raw, b.receiver(), [&](result<message> m) {
    BOOST_REQUIRE(m);
    got.emplace_back(m->text());
    if (got.size() == 3) {
      in.reset();
      attached.reset();
    }
  });
  uv_timer const later(&loop.raw, 1, [&] {
    for (auto* text : {"one", "two", "three"}) a.send(text, soon());
  });
  loop.run();
  BOOST_TEST(got == (std::vector<std::string>{"one", "two", "three"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tells_of_room_and_of_messages_over_tcp) {
  stage s("tcp://127.0.0.1:0");
  constexpr int count = 20'000;
  int next = 0;
  std::optional<uv_receiver> in;
  in.emplace(&s.loop.raw, s.b.receiver(), [&](result<message> m) {
    BOOST_REQUIRE(m);
    BOOST_REQUIRE_EQUAL(m->text(), std::to_string(next));
    if (++next != count) return;
    in.reset();
    s.attached.reset();
  });
  pump out(&s.loop.raw, s.a.sender(), count);
  s.loop.run();
  BOOST_TEST(next == count);
  BOOST_TEST(out.sent == count);
}

BOOST_AUTO_TEST_CASE(with_a_helper_it_needs_no_attachment) {
  loop_of_its_own loop;
  engine home;
  pair_socket a(home), b(home);
  a.dial(b.listen("inproc://uv-helped"));
  a.wait_for_peers(1, soon());
  int got = 0;
  std::optional<uv_receiver> in;
  in.emplace(&loop.raw, b.receiver(), [&](result<message> m) {
    BOOST_REQUIRE(m);
    if (++got == 100) in.reset();
  });
  std::thread other([&] {
    for (int i = 0; i != 100; ++i) a.send("from a thread", soon());
  });
  loop.run();
  other.join();
  BOOST_TEST(got == 100);
}

BOOST_FIXTURE_TEST_CASE(a_closed_channel_says_so_once_and_keeps_the_loop_no_more, stage) {
  std::vector<std::error_code> heard;
  uv_receiver const in(&loop.raw, b.receiver(), [&](result<message> m) {
    BOOST_TEST(!m);
    heard.push_back(m.error());
    attached.reset();
  });
  uv_timer const later(&loop.raw, 1, [&] { b.close(0s); });
  loop.run();
  BOOST_REQUIRE_EQUAL(heard.size(), 1u);
  BOOST_TEST((heard[0] == errc::closed));
}

BOOST_FIXTURE_TEST_CASE(who_stops_listening_loses_nothing, stage) {
  int got = 0;
  std::optional<uv_receiver> in;
  in.emplace(&loop.raw, b.receiver(), [&](result<message>) {
    ++got;
    in.reset();
    attached.reset();
  });
  for (auto* text : {"first", "second"}) a.send(text, soon());
  loop.run();
  BOOST_TEST(got == 1);
  BOOST_TEST(b.receive(soon()).text() == "second");
}

BOOST_FIXTURE_TEST_CASE(shares_the_loop_with_timers_and_tcp, stage) {
  uv_ear ear(&loop.raw);
  int const client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  BOOST_REQUIRE_EQUAL(::connect(client, reinterpret_cast<sockaddr const*>(&ear.at), sizeof ear.at), 0);
  BOOST_REQUIRE_EQUAL(::send(client, "by libuv", 8, 0), 8);
  ::close(client);

  int got = 0;
  std::optional<uv_receiver> in;
  in.emplace(&loop.raw, b.receiver(), [&](result<message>) {
    if (++got != 2) return;
    in.reset();
    attached.reset();
  });
  a.send("at once", soon());
  uv_timer const later(&loop.raw, 2, [&] { a.send("by a timer", soon()); });
  loop.run();
  BOOST_TEST(got == 2);
  BOOST_TEST(ear.heard == "by libuv");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
