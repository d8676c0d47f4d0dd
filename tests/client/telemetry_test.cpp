// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#include <weft/error.hpp>
#include <weft/fabric/prometheus.hpp>

#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace weft::fabric {

namespace {

/// Everything that two clients tell.
struct told {
  std::mutex mutex;
  std::map<client_event::kind, int> events;
  std::vector<std::string> lines;
  std::vector<std::string> begun;
  std::vector<std::string> ended;

  client_hooks hooks() {
    return {.log =
                [this](client_log_line const& l) {
                  std::lock_guard lock(mutex);
                  std::string line(l.text);
                  for (auto const& f : l.fields) line += " " + std::string(f.key) + "=" + f.value;
                  lines.push_back(std::move(line));
                },
            .metric =
                [this](client_event const& e) {
                  std::lock_guard lock(mutex);
                  ++events[e.what];
                },
            .trace = [this](client_labels const&, std::string_view what) -> std::function<void(std::error_code)> {
              std::lock_guard lock(mutex);
              begun.emplace_back(what);
              return [this, name = std::string(what)](std::error_code) {
                std::lock_guard inner(mutex);
                ended.push_back(name);
              };
            }};
  }
  bool has_line(std::string_view part) {
    return std::ranges::any_of(lines, [&](auto const& l) { return l.find(part) != std::string::npos; });
  }
};

/// Hooks that call what waits, of their own client.
struct caller {
  std::promise<client*> known;
  std::shared_future<client*> whom = known.get_future().share();
  std::mutex mutex;
  std::map<std::string, std::error_code> answers;

  void call(std::string const& where) {
    thread_local bool calls = false;  // what it calls has hooks, too
    if (std::exchange(calls, true)) return;
    auto const why = whom.get()->receive({.until = 0s}).error();
    calls = false;
    std::lock_guard lock(mutex);
    answers[where] = why;
  }
  client_hooks hooks() {
    return {.log = [this](client_log_line const& l) { call(std::string(l.text)); },
            .trace = [this](client_labels const&, std::string_view what) -> std::function<void(std::error_code)> {
              call(std::string(what) + " begins");
              return [this, what = std::string(what)](std::error_code) { call(what + " ends"); };
            }};
  }
};

constexpr kind here{"sockets", endpoint_type::rdm};
using event_kind = client_event::kind;

}  // namespace

BOOST_AUTO_TEST_SUITE(the_telemetry_of_a_client)

BOOST_AUTO_TEST_CASE(tells_of_every_message_and_of_the_dispatcher) {
  told t;
  auto c = couple_over(here, [&](client_options& o) { o.hooks = t.hooks(); });
  if (!c) return;
  BOOST_TEST(!c->a.send(as_bytes("x"), soon()));
  BOOST_TEST(c->b.receive(soon()).has_value());
  c.reset();
  BOOST_TEST(t.events[event_kind::dispatcher_started] == 2);
  BOOST_TEST(t.events[event_kind::dispatcher_stopped] == 2);
  BOOST_TEST(t.events[event_kind::send_completed] == 1);
  BOOST_TEST(t.events[event_kind::receive_completed] == 1);
  BOOST_TEST(t.events[event_kind::queue_error] == 0);
  BOOST_TEST(t.has_line("send completed provider=sockets endpoint_type=RDM node=127.0.0.1"));
  std::ranges::sort(t.begun);
  std::ranges::sort(t.ended);
  BOOST_TEST((t.begun == std::vector<std::string>{"dispatcher", "dispatcher", "receive", "send"}));
  BOOST_TEST((t.begun == t.ended));
}

BOOST_AUTO_TEST_CASE(tells_of_completions_with_an_error) {
  told t;
  if (!offered(here)) return;
  auto narrow = options_for(here);
  narrow.max_message = 100;
  narrow.hooks = t.hooks();
  auto c = couple::make(options_for(here), narrow);
  BOOST_TEST(!c->a.send(bytes(1000), soon()));
  BOOST_TEST(!c->a.send(as_bytes("fits"), soon()));
  BOOST_TEST(c->b.receive(soon()).value().text() == "fits");
  BOOST_TEST(c->b.stats().receive_errored == 1u);
  c.reset();
  BOOST_TEST(t.events[event_kind::queue_error] == 1);
  BOOST_TEST(t.events[event_kind::receive_failed] == 1);
  BOOST_TEST(t.has_line("completion queue error"));
}

BOOST_AUTO_TEST_CASE(cannot_wait_for_its_client) {
  if (!offered(here)) return;
  caller hooked;
  auto narrow = options_for(here);
  narrow.max_message = 100;
  narrow.hooks = hooked.hooks();
  auto c = couple::make(options_for(here), narrow);
  hooked.known.set_value(&c->b);
  BOOST_TEST(!c->a.send(bytes(1000), soon()));
  BOOST_TEST(!c->a.send(as_bytes("fits"), soon()));
  BOOST_TEST(c->b.receive(soon()).value().text() == "fits");
  BOOST_TEST(!c->b.send(as_bytes("back"), soon()));
  c->b.close();
  for (auto const* where :
       {"dispatcher begins", "dispatcher started", "dispatcher stopped", "dispatcher ends", "completion queue error",
        "receive failed", "receive completed", "receive begins", "receive ends", "send begins", "send ends"})
    BOOST_TEST((hooked.answers[where] == errc::wrong_state), where << ": " << hooked.answers[where].message());
}

BOOST_AUTO_TEST_CASE(is_counted_for_prometheus) {
  prometheus::Registry registry;
  auto c = couple_over(here, [&](client_options& o) { o.hooks.metric = prometheus_metrics(registry); });
  if (!c) return;
  for (int i = 0; i != 3; ++i) BOOST_TEST(!c->a.send(as_bytes("x"), soon()));
  for (int i = 0; i != 3; ++i) BOOST_TEST(c->b.receive(soon()).has_value());
  c.reset();
  auto const text = prometheus::TextSerializer().Serialize(registry.Collect());
  auto const has = [&](std::string_view name, std::string_view value) {
    for (std::size_t at = 0; (at = text.find(std::string(name) + "{", at)) != std::string::npos; ++at) {
      auto const line = text.substr(at, text.find('\n', at) - at);
      if (line.find("provider=\"sockets\"") != std::string::npos && line.ends_with("} " + std::string(value)))
        return true;
    }
    return false;
  };
  BOOST_TEST(has("libfabric_client_send_completed_total", "3"), text);
  BOOST_TEST(has("libfabric_client_receive_completed_total", "3"), text);
  BOOST_TEST(has("libfabric_client_dispatcher_stopped_total", "2"), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
