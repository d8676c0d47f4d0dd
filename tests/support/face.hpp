// SPDX-License-Identifier: MIT
// Pairs of public endpoints over every provider and type of endpoint that runs here.
#pragma once

#include <weft/fabric/endpoint.hpp>
#include <weft/fabric/passive_endpoint.hpp>

#include "support/knobs.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <chrono>
#include <future>
#include <initializer_list>
#include <iostream>
#include <memory>
#include <numeric>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace weft::fabric {

using namespace std::chrono_literals;

struct kind {
  char const* provider;
  endpoint_type type;

  bool is(std::string_view name) const { return provider == name; }

  friend std::ostream& operator<<(std::ostream& out, kind const& k) {
    constexpr char const* names[] = {"", "MSG", "DGRAM", "RDM"};
    return out << k.provider << " " << names[static_cast<int>(k.type)];
  }
};

inline std::vector<kind> kinds(endpoint_type type, char const* name, std::vector<char const*> usual) {
  std::vector<kind> all;
  for (auto const* provider : providers_to_test(name, std::move(usual))) all.push_back({provider, type});
  return all;
}
inline std::vector<kind> together(std::initializer_list<std::vector<kind>> parts) {
  std::vector<kind> all;
  for (auto const& p : parts) all.insert(all.end(), p.begin(), p.end());
  return all;
}

// tcp's RDM is of 2.x, net is what 1.17 has of it: each runs where it is. See knobs.hpp for others.
inline std::vector<kind> const reliable_datagrams =
    kinds(endpoint_type::rdm, "RDM", {"net", "tcp", "shm", "sockets", "udp;ofi_rxd"});
inline std::vector<kind> const connected = kinds(endpoint_type::msg, "MSG", {"tcp", "net", "sockets"});
inline std::vector<kind> const datagrams = kinds(endpoint_type::dgram, "DGRAM", {"udp", "sockets"});
inline std::vector<kind> const reliable = together({reliable_datagrams, connected});
inline std::vector<kind> const connectionless = together({reliable_datagrams, datagrams});
inline std::vector<kind> const all_kinds = together({reliable, datagrams});

using bytes = std::vector<std::byte>;

inline bytes pattern(std::size_t size) {
  bytes b(size);
  for (std::size_t i = 0; i != size; ++i) b[i] = std::byte(i * 31 + 7);
  return b;
}

inline bytes text_bytes(std::string_view text) {
  auto const* first = reinterpret_cast<std::byte const*>(text.data());
  return {first, first + text.size()};
}

/// Long enough for a machine under load; only what is broken takes it.
inline op_options soon() { return {.until = 20s}; }

inline fabric::hints local_hints(kind const& k, capability wanted = capability::none) {
  fabric::hints h;
  h.provider = k.provider;
  h.type = k.type;
  h.capabilities = wanted;
  h.of = end::local;
  if (h.provider != "shm") h.node = "127.0.0.1";
  return h;
}

/// For a case that cannot run over it, which returns then: ctest counts those, and lists them.
inline void skip(kind const& k, std::string_view why) { std::cout << "SKIPPED: " << k << " " << why << "\n"; }

/// What is there for it; nothing, with the reason printed, when there is none. Whatever else goes wrong is a failure.
inline std::optional<info> offered(kind const& k, capability wanted = capability::none) {
  auto found = discover(local_hints(k, wanted));
  if (found) return found->front();
  if (found.error().code != std::errc::no_message_available) BOOST_FAIL(k << ": " << found.error().detail);
  std::cout << "SKIPPED: " << found.error().detail << "\n";
  return {};
}

/// Whether that is why it failed, which is printed. What fails otherwise has failed.
inline bool skipped(kind const& k, failure const& why) {
  if (why.code != std::errc::not_supported && why.code != std::errc::function_not_supported) return false;
  skip(k, "does not support it: " + why.detail);
  return true;
}

inline endpoint_bindings with_unique_name() {
  static int last = 0;
  endpoint_bindings b;
  b.name = "weft-face-" + std::to_string(getpid()) + "-" + std::to_string(++last);
  return b;
}

/// Two endpoints of one process that know each other, or are connected.
struct two {
  std::unique_ptr<passive_endpoint> listener;
  std::unique_ptr<endpoint> a, b;
  peer to_b = peer::any, to_a = peer::any;

  static std::unique_ptr<two> of(info const& i) {
    auto made = std::make_unique<two>();
    i.type() == endpoint_type::msg ? made->connect(i) : made->introduce(i);
    return made;
  }

