// SPDX-License-Identifier: MIT
// What a protocol cannot do, its socket does not offer: the compiler says so.
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <thread>
#include <type_traits>
#include <utility>

namespace weft {

namespace {

template <class S>
concept can_send = requires(S s, message m) {
  s.send(std::move(m));
};
template <class S>
concept can_try_send = requires(S s, message m) {
  s.try_send(m);
};
template <class S>
concept can_receive = requires(S s) {
  s.receive();
};
template <class S>
concept can_try_receive = requires(S s) {
  s.try_receive();
};
template <class S>
concept has_send_fd = requires(S s) {
  s.send_fd();
};
template <class S>
concept has_receive_fd = requires(S s) {
  s.receive_fd();
};
template <class S>
concept has_contexts = requires(S s) {
  s.open_context();
};

template <class S>
constexpr bool sends = can_send<S>&& can_try_send<S>&& has_send_fd<S>;
template <class S>
constexpr bool receives = can_receive<S>&& can_try_receive<S>&& has_receive_fd<S>;
template <class S>
constexpr bool never_sends = !can_send<S> && !can_try_send<S> && !has_send_fd<S>;
template <class S>
constexpr bool never_receives = !can_receive<S> && !can_try_receive<S> && !has_receive_fd<S>;

static_assert(sends<push_socket> && never_receives<push_socket>);
static_assert(receives<pull_socket> && never_sends<pull_socket>);
static_assert(sends<pair_socket> && receives<pair_socket>);
static_assert(sends<req_socket> && receives<req_socket>);
static_assert(sends<rep_socket> && receives<rep_socket>);

static_assert(has_contexts<req_socket> && has_contexts<rep_socket>);
static_assert(!has_contexts<pair_socket> && !has_contexts<push_socket> && !has_contexts<pull_socket>);
static_assert(can_send<req_context> && can_receive<req_context>);
static_assert(can_send<rep_context> && can_receive<rep_context>);
static_assert(!has_contexts<req_context>);

template <class S>
constexpr bool moves_only = std::is_nothrow_move_constructible_v<S>&& std::is_nothrow_move_assignable_v<S> &&
                            !std::is_copy_constructible_v<S> && !std::is_copy_assignable_v<S>;
static_assert(moves_only<pair_socket> && moves_only<req_socket> && moves_only<rep_socket>);
static_assert(moves_only<push_socket> && moves_only<pull_socket>);
static_assert(moves_only<req_context> && moves_only<rep_context>);

op_options soon() { return {.until = std::chrono::seconds(10)}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(sockets)

BOOST_AUTO_TEST_CASE(a_moved_socket_is_the_same_socket) {
  engine e;
  pull_socket pull(e);
  push_socket push(e);
  push.dial(pull.listen("inproc://public/moved"));
  pull_socket there(std::move(pull));
  push.send("across", soon());
  BOOST_TEST(there.receive(soon()).text() == "across");
}

BOOST_AUTO_TEST_CASE(assigning_closes_the_socket_that_was_there) {
  engine e;
  pair_socket a(e), b(e);
  a.listen("inproc://public/assigned");
  a = std::move(b);
  BOOST_TEST(a.local_url() == "");
  pair_socket c(e);
  c.listen("inproc://public/assigned");  // free again
  BOOST_TEST(c.local_url() == "inproc://public/assigned");
}

BOOST_AUTO_TEST_CASE(a_message_that_could_not_be_sent_is_still_the_callers) {
  op_options const at_once{.until = clock::now()};
  engine e;
  pair_socket alone(e, {}, {.channel_send_buffer = 0});
  any_socket any(pair_socket{e});
  message m("mine");
  BOOST_CHECK_THROW(alone.send(std::move(m), at_once), std::system_error);
  BOOST_TEST(m.text() == "mine");
  BOOST_CHECK_THROW(any.send(std::move(m), at_once), std::system_error);
  BOOST_TEST(m.text() == "mine");
  BOOST_CHECK_THROW(alone.sender().send(std::move(m), at_once), std::system_error);
  BOOST_TEST(m.text() == "mine");
}

BOOST_AUTO_TEST_CASE(a_socket_outlives_its_engine_object) {
  auto e = std::make_unique<engine>();
  pull_socket pull(*e);
  push_socket push(*e);
  e.reset();
  push.dial(pull.listen("inproc://public/orphans"));
  push.send("still", soon());
  BOOST_TEST(pull.receive(soon()).text() == "still");
}

BOOST_AUTO_TEST_CASE(one_endpoint_ends_and_the_others_stay) {
  engine e;
  pull_socket pull(e);
  push_socket left(e), right(e);
  auto const url = pull.listen("inproc://public/left");
  left.dial(url);
  right.dial(pull.listen("inproc://public/right"));
  pull.wait_for_peers(2, soon());
  BOOST_TEST(pull.hang_up(0));
  BOOST_TEST(!pull.hang_up(0));
  BOOST_TEST(!pull.hang_up(7));
  right.send("still", soon());
  BOOST_TEST(pull.receive(soon()).text() == "still");
  message m("lost");
  while (left.peers() > 0) std::this_thread::yield();
  BOOST_TEST((left.try_send(m) == errc::no_peers));
  pull.listen(url);  // free again, and the dialer comes back
  left.send("back", soon());
  BOOST_TEST(pull.receive(soon()).text() == "back");
}

BOOST_AUTO_TEST_CASE(a_dial_that_ended_does_not_come_back) {
  engine e;
  pull_socket pull(e);
  push_socket push(e);
  push.dial(pull.listen("inproc://public/ended"));
  push.wait_for_peers(1, soon());
  BOOST_TEST(push.hang_up(0));
  while (pull.peers() > 0) std::this_thread::yield();
  std::error_code why;
  push.wait_for_peers(1, {.until = std::chrono::milliseconds(200)}, why);
  BOOST_TEST((why == errc::timed_out));
}

BOOST_AUTO_TEST_CASE(an_endpoint_may_have_a_limit_of_its_own) {
  engine e;
  pull_socket pull(e, {}, {.max_message = 3});
  push_socket strict(e), generous(e);
  strict.dial(pull.listen("inproc://public/strict"));
  generous.dial(pull.listen("inproc://public/generous", {.max_message = 100}));
  std::error_code why;
  message m("long");
  strict.send(m, soon(), why);
  BOOST_TEST((why == errc::message_too_large));
  generous.send("long", soon());
  BOOST_TEST(pull.receive(soon()).text() == "long");
}

BOOST_AUTO_TEST_CASE(that_nothing_was_asked_does_not_show) {
  engine e;
  req_socket req(e);
  int const fd = req.receive_fd();
  BOOST_TEST(!ext::descriptor_ready(fd, 1));
  req.set_options({.early = true});
  message m("q");
  BOOST_TEST(!req.try_send(m));
  BOOST_TEST(!ext::descriptor_ready(fd, 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
