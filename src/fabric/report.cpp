// SPDX-License-Identifier: MIT
#include <weft/fabric/offers.hpp>

#include "fabric/info.hpp"
#include "fabric/query.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace weft::fabric {

namespace {

// Every interface by itself, and not the one that stands for all.
std::vector<info> everything_of(provider_facts p) {
  p.any_address = {};
  auto all = query(p, {});
  for (auto const type : {endpoint_type::msg, endpoint_type::dgram})
    std::ranges::move(query(p, {}, type), std::back_inserter(all));
  return all;
}

// A host that is there in every URL, since the one that was given does not matter.
setup<url> parse_for_choice(std::string_view text) {
  auto const mark = text.find("://");
  if (mark == text.npos) return url::parse(text);
  auto const query_at = std::min(text.find('?'), text.size());
  return url::parse(std::string(text.substr(0, mark)) + "://any" + std::string(text.substr(query_at)));
}

}  // namespace

libfabric_versions versions() {
  std::array<char, 256> running{};
  fi_tostr_r(running.data(), running.size(), "", FI_TYPE_VERSION);
  return {.compiled = std::to_string(FI_MAJOR_VERSION) + "." + std::to_string(FI_MINOR_VERSION) + "." +
                      std::to_string(FI_REVISION_VERSION),
          .running = running.data()};
}

std::vector<scheme> schemes() {
  std::vector<scheme> all;
  for (auto const name : scheme_names()) {
    scheme s{.name = std::string(name), .automatic = {}, .on_request = {}};
    for (auto const type : {endpoint_type::rdm, endpoint_type::msg})
      for (auto const candidate : candidates(name, fi_version(), type))
        if (std::ranges::find(s.automatic, candidate) == s.automatic.end()) s.automatic.emplace_back(candidate);
    for (auto const& p : providers())
      if (may_serve(p, name) && std::ranges::find(s.automatic, p.name) == s.automatic.end())
        s.on_request.emplace_back(p.name);
    all.push_back(std::move(s));
  }
  return all;
}

std::vector<offer> offers() {
  std::vector<offer> all;
  for (auto const& p : providers())
    for (auto const& i : everything_of(p))
      if (auto o = i.describe(); std::ranges::find(all, o) == all.end()) all.push_back(std::move(o));
  return all;
}

std::vector<rejection> absent() {
  std::vector<rejection> all;
  for (auto const& p : providers())
    if (everything_of(p).empty()) all.push_back({std::string(p.name), {}, explain(p, {})});
  return all;
}

std::vector<recipe> recipes() {
  std::vector<recipe> all;
  for (auto const& p : providers()) {
    std::string endpoints;
    for (auto const& [when, name] : {std::pair(p.chosen, "RDM"), {p.connected, "MSG"}, {p.datagrams, "DGRAM"}})
      if (when != automatic::never) endpoints += (endpoints.empty() ? "" : ", ") + std::string(name);
    recipe r{.provider = std::string(p.name),
             .scheme = std::string(p.scheme),
             .endpoints = endpoints,
             .wait = p.waits_on == wait_kind::backoff ? "back-off" : "fd",
             .rendezvous = p.large == rendezvous::read ? "read" : "tagged",
             .registers_buffers = p.registers_locally,
             .ip_addresses = p.ip_address,
             .needs = std::string(p.needs),
             .environment = {},
             .quirks = std::string(p.quirks)};
    for (auto const& v : p.reads) r.environment.push_back({std::string(v.name), std::string(v.meaning)});
    all.push_back(std::move(r));
  }
  return all;
}

choice choose(std::string_view text) {
  choice c{.url = std::string(text), .chosen = {}, .rejected = {}, .failure = {}};
  auto parsed = parse_for_choice(text);
  if (!parsed) {
    c.failure = parsed.error().detail;
    return c;
  }
  auto selected = select(request_for(*parsed));
  if (!selected) {
    c.failure = selected.error().detail;
    return c;
  }
  c.chosen = selected->chosen.describe();
  c.rejected = std::move(selected->rejected);
  return c;
}

}  // namespace weft::fabric
