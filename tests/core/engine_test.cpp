// SPDX-License-Identifier: MIT
#include "core/engine.hpp"

#include <weft/engine.hpp>
#include <weft/error.hpp>

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <set>
#include <string>
#include <thread>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 10s;

std::set<std::string> threads() {
  // ThreadSanitizer has one of its own, which comes with the first of ours.
  static std::jthread const first([] {});
  std::set<std::string> all;
  for (auto const& task : std::filesystem::directory_iterator("/proc/self/task")) all.insert(task.path().filename());
  return all;
}

// Those that were not there before. (Threads that tests before this one joined may take a moment to vanish.)
std::set<std::string> since(std::set<std::string> const& before) {
  std::set<std::string> fresh;
  std::ranges::set_difference(threads(), before, std::inserter(fresh, fresh.end()));
  return fresh;
}

template <class Condition>
bool eventually(Condition const& holds) {
  for (auto const until = clock::now() + patience; clock::now() < until; std::this_thread::yield())
    if (holds()) return true;
  return holds();
}

// Speaks one scheme, and says when it goes.
class mute_transport final : public ext::transport {
 public:
  mute_transport(std::string_view scheme, std::atomic<int>& gone) : schemes_{scheme}, gone_(gone) {}
  ~mute_transport() override { ++gone_; }
  std::span<std::string_view const> schemes() const noexcept override { return schemes_; }
  setup<std::unique_ptr<ext::connector>> dial(url const&, ext::handshake const&, dial_options const&) override {
    return failure{errc::unsupported, "mute"};
  }
  setup<std::unique_ptr<ext::acceptor>> listen(url const&, ext::handshake const&, listen_options const&) override {
    return failure{errc::unsupported, "mute"};
  }

 private:
  std::array<std::string_view, 1> schemes_;
  std::atomic<int>& gone_;
};

ext::transport_factory mute(std::string_view scheme, std::atomic<int>& gone) {
  return [scheme, &gone](ext::reactor&) { return std::make_unique<mute_transport>(scheme, gone); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(engine_)

BOOST_AUTO_TEST_CASE(without_a_helper_has_no_thread) {
  auto const before = threads();
  weft::engine const e({.helper = false});
  BOOST_TEST(since(before).empty());
}

BOOST_AUTO_TEST_CASE(with_a_helper_has_exactly_one_thread_until_it_ends) {
  auto const before = threads();
  {
    weft::engine const e;
    auto const fresh = since(before);
    BOOST_TEST_REQUIRE(fresh.size() == 1u);
    std::string name;
    std::getline(std::ifstream("/proc/self/task/" + *fresh.begin() + "/comm") >> std::ws, name);
    BOOST_TEST(name == "weft");
  }
  BOOST_TEST(eventually([&] { return since(before).empty(); }));
}

BOOST_AUTO_TEST_CASE(runs_no_signal_handler_on_its_helper) {
  core::engine e({});
  std::promise<bool> blocked;
  e.loop().post([&] {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked.set_value(::sigismember(&mask, SIGINT) == 1 && ::sigismember(&mask, SIGUSR1) == 1);
  });
  BOOST_TEST(blocked.get_future().get());
  sigset_t mine;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mine);
  BOOST_TEST(::sigismember(&mine, SIGUSR1) == 0);
}

// What called the callback may be the engine's own, a transport for instance.
BOOST_AUTO_TEST_CASE(let_go_of_last_by_its_own_helper_ends_behind_the_callback) {
  auto const before = threads();
  std::atomic<int> gone{0};
  for (int i = 0; i < 50; ++i) {
    auto e = engine::make({});
    e->add(mute("mute", gone));
    std::promise<void> posted;
    std::promise<bool> alive;
    e->loop().post([&, ready = posted.get_future().share()] {
      ready.wait();  // nobody else is inside the engine from here on
      e.reset();
      alive.set_value(gone == i);
    });
    posted.set_value();
    BOOST_TEST(alive.get_future().get());
    BOOST_TEST(eventually([&] { return gone == i + 1; }));
  }
  BOOST_TEST(eventually([&] { return since(before).empty(); }));
}

BOOST_AUTO_TEST_CASE(forgets_posted_work_when_it_ends) {
  auto const shared = std::make_shared<int>(0);
  {
    core::engine e({.helper = false});
    e.loop().post([shared] {});
    BOOST_TEST(shared.use_count() == 2);
  }
  BOOST_TEST(shared.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(finds_the_latest_transport_for_a_scheme) {
  std::atomic<int> gone{0};
  {
    core::engine e({.helper = false});
    BOOST_TEST(e.find("inproc") != nullptr);
    BOOST_TEST(e.find("mute") == nullptr);
    BOOST_TEST(e.find("") == nullptr);
    e.add(mute("mute", gone));
    auto* const first = e.find("mute");
    BOOST_TEST_REQUIRE(first != nullptr);
    e.add(mute("mute", gone));
    BOOST_TEST((e.find("mute") != nullptr && e.find("mute") != first));
    auto const all = e.schemes();
    BOOST_TEST(all.find("inproc") != all.npos);
    BOOST_TEST(all.find("mute, mute") != all.npos);
    BOOST_TEST(gone == 0);  // what is dialed already still uses the first
  }
  BOOST_TEST(gone == 2);
}

BOOST_AUTO_TEST_CASE(polls_without_waiting) {
  weft::engine e({.helper = false});
  while (e.poll()) {}
  BOOST_TEST(!e.poll());
}

BOOST_AUTO_TEST_CASE(has_a_descriptor_that_shows_posted_work) {
  core::engine inner({.helper = false});
  int const fd = inner.loop().attach();
  while (inner.loop().serve_once()) {}
  pollfd p{fd, POLLIN, 0};
  BOOST_TEST(::poll(&p, 1, 0) == 0);
  inner.loop().post([] {});
  BOOST_TEST(::poll(&p, 1, 10'000) == 1);
}

BOOST_AUTO_TEST_CASE(runs_on_the_calling_thread_until_it_is_stopped) {
  core::engine e({.helper = false});
  std::promise<std::thread::id> where;
  std::jthread runner([&](std::stop_token stop) { e.loop().serve(stop); });
  e.loop().post([&] { where.set_value(std::this_thread::get_id()); });
  BOOST_TEST((where.get_future().get() == runner.get_id()));
  runner.request_stop();
  runner.join();
}

BOOST_AUTO_TEST_CASE(does_not_run_when_it_is_stopped_already) {
  std::stop_source stop;
  stop.request_stop();
  for (bool helper : {true, false}) {
    weft::engine e({.helper = helper});
    e.run(stop.get_token());
  }
}

BOOST_AUTO_TEST_CASE(is_another_processs_after_a_fork) {
  auto e = std::make_unique<core::engine>(engine_options{});
  BOOST_TEST(e->ours());
  pid_t const child = ::fork();
  if (child == 0) {
    bool const ours = e->ours();
    e.reset();  // without its thread, and without harm
    ::_exit(ours ? 1 : 0);
  }
  int status = -1;
  BOOST_TEST(::waitpid(child, &status, 0) == child);
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  BOOST_TEST(e->ours());
  std::promise<void> ran;
  e->loop().post([&] { ran.set_value(); });
  BOOST_TEST((ran.get_future().wait_for(patience) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(lends_its_loop) {
  weft::engine e({.helper = false});
  bool ran = false;
  e.reactor().post([&] { ran = true; });
  BOOST_TEST(!ran);
  e.poll();
  BOOST_TEST(ran);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