 private:
  static endpoint_bindings as_hinted(std::shared_ptr<domain const> const& in) {
    auto b = with_unique_name();
    if (auto const* h = hints_to_test_with(in->info().provider())) {
      auto queue = h->queue;
      queue.sources = in->info().supports(capability::source);
      b.sends = completion_queue::open(in, queue).value();
      b.peers = address_vector::open(in, h->peers).value();
    }
    return b;
  }
  void introduce(info const& i) {
    auto const in = domain::open(i).value();
    a = endpoint::open(in, i, as_hinted(in)).value();
    b = endpoint::open(in, i, as_hinted(in)).value();
    to_b = a->peers()->insert(b->address()).value();
    to_a = b->peers()->insert(a->address()).value();
  }
  void connect(info const& i) {
    auto const n = network::open(i).value();
    listener = passive_endpoint::open(n, i).value();
    auto const in = domain::open(n, i).value();
    a = endpoint::open(in, i).value();
    auto accepted = std::async(std::launch::async, [&] {
      auto request = listener->next_request(soon()).value();
      b = endpoint::open(in, *request.request).value();
      return b->accept({}, soon());
    });
    BOOST_REQUIRE(a->connect(listener->address(), {}, soon()).has_value());
    BOOST_REQUIRE(!accepted.get());
  }
};

/// Null, with the reason printed, when there is none of that kind here.
inline std::unique_ptr<two> two_over(kind const& k, capability wanted = capability::none) {
  auto const i = offered(k, wanted);
  return i ? two::of(*i) : nullptr;
}

/// Memory of b's for a to read and to write.
struct shared_memory {
  shared_memory(two const& t, std::size_t size)
      : region(memory_region::allocate(t.b->domain(), size, memory_access::remote_read | memory_access::remote_write)
                   .value()),
        at{.at = t.to_b, .address = region.address(), .key = region.key()} {}
  std::span<std::byte> bytes() const { return region.bytes(); }
  memory_region region;
  remote_memory at;
};

/// An operation that remembers how it ended, and how often.
struct remembered final : operation {
  remembered() : operation(note) {}
  std::atomic<bool> done{false};
  std::vector<completion> all;
  completion const& last() const { return all.back(); }

 private:
  static void note(operation& self, completion const& c) noexcept {
    auto& it = static_cast<remembered&>(self);
    it.all.push_back(c);
    it.done = true;
  }
};

/// Moves one end, as a program would that waits for something else of it.
struct mover {
  explicit mover(endpoint& e)
      : thread([q = e.receives()](std::stop_token stop) {
          while (!stop.stop_requested()) q->dispatch(clock::now() + 1ms);
        }) {}
  std::jthread thread;
};

/// Both ends' queues move until it is done, or too late.
inline bool drive(two& t, std::atomic<bool> const& done) {
  auto const end = clock::now() + 20s;
  while (!done && clock::now() < end) {
    for (auto* e : {t.a.get(), t.b.get()}) {
      e->sends()->dispatch();
      if (e->receives() != e->sends()) e->receives()->dispatch();
    }
    std::this_thread::yield();  // sockets has threads of its own, which a spinning one would starve
  }
  return done;
}

/// Posts as soon as the provider takes it. \return what it said at last
template <class Post>
std::error_code post(two& t, Post&& call) {
  std::error_code why;
  auto const end = clock::now() + 20s;
  while (is_again(why = call()) && clock::now() < end) {
    for (auto* e : {t.a.get(), t.b.get()}) e->sends()->dispatch();
    std::this_thread::yield();
  }
  return why;
}

/// Bytes, or a slice, from one endpoint to another, with a thread at each. Nobody else moves the receiver: shm of 1.17
/// loses a message whose receive is posted while another thread reads the queue. \return what came
template <class From, class Into>
result<received> carry(endpoint& sender, From const& out, target const& to, endpoint& receiver, Into&& in,
                       origin const& from = {}) {
  std::atomic<bool> sent{false};
  auto receives = std::async(std::launch::async, [&] {
    auto got = receiver.receive(in, from, soon());
    (void)receiver.receives()->run_until(sent, soon());
    return got;
  });
  auto const why = sender.send(out, to, soon());
  BOOST_TEST(!why, why.message());
  sent = true;
  receiver.receives()->wake();
  return receives.get();
}

}  // namespace weft::fabric
