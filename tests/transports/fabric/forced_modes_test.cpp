// SPDX-License-Identifier: MIT
// What verbs, efa, cxi, psm3 and opx ask for and none of the providers here does, asked for in their place.
#include "fabric/info.hpp"
#include "fabric/rdm_endpoint.hpp"
#include "small_network.hpp"
#include "support/demanding_provider.hpp"

#include <weft/error.hpp>
#include <weft/fabric/registered_memory.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <span>
#include <string_view>

namespace weft::ofi {

namespace {

struct wish {
  char const* name;
  fabric::demands what;
};
std::ostream& operator<<(std::ostream& out, wish const& w) { return out << w.name; }

wish const wishes[] = {
    {"nothing", {}},
    {"registered_memory", {.local = true}},
    {"own_keys", {.prov_key = true}},
    {"addresses", {.virt_addr = true}},
    {"contexts", {.contexts = true}},
    {"no_wait", {.no_wait = true}},
    {"no_inject", {.inject = 0}},
    {"small_inject", {.inject = 24}},
    {"full_queues", {.full_every = 3}},
    {"all_of_it",
     {.local = true,
      .contexts = true,
      .prov_key = true,
      .virt_addr = true,
      .no_wait = true,
      .inject = 24,
      .full_every = 7}},
};

// Not shm: what is closed there stays open for its neighbours.
char const* const places[] = {"ofi+tcp://127.0.0.1:0", "ofi+tcp://127.0.0.1:0?ep=msg",
                              "ofi+tcp://127.0.0.1:0?rendezvous=read", "ofi+tcp://127.0.0.1:0?rendezvous=read&ep=msg"};

// Each byte says where it stands.
std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>('a' + (i * 7 + (i >> 10)) % 26);
  return text;
}

constexpr std::size_t sizes[] = {0, 1, 12, 24, 25, 100, 129, 1000, 3000, 16'000, 17'000, (2 << 20) + 1};

// Every size, each way, and then every one of them again without waiting in between.
void talk(small_network& net, small_socket& a, small_socket& b) {
  auto const sends = [&](small_socket& from, std::size_t size) {
    BOOST_REQUIRE(net.reactor.until([&] { return from.can_send(); }));
    from.send(text_of(size));
  };
  auto const gets = [&](small_socket& at, std::size_t size) {
    BOOST_REQUIRE(net.reactor.until([&] { return at.count() != 0; }));
    BOOST_TEST((at.next_text() == text_of(size)), "size " << size);
  };
  for (auto const size : sizes) {
    sends(a, size);
    gets(b, size);
    sends(b, size);
    gets(a, size);
  }
  for (auto const size : sizes) sends(a, size);
  for (auto const size : sizes) gets(b, size);
  a.finish();
  BOOST_TEST(net.reactor.until([&] { return a.is_over() && b.is_over(); }));
  BOOST_TEST(a.link->unconfirmed() == 0u);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fabric_with_forced_modes)

BOOST_DATA_TEST_CASE(messages_of_every_size_arrive,
                     boost::unit_test::data::make(places) * boost::unit_test::data::make(wishes), place, wanted) {
  fabric::demanding_provider provider(wanted.what);
  {
    small_network net;
    auto const [a, b] = net.connect(place);
    a->grant(128);
    b->grant(128);
    talk(net, *a, *b);
  }
  for (auto const& what : provider.violations()) BOOST_ERROR(what);
  BOOST_TEST(provider.posts() > std::size(sizes));
  bool const reads = std::string_view(place).find("read") != std::string_view::npos;
  BOOST_TEST((provider.registered() != 0) == (wanted.what.local || reads));
  BOOST_TEST((provider.reads() != 0) == reads);
  BOOST_TEST((provider.injects() != 0) == (wanted.what.inject != 0));
  BOOST_TEST(provider.outstanding() == 0u);
}

// Once for the memory that the sender has registered, once for the block that the receiver keeps: not for each message.
BOOST_DATA_TEST_CASE(memory_that_is_registered_is_not_registered_again, boost::unit_test::data::make(places), place) {
  fabric::demanding_provider provider({.local = true});
  {
    std::string buffer = text_of(3 << 20);
    auto const bytes = std::as_writable_bytes(std::span(buffer));
    fabric::registered_memory const mine(bytes);
    small_network net;
    auto const [a, b] = net.connect(place);
    b->grant(128);
    std::size_t after_the_first = 0;
    for (std::size_t i = 0; i != 10; ++i) {
      BOOST_REQUIRE(net.reactor.until([&] { return a->can_send(); }));
      bool done = false;
      a->send(message::adopt(bytes.subspan(i, 2 << 20), [&] { done = true; }));
      BOOST_REQUIRE(net.reactor.until([&] { return b->count() == 1; }));
      BOOST_TEST((b->next_text() == buffer.substr(i, 2 << 20)));
      BOOST_REQUIRE(net.reactor.until([&] { return done; }));
      if (i == 0) after_the_first = provider.registered();
    }
    BOOST_TEST(provider.registered() == after_the_first);
    BOOST_TEST(mine.registrations() == 1u);
    BOOST_TEST(provider.reads() == 0u);  // what stays registered is not exposed
    a->close(errc::closed);
    BOOST_TEST(net.reactor.until([&] { return b->is_over(); }));
  }
  for (auto const& what : provider.violations()) BOOST_ERROR(what);
}

// The fake one is no tautology: it objects to what breaks its rules.
BOOST_AUTO_TEST_CASE(what_breaks_the_rules_is_noticed) {
  fabric::demanding_provider provider({.local = true, .inject = 8});
  fabric::request wanted;
  wanted.scheme = "ofi+tcp";
  wanted.node = "127.0.0.1";
  auto const in = fabric::domain::open(fabric::select(wanted).value().chosen).value();
  auto const end = fabric::rdm_endpoint::open(in).value();
  BOOST_TEST(end->inject_size() == 8u);
  BOOST_TEST(in->info().registers_locally());
  struct ignored final : fabric::operation {
    ignored() : operation([](operation&, fabric::completion const&) noexcept {}) {}
  } op;
  std::byte memory[16];
  BOOST_TEST(end->trecv(op, memory, sizeof memory, nullptr, 1, 0) == 0);
  BOOST_TEST(end->trecv(op, memory, sizeof memory, nullptr, 1, 0) == 0);
  auto const found = provider.violations();
  BOOST_REQUIRE(found.size() == 3u);
  BOOST_TEST(found[0].find("not registered") != std::string::npos);
  BOOST_TEST(found[2].find("in use twice") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ofi
