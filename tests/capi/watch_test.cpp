// SPDX-License-Identifier: MIT
// Who comes and goes, and what became of messages.
#include "capi/calls.hpp"

#include <unistd.h>

#include <unistd.h>
#include <condition_variable>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace weft::capi_tests {

namespace {

/// What a socket's functions were told.
struct diary {
  std::mutex mutex;
  std::condition_variable news;
  std::vector<weft_event> events;  // whose texts are gone
  std::vector<weft_peer> peers;
  std::string last_url;
  int verdict = WEFT_OK;

  void attach_to(options& o) {
    ok(weft_options_on_event(
        o,
        [](weft_event const* e, void* self) {
          auto& d = *static_cast<diary*>(self);
          std::lock_guard lock(d.mutex);
          d.events.push_back(*e);
          d.last_url = e->url;
          d.news.notify_all();
        },
        this));
    ok(weft_options_on_attach(
        o,
        [](weft_peer const* p, void* self) {
          auto& d = *static_cast<diary*>(self);
          std::lock_guard lock(d.mutex);
          d.peers.push_back(*p);
          d.last_url = p->url;
          return d.verdict;
        },
        this));
  }
  weft_event wait_for(int kind) {
    std::unique_lock lock(mutex);
    for (;;) {
      for (auto const& e : events)
        if (e.kind == kind) return e;
      news.wait(lock);
    }
  }
};

std::uint64_t dropped(weft_socket s, int direction, int reason) {
  std::uint64_t n = 0;
  ok(weft_socket_dropped(s, direction, reason, &n));
  return n;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(capi_watch)

BOOST_AUTO_TEST_CASE(peers_are_told_of_when_they_come_and_go) {
  options o;
  diary d;
  d.attach_to(o);
  sock a(WEFT_PAIR, o), b(WEFT_PAIR);
  a.meet(b, "ipc:///tmp/weft-c-watch-" + std::to_string(::getpid()));
  auto const came = d.wait_for(WEFT_EVENT_CONNECTED);
  BOOST_TEST(came.pipe.socket == a.it.id);
  BOOST_TEST(came.pipe.number != 0u);
  BOOST_TEST(came.why == WEFT_OK);
  BOOST_TEST_REQUIRE(d.peers.size() == 1u);
  BOOST_TEST(d.peers[0].pipe.number == came.pipe.number);
  BOOST_TEST(!d.peers[0].dialed);
  BOOST_TEST(d.peers[0].has_credentials);
  BOOST_TEST(d.peers[0].pid == static_cast<std::uint32_t>(::getpid()));

  struct seen {
    bool dialed = true;
    std::string url;
  } peer;
  ok(weft_pipe_peer(
      came.pipe,
      [](weft_peer const* p, void* to) {
        *static_cast<seen*>(to) = {p->dialed, p->url};
      },
      &peer));
  BOOST_TEST(!peer.dialed);
  BOOST_TEST(peer.url.starts_with("ipc://"));

  ok(weft_socket_close(b.release(), 0, nullptr));
  BOOST_TEST(d.wait_for(WEFT_EVENT_LOST).pipe.number == came.pipe.number);
  auto const ignore = [](weft_peer const*, void*) {};
  BOOST_TEST(weft_pipe_peer(came.pipe, ignore, nullptr) == WEFT_ENOPEERS);
  BOOST_TEST(weft_pipe_peer(came.pipe, nullptr, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_pipe_peer({}, ignore, nullptr) == WEFT_EBADID);
  ok(weft_socket_close(a.release(), 0, nullptr));
  BOOST_TEST(weft_pipe_peer(came.pipe, ignore, nullptr) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(a_peer_can_be_turned_away) {
  options o;
  diary d;
  d.verdict = WEFT_EBUSY;
  d.attach_to(o);
  sock a(WEFT_PULL, o), b(WEFT_PUSH);
  b.dial(a.listen());
  BOOST_TEST(d.wait_for(WEFT_EVENT_REJECTED).why == WEFT_EBUSY);
  std::size_t n = 1;
  ok(weft_socket_peers(a, &n));
  BOOST_TEST(n == 0u);
}

BOOST_AUTO_TEST_CASE(nobody_is_told_of_a_socket_that_was_closed) {
  for (int round = 0; round < 50; ++round) {
    options o;
    auto d = std::make_unique<diary>();
    d->attach_to(o);
    sock a(WEFT_PAIR, o), b(WEFT_PAIR);
    a.meet(b);
    ok(weft_socket_close(a.release(), 0, nullptr));
    d.reset();  // a sanitizer would see who writes there
  }
}

BOOST_AUTO_TEST_CASE(a_socket_can_be_closed_by_its_own_function) {
  options o;
  std::promise<int> closed;
  ok(weft_options_on_event(
      o,
      [](weft_event const* e, void* to) {
        static_cast<std::promise<int>*>(to)->set_value(weft_socket_close({e->pipe.socket}, 0, nullptr));
      },
      &closed));
  sock a(WEFT_PAIR, o), b(WEFT_PAIR);
  b.dial(a.listen());
  BOOST_TEST(closed.get_future().get() == WEFT_OK);
  BOOST_TEST(weft_socket_close(a.release(), 0, nullptr) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(functions_are_for_options) {
  BOOST_TEST(weft_options_on_event({}, nullptr, nullptr) == WEFT_EBADID);
  BOOST_TEST(weft_options_on_attach({}, nullptr, nullptr) == WEFT_EBADID);
}

BOOST_AUTO_TEST_CASE(what_is_dropped_is_counted) {
  sock pub(WEFT_PUB);
  pub.send("to nobody");
  BOOST_TEST(dropped(pub, WEFT_OUTGOING, WEFT_DROP_NO_PEER) == 1u);
  BOOST_TEST(dropped(pub, WEFT_INCOMING, WEFT_DROP_NO_PEER) == 0u);
  std::uint64_t n = 0;
  BOOST_TEST(weft_socket_dropped(pub, 2, 0, &n) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_dropped(pub, 0, WEFT_DROP_LATE + 1, &n) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_dropped(pub, 0, -1, &n) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_dropped(pub, 0, 0, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_dropped({}, 0, 0, &n) == WEFT_EBADID);
}

BOOST_AUTO_TEST_CASE(statistics_are_a_tree_of_names) {
  sock a(WEFT_PAIR), b(WEFT_PAIR);
  a.meet(b);
  a.send("five!");
  BOOST_TEST(b.receive() == "five!");
  weft_statistic* root = nullptr;
  ok(weft_statistics_take(a, &root));
  ok(weft_socket_close(a.release(), 0, nullptr));  // it is a copy
  auto const* const bytes = weft_statistic_find(weft_statistic_find(root, "sent"), "bytes");
  BOOST_TEST(weft_statistic_number(bytes) == 5u);
  BOOST_TEST(weft_statistic_kind(bytes) == WEFT_COUNTER);
  BOOST_TEST(weft_statistic_unit(bytes) == WEFT_UNIT_BYTES);
  BOOST_TEST(weft_statistic_name(bytes) == std::string("bytes"));
  BOOST_TEST(weft_statistic_text(bytes) == std::string());
  auto const* const pipe = weft_statistic_at(weft_statistic_find(root, "pipes"), 0);
  BOOST_TEST(weft_statistic_kind(pipe) == WEFT_SCOPE);
  BOOST_TEST(std::string(weft_statistic_text(weft_statistic_find(pipe, "url"))).starts_with("inproc://"));
  auto const* const dialed = weft_statistic_find(pipe, "dialed");
  BOOST_TEST(weft_statistic_kind(dialed) == WEFT_BOOLEAN);
  BOOST_TEST(weft_statistic_number(dialed) == 0u);
  std::size_t n = 0;
  while (weft_statistic_at(root, n)) ++n;
  BOOST_TEST(n > 5u);
  BOOST_TEST(weft_statistic_find(root, "nosuch") == nullptr);
  weft_statistics_free(root);
}

BOOST_AUTO_TEST_CASE(nothing_is_no_statistic) {
  sock a(WEFT_PAIR);
  weft_statistic* root = nullptr;
  BOOST_TEST(weft_statistics_take(a, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_statistics_take({}, &root) == WEFT_EBADID);
  weft_statistics_free(nullptr);
  BOOST_TEST(weft_statistic_at(nullptr, 0) == nullptr);
  BOOST_TEST(weft_statistic_find(nullptr, "x") == nullptr);
  BOOST_TEST(weft_statistic_name(nullptr) == std::string());
  BOOST_TEST(weft_statistic_text(nullptr) == std::string());
  BOOST_TEST(weft_statistic_number(nullptr) == 0u);
  BOOST_TEST(weft_statistic_kind(nullptr) == WEFT_SCOPE);
  BOOST_TEST(weft_statistic_unit(nullptr) == WEFT_UNIT_NONE);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::capi_tests
