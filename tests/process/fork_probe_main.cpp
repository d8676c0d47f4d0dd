// SPDX-License-Identifier: MIT
// fork_probe <url>: forks while it has an engine at work. Returns 0 when the child was told so by every call, could end
// as any process does, and left the parent's conversation alone; else it says what went wrong.
#include <weft/weft.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;

int failures = 0;

void expect(bool holds, char const* what) {
  if (holds) return;
  ++failures;
  std::cout << what << std::endl;
}

bool throws_forked(std::function<void()> const& call) {
  try {
    call();
    return false;
  } catch (std::system_error const& e) {
    return e.code() == weft::errc::forked;
  }
}

struct conversation {
  explicit conversation(char const* url) {
    auto const where = rep->listen(url);
    req->dial(where);
    req->wait_for_peers(1, {.until = 10s});
  }
  bool works() {
    req->send("question", {.until = 10s});
    rep->send(rep->receive({.until = 10s}), {.until = 10s});
    return req->receive({.until = 10s}).text() == "question";
  }

  std::unique_ptr<weft::engine> engine = std::make_unique<weft::engine>();
  std::unique_ptr<weft::req_socket> req = std::make_unique<weft::req_socket>(*engine);
  std::unique_ptr<weft::rep_socket> rep = std::make_unique<weft::rep_socket>(*engine);
};

void use_in_child(conversation& c, std::string const& url) {
  weft::message m("from the child");
  std::error_code why;
  c.req->send(m, {}, why);
  expect(why == weft::errc::forked, "child: send()");
  expect(m.text() == "from the child", "child: send() took the message");
  c.rep->receive({}, why);
  expect(why == weft::errc::forked, "child: receive()");
  expect(c.req->try_send(m) == weft::errc::forked, "child: try_send()");
  expect(c.rep->try_receive().error() == weft::errc::forked, "child: try_receive()");
  c.req->wait_for_peers(2, {}, why);
  expect(why == weft::errc::forked, "child: wait_for_peers()");
  expect(throws_forked([&] { c.req->dial(url); }), "child: dial()");
  expect(throws_forked([&] { c.rep->listen(url); }), "child: listen()");
  expect(throws_forked([&] { weft::req_socket another(*c.engine); }), "child: a new socket");
  expect(!c.engine->poll(), "child: poll()");
  c.rep->close();
  c.req.reset();
  c.rep.reset();
  c.engine.reset();
}

// A fork may make an engine of its own.
void start_over_in_child() {
  conversation mine("inproc://in-the-child");
  expect(mine.works(), "child: an engine of its own");
}

}  // namespace

int main(int, char* argv[]) {
  conversation c(argv[1]);
  expect(c.works(), "before the fork");
  pid_t const pid = ::fork();
  if (pid == 0) {
    ::alarm(15);
    use_in_child(c, argv[1]);
    start_over_in_child();
    return failures;
  }
  expect(c.works(), "while the child runs");
  int status = -1;
  ::waitpid(pid, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child's end");
  expect(c.works(), "after the child");
  return failures;
}
