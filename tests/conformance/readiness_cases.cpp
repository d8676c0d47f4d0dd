// SPDX-License-Identifier: MIT
// Descriptors that show when a call would not wait, and engines without a thread of their own.
#include "conformance/stage.hpp"

#include <poll.h>

#include <future>

namespace weft::conformance {

namespace {

using one_way = couple<push_socket, pull_socket>;

bool shows(int fd, std::chrono::milliseconds within = 0ms) {
  pollfd p{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&p, 1, static_cast<int>(within.count())) == 1 && (p.revents & POLLIN) != 0;
}

void a_descriptor_shows_while_there_is_something_to_receive(stage& s) {
  one_way c(s);
  int const fd = c.b.receive_fd();
  BOOST_TEST(!shows(fd));
  for (int round = 0; round != 3; ++round) {
    c.a.send("one", soon());
    c.a.send("two", soon());
    BOOST_TEST(shows(fd, patience));
    BOOST_TEST(shows(fd));  // still: it is the level that shows, not the change
    BOOST_TEST(c.b.receive(soon()).text() == "one");
    BOOST_TEST(shows(fd, patience));
    BOOST_TEST(c.b.receive(soon()).text() == "two");
    BOOST_TEST(!shows(fd));
  }
}

void what_the_descriptor_shows_can_be_received_at_once(stage& s) {
  one_way c(s);
  int const fd = c.b.receive_fd();
  auto sender = std::async(std::launch::async, [&] {
    for (std::size_t i = 0; i != 1000; ++i) c.a.send(numbered_message(i), soon());
  });
  std::size_t next = 0;
  while (next != 1000) {
    BOOST_TEST_REQUIRE(shows(fd, patience));
    auto m = c.b.try_receive();
    BOOST_TEST_REQUIRE(m.has_value());
    BOOST_TEST(number_in(*m) == next++);
  }
  BOOST_TEST(!shows(fd));
  sender.get();
}

void a_descriptor_shows_while_there_is_room_to_send(stage& s) {
  push_socket push(s.here());
  pull_socket pull(s.there());
  int const fd = push.send_fd();
  BOOST_TEST(!shows(fd));
  s.connect(push, pull);
  BOOST_TEST(shows(fd, patience));
  std::size_t sent = 0;
  for (message m = patterned(1000); !send_code(push, m, not_long()); m = patterned(1000)) ++sent;
  BOOST_TEST(!shows(fd));
  for (; sent > 0; --sent) (void)pull.receive(soon());
  BOOST_TEST(shows(fd, patience));
  pull.close();
  BOOST_TEST(comes_true([&] { return !shows(fd); }));
}

void a_closed_sockets_descriptor_shows(stage& s) {
  pull_socket pull(s.here());
  int const fd = pull.receive_fd();
  BOOST_TEST(!shows(fd));
  pull.close();
  BOOST_TEST(shows(fd));
  BOOST_TEST(receive_code(pull, soon()) == errc::closed);
}

void a_service_can_wait_for_many_sockets_at_once(stage& s) {
  couple<req_socket, rep_socket> one(s), two(s);
  pollfd all[] = {{one.b.receive_fd(), POLLIN, 0}, {two.b.receive_fd(), POLLIN, 0}};
  rep_socket* const services[] = {&one.b, &two.b};
  for (int round = 0; round != 50; ++round) {
    one.a.send("q1", soon());
    two.a.send("q2", soon());
    for (int answered = 0; answered != 2;) {
      BOOST_TEST_REQUIRE(::poll(all, 2, 10'000) > 0);
      for (std::size_t i = 0; i != 2; ++i) {
        if ((all[i].revents & POLLIN) == 0) continue;
        services[i]->send(services[i]->receive(soon()), soon());
        ++answered;
      }
    }
    BOOST_TEST(one.a.receive(soon()).text() == "q1");
    BOOST_TEST(two.a.receive(soon()).text() == "q2");
  }
}

void without_a_helper_the_waiting_callers_do_everything(stage& with_helper) {
  stage s(with_helper.transport(), {.helper = false});
  rep_socket rep(s.there());
  auto const url = s.listen(rep);
  auto service = std::async(std::launch::async, [&] {
    for (int i = 0; i != 300; ++i) rep.send(rep.receive(soon()), soon());
    return rep.close(patience).unconfirmed;
  });
  {
    req_socket req(s.here());
    req.dial(url);
    for (unsigned i = 0; i != 300; ++i) {
      auto const size = i % 7 * 5000;
      req.send(patterned(size, i), soon());
      BOOST_TEST(is_patterned(req.receive(soon()), size, i));
    }
    BOOST_TEST((service.wait_for(patience) == std::future_status::ready));
  }
  BOOST_TEST(service.get() == 0u);
}

// Everything in one thread that never waits.
void without_a_helper_polling_is_enough(stage& with_helper) {
  stage s(with_helper.transport(), {.helper = false});
  push_socket push(s.here());
  pull_socket pull(s.there());
  push.dial(s.listen(pull));
  auto const turn = [&] {
    s.here().poll();
    s.there().poll();
  };
  std::size_t sent = 0, got = 0;
  auto const end = clock::now() + patience;
  while (got != 500 && clock::now() < end) {
    turn();
    if (auto m = numbered_message(sent); sent != 500 && !push.try_send(m)) ++sent;
    if (auto m = pull.try_receive()) BOOST_TEST(number_in(*m) == got++);
  }
  BOOST_TEST(got == 500u);
}

// As an event loop does it: nothing but poll(2) and what it points at.
void without_a_helper_the_engines_descriptor_says_when_to_poll(stage& with_helper) {
  stage s(with_helper.transport(), {.helper = false});
  push_socket push(s.here());
  pull_socket pull(s.there());
  pollfd fds[] = {{pull.receive_fd(), POLLIN, 0},
                  {push.send_fd(), POLLIN, 0},
                  {s.here().fd(), POLLIN, 0},
                  {s.there().fd(), POLLIN, 0}};
  push.dial(s.listen(pull));
  std::size_t sent = 0, got = 0;
  while (got != 100) {
    fds[1].events = sent == 100 ? 0 : POLLIN;
    BOOST_TEST_REQUIRE(::poll(fds, 4, 10'000) > 0);
    s.here().poll();
    s.there().poll();
    if ((fds[1].revents & POLLIN) != 0 && sent != 100) {
      auto m = numbered_message(sent);
      sent += !push.try_send(m);
    }
    if ((fds[0].revents & POLLIN) != 0)
      if (auto m = pull.try_receive()) BOOST_TEST(number_in(*m) == got++);
  }
  BOOST_TEST(got == 100u);
}

using kind = conformance_case;
constexpr conformance_case all[] = {
    {"a_descriptor_shows_while_there_is_something_to_receive", a_descriptor_shows_while_there_is_something_to_receive},
    {"what_the_descriptor_shows_can_be_received_at_once", what_the_descriptor_shows_can_be_received_at_once},
    {"a_descriptor_shows_while_there_is_room_to_send", a_descriptor_shows_while_there_is_room_to_send},
    {"a_closed_sockets_descriptor_shows", a_closed_sockets_descriptor_shows, kind::anywhere},
    {"a_service_can_wait_for_many_sockets_at_once", a_service_can_wait_for_many_sockets_at_once},
    {"without_a_helper_the_waiting_callers_do_everything", without_a_helper_the_waiting_callers_do_everything},
    {"without_a_helper_polling_is_enough", without_a_helper_polling_is_enough},
    {"without_a_helper_the_engines_descriptor_says_when_to_poll",
     without_a_helper_the_engines_descriptor_says_when_to_poll},
};

}  // namespace

cases readiness_cases() { return all; }

}  // namespace weft::conformance
