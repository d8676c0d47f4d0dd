// SPDX-License-Identifier: MIT
#include "conformance/stage.hpp"

#include <unistd.h>

#include <atomic>
#include <iostream>
#include <map>
#include <memory>
#include <thread>

namespace weft::conformance {

namespace {

namespace boost_test = boost::unit_test;

/// Why nothing can be tested; empty when all is well.
std::string missing(transport_under_test const& t) {
  static std::map<std::string, std::string, std::less<>> known;
  auto const [it, fresh] = known.try_emplace(t.name);
  if (!fresh) return it->second;
  try {
    engine e;
    t.set_up(e);
    pair_socket(e).listen(t.fresh_url());
  } catch (std::system_error const& why) {
    if (why.code() != errc::unknown_scheme && why.code() != errc::no_provider) throw;
    it->second = why.what();
  }
  return it->second;
}

void play(transport_under_test const& t, conformance_case const& c) {
  if (auto const why = missing(t); !why.empty()) {
    std::cout << "SKIPPED: " << why << std::endl;
    return;
  }
  stage s(t);
  c.play(s);
}

bool applies(conformance_case const& c, transport_under_test const& t) {
  if (c.where == conformance_case::anywhere) return true;
  return (c.where == conformance_case::with_loss) == t.survives_loss;
}

std::byte pattern_at(std::size_t i, unsigned seed) noexcept {
  return static_cast<std::byte>(i * 31 + (i >> 8) * 17 + (i >> 16) * 13 + seed);
}

}  // namespace

stage::stage(transport_under_test const& t, engine_options const& o) : transport_(t), here_(o) {
  transport_.set_up(here_);
  if (!t.two_engines) return;
  there_.emplace(o);
  transport_.set_up(*there_);
}

std::string stage::vacant() {
  if (!transport_.carries_wildcard_port) return transport_.fresh_url();
  pair_socket first(there());
  return listen(first);
}

message patterned(std::size_t size, unsigned seed) {
  auto m = message::uninitialized(size);
  auto const body = m.mutable_body();
  for (std::size_t i = 0; i != size; ++i) body[i] = pattern_at(i, seed);
  return m;
}

bool is_patterned(message const& m, std::size_t size, unsigned seed) {
  if (m.size() != size) return false;
  auto const body = m.body();
  for (std::size_t i = 0; i != size; ++i)
    if (body[i] != pattern_at(i, seed)) return false;
  return true;
}

std::optional<monitor_event> await(monitor& m, monitor_event::kind wanted) {
  auto const end = clock::now() + patience;
  while (auto e = m.next({.until = end}))
    if (e->what == wanted) return e;
  return {};
}

bool comes_true(std::function<bool()> const& holds) {
  for (auto const end = clock::now() + patience; !holds(); std::this_thread::sleep_for(1ms))
    if (clock::now() > end) return false;
  return true;
}

std::function<std::string()> numbered(std::string prefix) {
  return [prefix = std::move(prefix)] {
    static std::atomic<unsigned> last{0};
    return prefix + std::to_string(::getpid()) + "-" + std::to_string(++last);
  };
}

std::function<std::string()> always(std::string url) {
  return [url = std::move(url)] { return url; };
}

transport_suite::transport_suite(transport_under_test t) {
  auto const shared = std::make_shared<transport_under_test const>(std::move(t));
  auto* const suite = new boost_test::test_suite(shared->name, __FILE__, __LINE__);  // the framework keeps it
  boost_test::framework::master_test_suite().add(suite);
  for (auto const list : {delivery_cases, sharing_cases, flow_cases, connection_cases, ending_cases, request_cases,
                          readiness_cases, pipeline_cases, reply_cases})
    for (auto const& c : list())
      if (applies(c, *shared))
        suite->add(new boost_test::test_case(boost_test::const_string(c.name.data(), c.name.size()), __FILE__, __LINE__,
                                             [shared, &c] { play(*shared, c); }));
}

}  // namespace weft::conformance
