// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/info.hpp"
#include "fabric/rdm_endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <array>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

namespace weft::fabric {

/// The schemes whose providers need nothing but Linux.
inline constexpr char const* everywhere[] = {"ofi+tcp", "ofi+shm", "ofi+sockets"};

/// An operation that remembers how it ended.
struct noted final : operation {
  noted() : operation(note) {}
  int times = 0;
  completion last;

 private:
  static void note(operation& self, completion const& c) noexcept {
    auto& it = static_cast<noted&>(self);
    it.last = c;
    ++it.times;
  }
};

inline request local_request(std::string scheme) {
  request r;
  r.node = scheme == "ofi+shm" ? "" : "127.0.0.1";
  r.scheme = std::move(scheme);
  return r;
}

inline endpoint_options unique_name() {
  static int last = 0;
  endpoint_options o;
  o.name = "weft-test-" + std::to_string(getpid()) + "-" + std::to_string(++last);
  return o;
}

/// A domain for the request; null, with the reason printed, when there is no provider for it here.
inline std::shared_ptr<domain const> domain_for(request const& wanted) {
  auto selected = select(wanted);
  if (!selected) {
    std::cout << "SKIPPED: " << selected.error().detail << "\n";
    return nullptr;
  }
  return domain::open(selected->chosen).value();
}

/// Two endpoints that know each other.
struct pair {
  explicit pair(std::shared_ptr<domain const> const& in)
      : a(rdm_endpoint::open(in, unique_name()).value()), b(rdm_endpoint::open(in, unique_name()).value()) {
    to_b = a->insert(b->address()).value();
    to_a = b->insert(a->address()).value();
  }

  /// Moves both ends once. Completions reach their operations.
  void drive() {
    std::array<entry, 8> some;
    for (auto* end : {a.get(), b.get()})
      for (auto n = end->completions().read(some); n > 0;) some[--n].complete();
  }
  template <class Condition>
  bool drive_until(Condition&& met) {
    auto const end = clock::now() + std::chrono::seconds(20);
    while (clock::now() < end) {
      if (met()) return true;
      drive();
      std::this_thread::yield();  // sockets has threads of its own, which a spinning one would starve
    }
    return false;
  }
  /// Tries until the provider takes it; connections are made on the way. \return what it said at last
  template <class Post>
  long post(Post&& call) {
    long rc = -FI_EAGAIN;
    (void)drive_until([&] { return !is_again(rc = call()); });
    return rc;
  }

  std::unique_ptr<rdm_endpoint> a;
  std::unique_ptr<rdm_endpoint> b;
  fi_addr_t to_a = FI_ADDR_UNSPEC;
  fi_addr_t to_b = FI_ADDR_UNSPEC;
};

/// A pair over the scheme; null, with the reason printed, when there is no provider for it here.
inline std::unique_ptr<pair> pair_over(std::string const& scheme) {
  auto in = domain_for(local_request(scheme));
  return in ? std::make_unique<pair>(in) : nullptr;
}

}  // namespace weft::fabric
