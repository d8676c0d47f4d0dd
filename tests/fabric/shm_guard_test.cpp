// SPDX-License-Identifier: MIT
#include "fabric/shm_guard.hpp"

#include "support/fabric_pair.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/wait.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

constexpr auto name_of = [](std::string const& address) { return address.substr(address.rfind('/') + 1); };

/// A process that does nothing, and is killed.
class victim {
 public:
  victim() : pid_(::fork()) {
    if (pid_ == 0)
      for (;;) ::pause();
  }
  ~victim() { kill(); }
  void kill() noexcept {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }
  pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_;
};

/// A copy of an endpoint's region that says it is the victim's; its file goes away with it.
class forged_region {
 public:
  forged_region(std::string const& original, pid_t owner) {
    std::ifstream from("/dev/shm/" + name_of(original), std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(from)), {});
    std::int32_t const pid = owner;
    std::memcpy(bytes.data() + 4, &pid, sizeof pid);
    std::ofstream(path(), std::ios::binary) << bytes;
  }
  ~forged_region() { ::unlink(path().c_str()); }
  std::string address() const { return "fi_shm://" + name_; }
  std::string path() const { return "/dev/shm/" + name_; }

 private:
  std::string name_ = unique_name().name;
};

void lock(std::string const& address) {
  int const fd = ::open(("/dev/shm/" + name_of(address)).c_str(), O_RDWR | O_CLOEXEC);
  // Neither of what "unlocked" is on any machine.
  std::int32_t const shut = -1;
  BOOST_TEST(::pwrite(fd, &shut, sizeof shut, 24) == 4);
  ::close(fd);
}

template <class Condition>
bool soon(Condition&& met) {
  auto const end = std::chrono::steady_clock::now() + 10s;
  while (!met()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// An endpoint, a guard of its own for it, and a peer of another process.
struct scene {
  std::unique_ptr<pair> both = pair_over("ofi+shm");
  std::string address = both ? reinterpret_cast<char const*>(both->a->address().data()) : "";
  std::unique_ptr<shm_guard> guard = shm_guard::make(address);
  victim dying;
  forged_region its{address, dying.pid()};
  std::optional<shm_region> own = shm_region::open(address), theirs = shm_region::open(its.address());

  explicit operator bool() const {
    if (!guard) std::cout << "SKIPPED: not the shm of libfabric 1.17\n";
    return guard != nullptr;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(a_shm_guard)

BOOST_AUTO_TEST_CASE(guards_an_endpoint_of_this_process_only) {
  BOOST_TEST(!shm_guard::make("fi_shm://weft-test-nobody"));
  scene s;
  if (!s) return;
  BOOST_TEST(!shm_guard::make(s.its.address()));
}

BOOST_AUTO_TEST_CASE(opens_what_a_killed_process_left_locked_and_removes_its_region) {
  scene s;
  if (!s) return;
  s.guard->meet(7, s.its.address());
  lock(s.address);
  lock(s.its.address());
  BOOST_TEST((s.own->is_locked() && s.theirs->is_locked()));
  s.dying.kill();
  BOOST_TEST(soon([&] { return !s.theirs->has_name(); }));
  BOOST_TEST(!s.own->is_locked());
  BOOST_TEST(!s.theirs->is_locked());
}

BOOST_AUTO_TEST_CASE(finds_out_about_one_that_was_dead_already) {
  scene s;
  if (!s) return;
  s.dying.kill();
  s.guard->meet(7, s.its.address());
  BOOST_TEST(soon([&] { return !s.theirs->has_name(); }));
}

BOOST_AUTO_TEST_CASE(leaves_locks_alone_while_everybody_lives) {
  scene s;
  if (!s) return;
  s.guard->meet(7, s.its.address());
  lock(s.its.address());
  victim another;
  forged_region its(s.address, another.pid());
  s.guard->meet(8, its.address());
  auto const region = shm_region::open(its.address());
  another.kill();
  BOOST_TEST(soon([&] { return !region->has_name(); }));
  BOOST_TEST(s.theirs->is_locked());
  BOOST_TEST(s.theirs->has_name());
}

BOOST_AUTO_TEST_CASE(lets_go_of_whom_it_is_to_forget) {
  scene s;
  if (!s) return;
  s.guard->meet(7, s.its.address());
  s.guard->forget(7);
  s.guard->end_sends(7);
  s.guard.reset();
  BOOST_TEST(s.theirs->has_name());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
