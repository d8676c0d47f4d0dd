// SPDX-License-Identifier: MIT
#include "interruption.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weftcat {

namespace {

constexpr timespec grace{.tv_sec = 1, .tv_nsec = 0};

/// Whoever started us in the background may not want us to hear of it.
bool is_ignored(int signal) {
  struct sigaction now {};
  ::sigaction(signal, nullptr, &now);
  return now.sa_handler == SIG_IGN;
}

}  // namespace

void die_of(int signal) {
  ::signal(signal, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::kill(::getpid(), signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::_exit(128 + signal);
}

interruption::interruption() {
  ::sigemptyset(&signals_);
  // The waiter is told by it that we are done.
  ::sigaddset(&signals_, SIGUSR1);
  for (int const s : {SIGINT, SIGTERM})
    if (!is_ignored(s)) ::sigaddset(&signals_, s);
  ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  waiter_ = std::jthread([this](std::stop_token done) { wait(std::move(done)); });
}

void interruption::wait(std::stop_token done) {
  int signal = 0;
  ::sigwait(&signals_, &signal);
  if (done.stop_requested()) return;
  came_ = signal;
  stop_.request_stop();
  while (::sigtimedwait(&signals_, nullptr, &grace) < 0 && errno == EINTR) {}
  if (!done.stop_requested()) die_of(signal);
}

void interruption::pass_on() {
  waiter_.request_stop();
  ::pthread_kill(waiter_.native_handle(), SIGUSR1);
  waiter_.join();
  if (came_ != 0) die_of(came_);
}

}  // namespace weftcat
