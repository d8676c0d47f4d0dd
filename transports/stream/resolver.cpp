// SPDX-License-Identifier: MIT
#include "stream/resolver.hpp"

#include <weft/error.hpp>

#include <netdb.h>
#include <signal.h>

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace weft::stream {

namespace {

addresses look_up(place const& p, int flags, bool& no_number) {
  addrinfo hints{};
  hints.ai_family = p.family;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV | (p.passive ? AI_PASSIVE : 0);
  addrinfo* list = nullptr;
  auto const service = std::to_string(p.port);
  int const rc = ::getaddrinfo(p.host.empty() ? nullptr : p.host.c_str(), service.c_str(), &hints, &list);
  std::unique_ptr<addrinfo, void (*)(addrinfo*)> const owned(list, ::freeaddrinfo);
  no_number = rc == EAI_NONAME;
  if (rc != 0) return failure{errc::connection_refused, "host '" + p.host + "': " + ::gai_strerror(rc)};
  std::vector<address> found;
  for (auto const* a = list; a; a = a->ai_next)
    if (a->ai_family == AF_INET || a->ai_family == AF_INET6) found.push_back(address::from(a->ai_addr, a->ai_addrlen));
  return found;
}

struct question final : pending {
  explicit question(std::shared_ptr<std::function<void(addresses)>> c) : callback(std::move(c)) {}
  std::shared_ptr<std::function<void(addresses)>> callback;  // an answer on its way finds it gone
};

}  // namespace

addresses look_up(place const& p) {
  bool no_number = false;
  return look_up(p, 0, no_number);
}

addresses read_number(place const& p) {
  bool no_number = false;
  auto found = look_up(p, AI_NUMERICHOST, no_number);
  if (no_number) return std::vector<address>();
  return found;
}

/// Where answers are handed in; closed when the resolver goes, for a name server may take longer than an engine lives.
struct resolver::desk {
  std::mutex mutex;
  ext::reactor* reactor;

  void hand_in(std::function<void()> answer) {
    std::lock_guard lock(mutex);
    if (reactor) reactor->post(std::move(answer));
  }
};

resolver::resolver(ext::reactor& r, look_up_function ask) : desk_(std::make_shared<desk>()), ask_(std::move(ask)) {
  desk_->reactor = &r;
}

resolver::~resolver() {
  std::lock_guard lock(desk_->mutex);
  desk_->reactor = nullptr;
}

std::unique_ptr<pending> resolver::resolve(place const& p, std::function<void(addresses)> callback) {
  if (auto number = read_number(p); !number || !number->empty()) {
    callback(std::move(number));
    return nullptr;
  }
  auto asked = std::make_unique<question>(std::make_shared<std::function<void(addresses)>>(std::move(callback)));
  // No signal handler of the application's runs on it.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread([p, ask = ask_, d = desk_, waiting = std::weak_ptr(asked->callback)] {
      auto const found = std::make_shared<addresses>(ask(p));
      d->hand_in([waiting, found] {
        if (auto const back = waiting.lock()) (*back)(std::move(*found));
      });
    }).detach();
  } catch (std::system_error const& why) {
    desk_->hand_in([waiting = std::weak_ptr(asked->callback), code = why.code()] {
      if (auto const back = waiting.lock()) (*back)(failure{code, "no thread to look the host up"});
    });
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return asked;
}

}  // namespace weft::stream
