// SPDX-License-Identifier: MIT
#include <weft/pair.hpp>
#include <weft/pub.hpp>
#include <weft/push.hpp>
#include <weft/req.hpp>

#include "core/socket.hpp"
#include "support/scripted_source.hpp"
#include "support/scripted_transport.hpp"

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <string>

namespace weft::core {

namespace {

using namespace std::chrono_literals;
using test::soon;

// Who is parked only the socket knows.
operation_list& parked_senders(socket&);
template <auto Member>
struct open_up {
  friend operation_list& parked_senders(socket& s) { return s.*Member; }
};
template struct open_up<&socket::senders_>;

moderation& looks(socket&);
template <auto Member>
struct open_up_looks {
  friend moderation& looks(socket& s) { return s.*Member; }
};
template struct open_up_looks<&socket::moderation_>;

std::size_t length(operation_list& list) {
  std::size_t n = 0;
  for (auto* o = list.first(); o; o = list.next(*o)) ++n;
  return n;
}

/// A socket one can look into.
template <class Socket>
class glass : public Socket {
 public:
  using Socket::Socket;
  void await_receivers(std::size_t n) {
    await([&] { return length(this->context_->place->receivers) == n; });
  }
  void await_senders(std::size_t n) {
    await([&] { return length(parked_senders(*this->socket_)) == n; });
  }
  void look_just_now() {
    for (int i = 0; i < 2; ++i) looks(*this->socket_).looked();
  }

 private:
  void await(std::function<bool()> const& holds) { BOOST_TEST(!this->socket_->wait_until(holds, soon())); }
};

/// What is sent to a peer whose hanging up nobody has noticed, for nobody has driven its source since.
template <class Socket>
std::string heard_by_a_peer_that_goes_unnoticed() {
  auto const source = std::make_shared<test::scripted_source>();
  auto const end = std::make_shared<test::scripted_end>();
  end->source = source.get();
  weft::engine home({.helper = false});
  test::script net(home);
  net.loop().add(source);
  Socket s(home);
  s.dial("script://peer");
  net.answer(end, 1);
  BOOST_TEST(s.peers() == 1u);
  source->give([&] { end->hang_up(); });
  s.send("news");
  return end->heard();
}

std::error_code code_of_send(pair_socket& s, message& m, op_options const& o) {
  std::error_code why;
  s.send(m, o, why);
  return why;
}
template <class Socket>
std::error_code code_of_receive(Socket& s, op_options const& o) {
  std::error_code why;
  (void)s.receive(o, why);
  return why;
}

struct stage {
  weft::engine home{{.helper = false}};
  test::script net{home};
  glass<pair_socket> s{home};

  stage() { s.dial("script://peer"); }

