// SPDX-License-Identifier: MIT
#include "core/poller.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

// A descriptor that is readable once it was shouted at, until it is hushed.
struct bell {
  base::unique_fd fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  void shout() const {
    std::uint64_t const one = 1;
    BOOST_TEST(::write(fd.get(), &one, sizeof one) == 8);
  }
  void hush() const {
    std::uint64_t count = 0;
    BOOST_TEST(::read(fd.get(), &count, sizeof count) == 8);
  }
};

struct fixture {
  // What is there already; waits for nothing.
  bool look() {
    all.collect(clock::time_point{});
    return all.dispatch();
  }
  std::unique_ptr<ext::watch> watch(bell const& on, std::string text) {
    auto w = all.make_watch(on.fd.get(), [this, text](std::uint32_t) { said += text; });
    w->events(true, false);
    return w;
  }

  poller all;
  bell a, b;
  std::string said;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(poller_, fixture)

BOOST_AUTO_TEST_CASE(calls_back_for_what_is_ready_as_long_as_it_is) {
  auto const wa = watch(a, "a"), wb = watch(b, "b");
  BOOST_TEST(!look());
  a.shout();
  BOOST_TEST(look());
  BOOST_TEST(look());
  BOOST_TEST(said == "aa");
  a.hush();
  BOOST_TEST(!look());
}

BOOST_AUTO_TEST_CASE(looks_for_nothing_until_told) {
  auto const w = all.make_watch(a.fd.get(), [&](std::uint32_t events) { said += events & EPOLLOUT ? "out" : "in"; });
  a.shout();
  BOOST_TEST(!look());
  w->events(true, false);
  BOOST_TEST(look());
  a.hush();
  w->events(false, true);
  BOOST_TEST(look());
  w->events(false, false);
  BOOST_TEST(!look());
  BOOST_TEST(said == "inout");
}

BOOST_AUTO_TEST_CASE(tells_of_a_hang_up_always) {
  int ends[2];
  BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  base::unique_fd const mine(ends[0]);
  base::unique_fd theirs(ends[1]);
  std::uint32_t seen = 0;
  auto const w = all.make_watch(mine.get(), [&](std::uint32_t events) { seen |= events; });
  w->events(false, false);
  BOOST_TEST(!look());
  theirs.reset();
  BOOST_TEST(look());
  BOOST_TEST((seen & EPOLLHUP) != 0u);
}

BOOST_AUTO_TEST_CASE(keeps_what_it_collected_for_one_dispatch) {
  auto const w = watch(a, "a");
  a.shout();
  BOOST_TEST(all.collect(clock::time_point::max()));
  a.hush();
  BOOST_TEST(all.collect(clock::time_point::max()));  // still those
  BOOST_TEST(all.dispatch());
  BOOST_TEST(!all.dispatch());
  BOOST_TEST(said == "a");
}

BOOST_AUTO_TEST_CASE(never_calls_a_watch_that_is_gone) {
  auto w = watch(a, "a");
  a.shout();
  BOOST_TEST(all.collect(clock::time_point{}));
  w.reset();
  BOOST_TEST(!all.dispatch());
  BOOST_TEST(!look());
  BOOST_TEST(said.empty());
}

BOOST_AUTO_TEST_CASE(lets_a_callback_destroy_its_own_watch) {
  // What the callback holds must outlive the call, although the watch does not.
  auto const mine = std::make_shared<std::string>("mine");
  std::unique_ptr<ext::watch> w;
  w = all.make_watch(a.fd.get(), [this, &w, kept = mine](std::uint32_t) {
    w.reset();
    said += *kept;
  });
  w->events(true, false);
  a.shout();
  BOOST_TEST(look());
  BOOST_TEST(!look());
  BOOST_TEST(said == "mine");
  BOOST_TEST(mine.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(lets_a_callback_destroy_the_watch_behind_it) {
  // Either may come first; the other must not come at all.
  std::unique_ptr<ext::watch> wa, wb;
  wa = all.make_watch(a.fd.get(), [&](std::uint32_t) { said += "a", wb.reset(); });
  wb = all.make_watch(b.fd.get(), [&](std::uint32_t) { said += "b", wa.reset(); });
  for (auto* w : {&wa, &wb}) (*w)->events(true, false);
  a.shout();
  b.shout();
  BOOST_TEST(look());
  BOOST_TEST(said.size() == 1u);
}

BOOST_AUTO_TEST_CASE(does_not_take_a_new_watch_for_an_old_one_on_the_same_number) {
  auto w = watch(a, "old");
  a.shout();
  BOOST_TEST(all.collect(clock::time_point{}));
  w.reset();
  w = watch(a, "new");  // the same descriptor; the event was the old one's
  BOOST_TEST(!all.dispatch());
  BOOST_TEST(look());
  BOOST_TEST(said == "new");
}

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_watched) {
  auto const ignore = [](std::uint32_t) {};
  BOOST_CHECK_THROW((void)all.make_watch(-1, ignore), std::system_error);
  auto const w = watch(a, "a");
  BOOST_CHECK_EXCEPTION((void)all.make_watch(a.fd.get(), ignore), std::system_error,
                        [](auto const& e) { return e.code() == std::errc::file_exists; });
  // The first is as it was.
  a.shout();
  BOOST_TEST(look());
  BOOST_TEST(said == "a");
}

BOOST_AUTO_TEST_CASE(is_interrupted_from_another_thread_and_that_is_no_event) {
  std::jthread const other([this] { all.interrupt(); });
  BOOST_TEST(all.collect(clock::time_point::max()));
  BOOST_TEST(!all.dispatch());
  BOOST_TEST(!all.collect(clock::time_point{}));  // used up
}

BOOST_AUTO_TEST_CASE(is_interrupted_before_it_waits) {
  all.interrupt();
  all.interrupt();
  BOOST_TEST(all.collect(clock::time_point::max()));
  all.dispatch();
  BOOST_TEST(!all.collect(clock::now() + 1ms));
}

BOOST_AUTO_TEST_CASE(handles_more_descriptors_than_it_fetches_at_once) {
  std::vector<bell> bells(150);
  std::vector<std::unique_ptr<ext::watch>> watches;
  std::vector<int> calls(bells.size());
  for (std::size_t i = 0; i < bells.size(); ++i) {
    watches.push_back(all.make_watch(bells[i].fd.get(), [&, i](std::uint32_t) { ++calls[i], bells[i].hush(); }));
    watches.back()->events(true, false);
    bells[i].shout();
  }
  while (look()) {}
  BOOST_TEST((calls == std::vector<int>(bells.size(), 1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
