// SPDX-License-Identifier: MIT
// REQ contexts from several threads against one REP socket, whose contexts answer from as many.
#include "common/contexts.hpp"

#include <weft/engine.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>

#include <array>
#include <system_error>
#include <thread>
#include <vector>

namespace {

constexpr std::array<std::byte, 64> body{};

void answer(weft::rep_socket& socket, std::size_t contexts) {
  std::vector<weft::rep_context> mine;
  for (std::size_t i = 0; i < contexts; ++i) mine.push_back(socket.open_context());
  std::error_code why;
  for (std::size_t i = 0;; i = (i + 1) % contexts) {
    auto request = mine[i].receive({}, why);
    if (!why) mine[i].send(request, {}, why);
    if (why) return;
  }
}

void ask(weft::req_socket& socket, std::size_t contexts, std::size_t exchanges) {
  std::vector<weft::req_context> mine;
  for (std::size_t i = 0; i < contexts; ++i) mine.push_back(socket.open_context());
  for (std::size_t done = 0; done < exchanges; done += contexts) {
    for (auto& c : mine) c.send(weft::message(body));
    for (auto& c : mine) (void)c.receive();
  }
}

}  // namespace

int main(int argc, char** argv) {
  auto const o = perf::parse_contexts(argc, argv, "contexts");
  weft::engine here, there;
  auto& home = o.url.starts_with("inproc:") ? here : there;
  weft::rep_socket rep(home);
  weft::req_socket req(here);
  req.dial(rep.listen(o.url));
  req.wait_for_peers(1);

  std::vector<std::jthread> answering;
  for (std::size_t i = 0; i < o.threads; ++i) answering.emplace_back([&] { answer(rep, o.contexts / o.threads); });
  auto const begin = perf::steady::now();
  {
    std::vector<std::jthread> asking;
    for (std::size_t i = 0; i < o.threads; ++i)
      asking.emplace_back([&] { ask(req, o.contexts / o.threads, o.exchanges / o.threads); });
  }
  perf::report(o, o.exchanges, perf::steady::now() - begin);
  rep.close();
}