  std::future<std::string> receiving(op_options const& o = soon()) {
    return std::async(std::launch::async, [this, o] { return std::string(s.receive(o).text()); });
  }
  /// The error, and what is left of the message.
  std::future<std::pair<std::error_code, std::string>> sending(std::string_view text, op_options const& o = soon()) {
    return std::async(std::launch::async, [this, o, text] {
      message m(text);
      auto const why = code_of_send(s, m, o);
      return std::pair(why, std::string(m.text()));
    });
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(calls)

BOOST_FIXTURE_TEST_CASE(parked_receivers_are_served_first_come_first_served, stage) {
  auto const end = net.answer();
  auto first = receiving();
  s.await_receivers(1);
  auto second = receiving();
  s.await_receivers(2);
  end->say("1");
  end->say("2");
  BOOST_TEST(first.get() == "1");
  BOOST_TEST(second.get() == "2");
}

BOOST_FIXTURE_TEST_CASE(parked_senders_are_served_first_come_first_served, stage) {
  auto const end = net.answer();
  auto first = sending("1");
  s.await_senders(1);
  auto second = sending("2");
  s.await_senders(2);
  end->make_room(2);
  BOOST_TEST(!first.get().first);
  BOOST_TEST(!second.get().first);
  BOOST_TEST(end->heard() == "1 2 ");
}

BOOST_FIXTURE_TEST_CASE(nobody_overtakes_a_parked_receiver, stage) {
  auto const end = net.answer();
  auto first = receiving();
  s.await_receivers(1);
  BOOST_TEST((s.try_receive().error() == errc::would_block));
  end->say("1");
  BOOST_TEST(first.get() == "1");
}

BOOST_FIXTURE_TEST_CASE(a_stop_requested_before_the_call_sends_nothing, stage) {
  auto const end = net.answer(1);
  std::stop_source stop;
  stop.request_stop();
  message m("kept");
  BOOST_TEST(code_of_send(s, m, {.stop = stop.get_token()}) == make_error_code(errc::canceled));
  BOOST_TEST(m.text() == "kept");
  BOOST_TEST(end->count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_stop_requested_before_the_call_receives_nothing, stage) {
  auto const end = net.answer();
  end->say("kept");
  std::stop_source stop;
  stop.request_stop();
  BOOST_TEST(code_of_receive(s, {.stop = stop.get_token()}) == make_error_code(errc::canceled));
  BOOST_TEST(s.receive(soon()).text() == "kept");
}

BOOST_FIXTURE_TEST_CASE(a_stop_ends_a_parked_send_and_leaves_the_message, stage) {
  auto const end = net.answer();
  std::stop_source stop;
  auto sender = sending("kept", {.stop = stop.get_token(), .until = 10s});
  s.await_senders(1);
  stop.request_stop();
  auto const [why, left] = sender.get();
  BOOST_TEST(why == make_error_code(errc::canceled));
  BOOST_TEST(left == "kept");
  end->make_room();
  BOOST_TEST(s.peers() == 1u);
  BOOST_TEST(end->count() == 0u);
}

BOOST_FIXTURE_TEST_CASE(a_deadline_ends_a_send_and_leaves_the_message, stage) {
  auto const end = net.answer();
  message m("kept");
  BOOST_TEST(code_of_send(s, m, {.until = 2ms}) == make_error_code(errc::timed_out));
  BOOST_TEST(m.text() == "kept");
  BOOST_TEST(end->count() == 0u);
  end->make_room();
  s.send(std::move(m), soon());
  BOOST_TEST(end->heard() == "kept ");
}

BOOST_FIXTURE_TEST_CASE(a_deadline_ends_a_receive_and_no_message_is_lost_to_it, stage) {
  auto const end = net.answer();
  BOOST_TEST(code_of_receive(s, {.until = 2ms}) == make_error_code(errc::timed_out));
  end->say("kept");
  BOOST_TEST(s.receive(soon()).text() == "kept");
}

BOOST_FIXTURE_TEST_CASE(a_deadline_in_the_past_still_takes_what_is_there, stage) {
  auto const end = net.answer(1);
  end->say("there");
  op_options const past{.until = clock::time_point{}};
  BOOST_TEST(s.receive(past).text() == "there");
  message m("gone");
  BOOST_TEST(!code_of_send(s, m, past));
  BOOST_TEST(code_of_receive(s, past) == make_error_code(errc::timed_out));
}

BOOST_FIXTURE_TEST_CASE(who_looked_a_moment_ago_still_takes_what_is_there, stage) {
  auto const end = net.answer();
  op_options const past{.until = clock::time_point{}};
  for (int i = 0; i < 100; ++i) {
    end->say("there");
    s.look_just_now();
    BOOST_TEST(s.receive(past).text() == "there");
  }
  BOOST_TEST(code_of_receive(s, past) == make_error_code(errc::timed_out));
}

BOOST_FIXTURE_TEST_CASE(a_close_ends_everybody_who_is_parked, stage) {
  net.answer();
  auto receiver = std::async(std::launch::async, [&] { return code_of_receive(s, soon()); });
  auto sender = sending("kept");
  auto peers = std::async(std::launch::async, [&] {
    std::error_code why;
    s.wait_for_peers(7, soon(), why);
    return why;
  });
  s.await_receivers(1);
  s.await_senders(1);
  s.close();
  BOOST_TEST(receiver.get() == make_error_code(errc::closed));
  auto const [why, left] = sender.get();
  BOOST_TEST(why == make_error_code(errc::closed));
  BOOST_TEST(left == "kept");
  BOOST_TEST(peers.get() == make_error_code(errc::closed));
}

BOOST_FIXTURE_TEST_CASE(too_large_a_message_stays_and_so_does_the_connection, stage) {
  auto const end = std::make_shared<test::scripted_end>();
  end->limit = 3;
  net.answer(end, 2);
  message m("four");
  BOOST_TEST(code_of_send(s, m, soon()) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "four");
  BOOST_TEST(s.try_send(m) == make_error_code(errc::message_too_large));
  BOOST_TEST(m.text() == "four");
  s.send("six", soon());
  BOOST_TEST(end->heard() == "six ");
  BOOST_TEST(!end->closed().has_value());
}

BOOST_FIXTURE_TEST_CASE(tries_would_block, stage) {
  message m("kept");
  BOOST_TEST(s.try_send(m) == make_error_code(errc::no_peers));
  BOOST_TEST((s.try_receive().error() == errc::would_block));
  auto const end = net.answer();
  BOOST_TEST(s.try_send(m) == make_error_code(errc::peers_full));
  BOOST_TEST(m.text() == "kept");
  end->make_room();
  end->say("here");
  BOOST_TEST(!s.try_send(m));
  BOOST_TEST(s.try_receive().value().text() == "here");
}

BOOST_FIXTURE_TEST_CASE(the_throwing_forms_say_the_same, stage) {
  auto const is = [](errc code) { return [code](std::system_error const& e) { return e.code() == code; }; };
  BOOST_CHECK_EXCEPTION(s.send("x", {.until = 1ms}), std::system_error, is(errc::timed_out));
  BOOST_CHECK_EXCEPTION((void)s.receive({.until = 1ms}), std::system_error, is(errc::timed_out));
  s.close();
  BOOST_CHECK_EXCEPTION(s.send("x", soon()), std::system_error, is(errc::closed));
  BOOST_CHECK_EXCEPTION((void)s.receive(soon()), std::system_error, is(errc::closed));
}

namespace {

struct asking {
  weft::engine home{{.helper = false}};
  test::script net{home};
  glass<req_socket> req{home};
  std::shared_ptr<test::scripted_end> end;

  asking() {
    req.dial("script://peer");
    end = net.answer(10);
  }
};

}  // namespace

// The caller had not given up: so its request's successor is none of its business.
BOOST_FIXTURE_TEST_CASE(a_receive_that_a_newer_request_ended_leaves_that_request_alone, asking) {
  req.send("old", soon());
  auto waiting = std::async(std::launch::async, [&] { return code_of_receive(req, soon()); });
  req.await_receivers(1);
  req.send("new", soon());
  BOOST_TEST(waiting.get() == make_error_code(errc::canceled));
  (void)end->take();
  end->say(end->take());
  BOOST_TEST(req.receive(soon()).text() == "new");
}

BOOST_FIXTURE_TEST_CASE(a_receive_that_gives_up_takes_its_request_along, asking) {
  req.send("old", soon());
  BOOST_TEST(code_of_receive(req, {.until = 2ms}) == make_error_code(errc::timed_out));
  end->say(end->take());
  BOOST_TEST(code_of_receive(req, soon()) == make_error_code(errc::wrong_state));
}

// See context::heeds_peers(): it never waits, and would not notice what its peers do.
BOOST_AUTO_TEST_CASE(a_send_that_goes_by_what_peers_say_looks_at_the_network_first) {
  BOOST_TEST(heard_by_a_peer_that_goes_unnoticed<pub_socket>() == "");
  BOOST_TEST(heard_by_a_peer_that_goes_unnoticed<push_socket>() == "news ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
