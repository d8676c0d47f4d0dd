// SPDX-License-Identifier: MIT
// Peers in other processes, and what becomes of their connections when they are killed.
#include "process/scene.hpp"

#include <cstdlib>
#include <map>
#include <memory>

namespace weft::process {

namespace {

void crosses(req_socket& req, std::size_t size) {
  BOOST_TEST_CONTEXT("size " << size) {
    req.send(filled(size), soon());
    BOOST_TEST(is_filled(req.receive(soon()), size));
  }
}

void another_process_answers(url_text fresh) {
  child service("echo_rep", {fresh});
  engine e;
  req_socket req(e);
  req.dial(service.line().value());
  for (std::size_t const size : {0, 1, 64, 1000, 16'384, 100'000, 1 << 20}) crosses(req, size);
  for (int i = 0; i != 1000; ++i) crosses(req, 8);
}

void a_message_of_256_mib_crosses(url_text fresh) {
  child service("echo_rep", {fresh});
  engine e;
  req_socket req(e);
  req.dial(service.line().value());
  crosses(req, 256 << 20);
}

void a_process_that_closes_with_linger_has_sent_everything(url_text fresh) {
  engine e;
  pull_socket pull(e);
  child sender("push_some", {pull.listen(fresh), "5000"});
  std::uint64_t next = 0;
  while (next != 5000 && number_in(pull.receive(soon())) == next) ++next;
  BOOST_TEST(next == 5000u);
  BOOST_TEST((sender.wait() == 0));
  BOOST_TEST(!pull.try_receive().has_value());
}

void a_killed_sender_is_noticed(url_text fresh) {
  for (auto const* size : {"16", "1000", "1000000"}) {
    BOOST_TEST_INFO_SCOPE("size " << size);
    engine e;
    pull_socket pull(e);
    monitor events(pull);
    child flood("push_flood", {pull.listen(fresh), size});
    for (std::uint64_t n = 0; n != 100; ++n) BOOST_TEST(number_in(pull.receive(soon())) == n);
    flood.kill();
    BOOST_TEST(lost_in_time(events));
  }
}

// Another takes its place, and gets what is sent from then on.
void a_killed_receiver_is_noticed(url_text fresh) {
  for (std::size_t const size : {16, 1000, 1'000'000, 32 << 20}) {
    BOOST_TEST_INFO_SCOPE("size " << size);
    auto sink = std::make_unique<child>("pull_sink", std::vector{fresh});
    auto const url = sink->line().value();
    engine e;
    push_socket push(e);
    monitor events(push);
    push.dial(url, {.retry_max = 200ms});
    for (int i = 0; i != 5; ++i) push.send(filled(size), soon());
    BOOST_TEST((sink->line() == "receiving"));
    for (int i = 0; i != 5; ++i) push.send(filled(size), soon());
    sink->kill();
    BOOST_TEST(lost_in_time(events));
    sink.reset();
    child again("pull_sink", {url});
    BOOST_TEST((again.line() == url));
    push.send(filled(size), soon());
    BOOST_TEST((again.line() == "receiving"));
  }
}

void an_idle_peer_that_is_killed_is_noticed(url_text fresh) {
  child service("echo_rep", {fresh});
  engine e;
  req_socket req(e);
  monitor events(req);
  req.dial(service.line().value());
  BOOST_TEST(await(events, monitor_event::connected).has_value());
  service.kill();
  BOOST_TEST(lost_in_time(events));
}

// Without anything set: this is what one gets by default.
void a_request_is_sent_again_to_a_restarted_service(url_text fresh) {
  auto first = std::make_unique<child>("mute_rep", std::vector{fresh});
  auto const url = first->line().value();
  engine e;
  req_socket req(e);
  req.dial(url);
  req.send("question", soon());
  BOOST_TEST((first->line() == "question"));
  first.reset();
  child second("echo_rep", {url});
  BOOST_TEST(req.receive(soon()).text() == "question");
}

void a_request_that_is_sent_once_ends_with_its_service(url_text fresh) {
  child service("mute_rep", {fresh});
  engine e;
  req_socket req(e, {.resend = 0s});
  req.dial(service.line().value());
  req.send("question", soon());
  BOOST_TEST((service.line() == "question"));
  service.kill();
  std::error_code why;
  req.receive({.until = noticed_within}, why);
  BOOST_TEST(why == make_error_code(errc::connection_reset));
}

void a_killed_sender_disturbs_no_other(url_text fresh) {
  engine e;
  pull_socket pull(e);
  monitor events(pull);
  auto const url = pull.listen(fresh);
  child one("push_flood", {url, "1000"});
  child const other("push_flood", {url, "1000"});
  std::map<pipe_id, std::uint64_t> next;
  std::size_t wrong = 0;
  auto const receive = [&](int count) {
    while (count-- > 0) {
      auto const m = pull.receive(soon());
      wrong += number_in(m) != next[m.source()]++;
    }
  };
  pull.wait_for_peers(2, soon());
  // One of them is here first, and may have sent thousands before the other is scheduled at all.
  auto const end = clock::now() + patience;
  while (next.size() != 2 && clock::now() < end) receive(2000);
  BOOST_TEST(next.size() == 2u);
  one.kill();
  receive(5000);
  BOOST_TEST(lost_in_time(events));
  receive(5000);
  BOOST_TEST(pull.peers() == 1u);
  BOOST_TEST(wrong == 0u);
}

void a_restarted_peer_is_a_new_pipe(url_text fresh) {
  engine e;
  pull_socket pull(e);
  monitor events(pull);
  auto const url = pull.listen(fresh);
  std::optional<pipe_id> before;
  for (int i = 0; i != 3; ++i) {
    child const flood("push_flood", {url, "16"});
    auto const connected = await(events, monitor_event::connected);
    BOOST_TEST_REQUIRE(connected.has_value());
    BOOST_TEST((connected->pipe != before));
    before = connected->pipe;
    std::uint64_t expected = 0;
    while (expected != 50) {
      auto const m = pull.receive(soon());
      if (m.source() == connected->pipe) BOOST_TEST(number_in(m) == expected++);
    }
  }
}

/// A variable that holds options, with one more.
std::string with(std::string const& variable, std::string const& option) {
  auto const* before = std::getenv(variable.c_str());
  return variable + "=" + (before ? before : "") + " " + option;
}

void a_fork_is_told_so_and_harms_nobody(url_text fresh) {
  // It leaves alone what is its parent's, so that looks like a leak; and it starts a thread, which not every tool
  // likes.
  child probe("fork_probe", {fresh},
              {with("ASAN_OPTIONS", "detect_leaks=0"), with("TSAN_OPTIONS", "die_after_fork=0")});
  while (auto const complaint = probe.line()) BOOST_ERROR(*complaint);
  BOOST_TEST((probe.wait() == 0));
}

constexpr process_case cases[] = {
    {"another_process_answers", another_process_answers},
    {"a_message_of_256_mib_crosses", a_message_of_256_mib_crosses},
    {"a_process_that_closes_with_linger_has_sent_everything", a_process_that_closes_with_linger_has_sent_everything},
    {"a_killed_sender_is_noticed", a_killed_sender_is_noticed},
    {"a_killed_receiver_is_noticed", a_killed_receiver_is_noticed},
    {"an_idle_peer_that_is_killed_is_noticed", an_idle_peer_that_is_killed_is_noticed},
    {"a_request_is_sent_again_to_a_restarted_service", a_request_is_sent_again_to_a_restarted_service},
    {"a_request_that_is_sent_once_ends_with_its_service", a_request_that_is_sent_once_ends_with_its_service},
    {"a_killed_sender_disturbs_no_other", a_killed_sender_disturbs_no_other},
    {"a_restarted_peer_is_a_new_pipe", a_restarted_peer_is_a_new_pipe},
    {"a_fork_is_told_so_and_harms_nobody", a_fork_is_told_so_and_harms_nobody},
};

[[maybe_unused]] bool const added = add_suites(cases);

}  // namespace

BOOST_AUTO_TEST_CASE(a_fork_is_told_so_over_inproc) { a_fork_is_told_so_and_harms_nobody("inproc://probe"); }

}  // namespace weft::process
