// SPDX-License-Identifier: MIT
// Several sockets, a timer and an end in one thread: channels and select.
#include <weft/weft.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;

int main() try {
  weft::engine engine;
  weft::pull_socket jobs{engine};
  weft::rep_socket questions{engine};
  auto const jobs_at = jobs.listen("ofi+tcp://127.0.0.1:0");
  auto const questions_at = questions.listen("ofi+tcp://127.0.0.1:0");

  std::jthread client([&] {
    weft::push_socket push{engine};
    weft::req_socket ask{engine};
    push.dial(jobs_at);
    ask.dial(questions_at);
    for (int i = 1; i <= 3; ++i) push.send("job " + std::to_string(i), {.until = 10s});
    ask.send("how many?", {.until = 10s});
    auto const answer = ask.receive({.until = 10s});
    std::cout << "answer: " << answer.text() << '\n';
    push.close(1s);
  });

  // One thread serves both. A request carries its way back, so it may be answered whenever.
  int done = 0;
  bool asked = false;
  auto replies = questions.sender();
  auto const late = weft::clock::now() + 20s;
  while (done < 3 || !asked) {
    auto const taken =
        weft::select(weft::on_receive(jobs, [&](weft::message const& job) { std::cout << job.text() << '\n', ++done; }),
                     weft::on_receive(questions,
                                      [&](weft::message const& question) {
                                        asked = true;
                                        replies.send(weft::reply_to(question, std::to_string(done) + " so far"));
                                      }),
                     weft::on_timer(late));
    if (taken.index == 2) throw std::runtime_error("nobody came");
  }
  client.join();  // the answer is on its way until then
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return 1;
}
