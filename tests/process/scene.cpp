// SPDX-License-Identifier: MIT
#include "process/scene.hpp"

#include <unistd.h>

#include <cstring>
#include <iostream>

namespace weft::process {

namespace {

namespace boost_test = boost::unit_test;

std::string fresh_url(std::string const& suite) {
  static unsigned last = 0;
  if (suite == "ofi_tcp") return "ofi+tcp://127.0.0.1:0";
  if (suite == "ofi_tcp_msg") return "ofi+tcp://127.0.0.1:0?ep=msg";
  if (suite == "ofi_sockets") return "ofi+sockets://127.0.0.1:0";
  return "ofi+shm://weft-process-" + std::to_string(::getpid()) + "-" + std::to_string(++last);
}

/// Why nothing can be tested; empty when all is well.
std::string missing(url_text fresh) try {
  engine e;
  pair_socket(e).listen(fresh);
  return {};
} catch (std::system_error const& why) {
  if (why.code() == errc::unknown_scheme || why.code() == errc::no_provider) return why.what();
  throw;
}

// Each step far enough that a page in the wrong place shows.
constexpr std::size_t stride = 509;
std::byte filling(std::size_t i) noexcept { return static_cast<std::byte>(i * 31 + (i >> 12)); }

}  // namespace

bool add_suites(std::span<process_case const> cases) {
  for (std::string const suite_name : {"ofi_tcp", "ofi_tcp_msg", "ofi_shm", "ofi_sockets"}) {
    auto* const suite = new boost_test::test_suite(suite_name, __FILE__, __LINE__);  // the framework keeps it
    boost_test::framework::master_test_suite().add(suite);
    for (auto const& c : cases) {
      auto const play = [=] {
        if (auto const why = missing(fresh_url(suite_name)); !why.empty())
          std::cout << "SKIPPED: " << why << std::endl;
        else
          c.play(fresh_url(suite_name));
      };
      boost_test::const_string const name(c.name.data(), c.name.size());
      suite->add(new boost_test::test_case(name, __FILE__, __LINE__, play));
    }
  }
  return true;
}

std::optional<monitor_event> await(monitor& m, monitor_event::kind wanted, clock::duration within) {
  auto const end = clock::now() + within;
  while (auto e = m.next({.until = end}))
    if (e->what == wanted) return e;
  return {};
}

bool lost_in_time(monitor& m) {
  auto const e = await(m, monitor_event::lost, noticed_within);
  return e && e->why;
}

std::uint64_t number_in(message const& m) {
  std::uint64_t n = 0;
  if (m.size() >= sizeof n) std::memcpy(&n, m.body().data(), sizeof n);
  return n;
}

message filled(std::size_t size) {
  auto m = message::uninitialized(size);
  auto const body = m.mutable_body();
  for (std::size_t i = 0; i < size; i += stride) body[i] = filling(i);
  return m;
}

bool is_filled(message const& m, std::size_t size) {
  bool good = m.size() == size;
  auto const body = m.body();
  for (std::size_t i = 0; good && i < size; i += stride) good = body[i] == filling(i);
  return good;
}

}  // namespace weft::process
