// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "fabric/info.hpp"
#include "fabric/query.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace weft::fabric {

namespace {

std::string joined(auto const& words) {
  std::string text;
  for (auto const& w : words) text += (text.empty() ? "" : ", ") + std::string(w);
  return text;
}

struct kind {
  endpoint_type type;
  std::string_view name, asked_for;  // in a URL
};
constexpr kind kinds[] = {
    {endpoint_type::rdm, "RDM", "rdm"}, {endpoint_type::msg, "MSG", "msg"}, {endpoint_type::dgram, "DGRAM", "dgram"}};

std::string_view name_of(endpoint_type t) noexcept { return std::ranges::find(kinds, t, &kind::type)->name; }

// "ofi+tcp (net), ofi+shm (shm)": what a request without special wishes gets here.
std::string what_works() {
  std::vector<std::string> lines;
  for (auto const scheme : scheme_names()) {
    if (scheme == "ofi") continue;
    for (auto const& k : kinds)
      for (auto const name : candidates(scheme, fi_version(), k.type))
        if (!query(*facts_of(name), {}, k.type).empty())
          lines.push_back(std::string(scheme) +
                          (k.type == endpoint_type::rdm ? "" : "?ep=" + std::string(k.asked_for)) + " (" +
                          std::string(name) + ")");
  }
  return lines.empty() ? "nothing" : joined(lines);
}

setup<std::vector<endpoint_type>> types_to_try(request const& wanted) {
  if (wanted.endpoint.empty()) return std::vector{endpoint_type::rdm, endpoint_type::msg};
  auto const* asked = std::ranges::find(kinds, wanted.endpoint, &kind::asked_for);
  if (asked != std::end(kinds)) return std::vector{asked->type};
  return failure{errc::invalid_option, "?ep=" + wanted.endpoint + ": no such endpoints; there are rdm, msg, dgram"};
}

std::optional<failure> check_rendezvous(request const& wanted) {
  if (wanted.rendezvous.empty() || wanted.rendezvous == "read" || wanted.rendezvous == "tagged") return {};
  return failure{errc::invalid_option, "?rendezvous=" + wanted.rendezvous + ": there are read, tagged"};
}

setup<std::vector<std::string_view>> names_to_try(request const& wanted, endpoint_type type) {
  auto const schemes = scheme_names();
  if (std::ranges::find(schemes, canonical_scheme(wanted.scheme)) == schemes.end())
    return failure{errc::unknown_scheme, "no libfabric scheme '" + wanted.scheme + "'; known are " + joined(schemes)};
  if (wanted.provider.empty()) return candidates(wanted.scheme, fi_version(), type);

  auto const* asked = facts_of(canonical_provider(wanted.provider, type));
  if (!asked) {
    std::vector<std::string_view> known;
    for (auto const& p : providers()) known.push_back(p.name);
    return failure{errc::invalid_option, "?prov=" + wanted.provider + ": no such provider; known are " + joined(known)};
  }
  if (!may_serve(*asked, wanted.scheme))
    return failure{errc::invalid_option, "?prov=" + wanted.provider + ": it does not serve " + wanted.scheme + " but " +
                                             std::string(asked->scheme)};
  return std::vector{asked->name};
}

failure none_of(request const& wanted, std::vector<rejection> const& rejected) {
  std::string text = wanted.scheme + ": ";
  for (auto const& r : rejected) text += "provider " + r.provider + " (" + r.endpoint + ") " + r.reason + "; ";
  if (rejected.empty()) text += "no provider of it has such endpoints as ?ep=" + wanted.endpoint + " asks for; ";
  return {errc::no_provider, text + "available here: " + what_works()};
}

// Who was not told how bodies are to come takes the better way, and if there is only the other, that.
std::optional<selection> ask(provider_facts const& facts, request wanted, endpoint_type type) {
  bool const any = wanted.rendezvous.empty();
  if (any) wanted.rendezvous = facts.large == rendezvous::read ? "read" : "tagged";
  auto found = query(facts, wanted, type);
  if (found.empty() && any && std::exchange(wanted.rendezvous, "tagged") == "read") found = query(facts, wanted, type);
  if (found.empty()) return {};
  auto const large = wanted.rendezvous == "read" ? rendezvous::read : rendezvous::tagged;
  return selection{std::move(found.front()), {}, large};
}

}  // namespace

setup<selection> select(request const& wanted) {
  auto types = types_to_try(wanted);
  if (!types) return types.error();
  if (auto why = check_rendezvous(wanted)) return *std::move(why);
  std::vector<rejection> rejected;
  for (auto const type : *types) {
    auto names = names_to_try(wanted, type);
    if (!names) return names.error();
    for (auto const name : *names) {
      auto const& facts = *facts_of(name);
      if (auto found = ask(facts, wanted, type)) {
        found->rejected = std::move(rejected);
        return *std::move(found);
      }
      rejected.push_back({std::string(name), std::string(name_of(type)), explain(facts, wanted, type)});
    }
  }
  return none_of(wanted, rejected);
}

}  // namespace weft::fabric
