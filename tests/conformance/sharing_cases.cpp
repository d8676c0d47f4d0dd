// SPDX-License-Identifier: MIT
// Many sockets, many peers, many threads.
#include "conformance/stage.hpp"

#include <algorithm>
#include <future>
#include <list>
#include <map>
#include <semaphore>
#include <vector>

namespace weft::conformance {

namespace {

void many_peers_push_to_one_and_each_message_comes_once(stage& s) {
  constexpr std::size_t peers = 50, each = 20;
  pull_socket pull(s.there());
  auto const url = s.listen(pull);
  std::list<push_socket> pushers;
  for (std::size_t i = 0; i != peers; ++i) pushers.emplace_back(s.here()).dial(url);
  pull.wait_for_peers(peers, soon());
  auto sender = std::async(std::launch::async, [&] {
    for (std::size_t n = 0; n != each; ++n)
      for (std::size_t i = 0; auto& p : pushers) p.send(numbered_message(i++ * each + n), soon());
  });
  std::map<pipe_id, std::vector<std::size_t>> by_pipe;
  for (std::size_t i = 0; i != peers * each; ++i) {
    auto const m = pull.receive(soon());
    by_pipe[m.source()].push_back(number_in(m));
  }
  sender.get();
  BOOST_TEST(by_pipe.size() == peers);
  std::vector<std::size_t> all;
  for (auto const& [pipe, numbers] : by_pipe) {
    BOOST_TEST(std::ranges::is_sorted(numbers));
    all.insert(all.end(), numbers.begin(), numbers.end());
  }
  std::ranges::sort(all);
  BOOST_TEST((std::ranges::adjacent_find(all) == all.end()));
  BOOST_TEST(all.back() == peers * each - 1);
  BOOST_TEST(!pull.try_receive().has_value());
}

void one_pushes_to_many_in_turn(stage& s) {
  constexpr std::size_t peers = 10, rounds = 20;
  std::list<pull_socket> pullers;
  push_socket push(s.here());
  for (std::size_t i = 0; i != peers; ++i) push.dial(s.listen(pullers.emplace_back(s.there())));
  push.wait_for_peers(peers, soon());
  for (std::size_t i = 0; i != peers * rounds; ++i) push.send(numbered_message(i), soon());
  std::vector<std::size_t> all;
  for (auto& p : pullers)
    for (std::size_t i = 0; i != rounds; ++i) all.push_back(number_in(p.receive(soon())));
  std::ranges::sort(all);
  BOOST_TEST((std::ranges::adjacent_find(all) == all.end()));
  BOOST_TEST(all.size() == peers * rounds);
}

void sockets_side_by_side_do_not_mix(stage& s) {
  couple<push_socket, pull_socket> pipeline(s);
  couple<req_socket, rep_socket> service(s);
  couple<pair_socket, pair_socket> one(s), other(s);
  for (int i = 0; i != 100; ++i) {
    pipeline.a.send("work", soon());
    service.a.send("question", soon());
    one.a.send("one", soon());
    other.b.send("other", soon());
    BOOST_TEST(other.a.receive(soon()).text() == "other");
    BOOST_TEST(one.b.receive(soon()).text() == "one");
    BOOST_TEST(service.b.receive(soon()).text() == "question");
    service.b.send("answer", soon());
    BOOST_TEST(service.a.receive(soon()).text() == "answer");
    BOOST_TEST(pipeline.b.receive(soon()).text() == "work");
  }
}

void one_socket_listens_and_dials_at_several_addresses(stage& s) {
  rep_socket service(s.there());
  auto const first = s.listen(service), second = s.listen(service);
  BOOST_TEST(first != second);
  BOOST_TEST(service.local_url() == second);
  req_socket asks_first(s.here()), asks_second(s.here());
  asks_first.dial(first);
  asks_second.dial(second);
  for (auto* req : {&asks_first, &asks_second}) {
    req->send("q", soon());
    service.send(service.receive(soon()), soon());
    BOOST_TEST(req->receive(soon()).text() == "q");
  }
}

struct shift {
  std::vector<std::size_t> numbers;
  std::error_code end;
};

shift work(pull_socket& pull, std::counting_semaphore<>& done) {
  shift mine;
  for (;;) {
    auto const m = pull.receive(soon(), mine.end);
    if (mine.end) return mine;
    mine.numbers.push_back(number_in(m));
    done.release();
  }
}

void threads_that_wait_on_one_socket_share_its_messages_until_it_is_closed(stage& s) {
  couple<push_socket, pull_socket> c(s);
  constexpr std::size_t count = 1000;
  std::counting_semaphore<> done(0);
  std::vector<std::future<shift>> workers;
  for (int i = 0; i != 4; ++i) workers.push_back(std::async(std::launch::async, [&] { return work(c.b, done); }));
  for (std::size_t i = 0; i != count; ++i) c.a.send(numbered_message(i), soon());
  std::size_t got = 0;
  while (got != count && done.try_acquire_for(patience)) ++got;
  BOOST_TEST(got == count);
  c.b.close();
  std::vector<std::size_t> all;
  for (auto& w : workers) {
    auto const mine = w.get();
    BOOST_TEST(mine.end == errc::closed);
    all.insert(all.end(), mine.numbers.begin(), mine.numbers.end());
  }
  std::ranges::sort(all);
  BOOST_TEST(all.size() == count);
  BOOST_TEST((std::ranges::adjacent_find(all) == all.end()));
}

/// Serves until the socket is closed. \return how many requests
std::size_t serve(rep_context context) {
  for (std::size_t served = 0;; ++served) {
    std::error_code why;
    auto m = context.receive(soon(), why);
    if (!why) context.send(m, soon(), why);
    if (why) return served;
  }
}

std::size_t ask(req_context context, std::size_t asker, std::size_t count) {
  std::size_t good = 0;
  for (std::size_t i = 0; i != count; ++i) {
    context.send(numbered_message(asker * count + i), soon());
    good += number_in(context.receive(soon())) == asker * count + i;
  }
  return good;
}

void contexts_in_eight_threads_get_their_own_replies(stage& s) {
  couple<req_socket, rep_socket> c(s);
  constexpr std::size_t askers = 8, each = 200;
  std::vector<std::future<std::size_t>> service, asking;
  for (int i = 0; i != 4; ++i) service.push_back(std::async(std::launch::async, serve, c.b.open_context()));
  for (std::size_t i = 0; i != askers; ++i)
    asking.push_back(std::async(std::launch::async, ask, c.a.open_context(), i, each));
  for (auto& a : asking) BOOST_TEST(a.get() == each);
  c.b.close();
  std::size_t served = 0;
  for (auto& f : service) served += f.get();
  BOOST_TEST(served == askers * each);
}

constexpr conformance_case all[] = {
    {"many_peers_push_to_one_and_each_message_comes_once", many_peers_push_to_one_and_each_message_comes_once},
    {"one_pushes_to_many_in_turn", one_pushes_to_many_in_turn},
    {"sockets_side_by_side_do_not_mix", sockets_side_by_side_do_not_mix},
    {"one_socket_listens_and_dials_at_several_addresses", one_socket_listens_and_dials_at_several_addresses},
    {"threads_that_wait_on_one_socket_share_its_messages_until_it_is_closed",
     threads_that_wait_on_one_socket_share_its_messages_until_it_is_closed},
    {"contexts_in_eight_threads_get_their_own_replies", contexts_in_eight_threads_get_their_own_replies},
};

}  // namespace

cases sharing_cases() { return all; }

}  // namespace weft::conformance
