// SPDX-License-Identifier: MIT
#include <weft/error.hpp>

#include "fabric/info.hpp"
#include "fabric/query.hpp"

#include <algorithm>

namespace weft::fabric {

namespace {

std::string joined(auto const& words) {
  std::string text;
  for (auto const& w : words) text += (text.empty() ? "" : ", ") + std::string(w);
  return text;
}

// "ofi+tcp (net), ofi+shm (shm)": what a request without special wishes gets here.
std::string what_works() {
  std::vector<std::string> lines;
  for (auto const scheme : scheme_names()) {
    if (scheme == "ofi") continue;
    for (auto const name : candidates(scheme, fi_version()))
      if (!query(*facts_of(name), {}).empty()) lines.push_back(std::string(scheme) + " (" + std::string(name) + ")");
  }
  return lines.empty() ? "nothing" : joined(lines);
}

setup<std::vector<std::string_view>> names_to_try(request const& wanted) {
  auto const schemes = scheme_names();
  if (std::ranges::find(schemes, canonical_scheme(wanted.scheme)) == schemes.end())
    return failure{errc::unknown_scheme, "no libfabric scheme '" + wanted.scheme + "'; known are " + joined(schemes)};
  if (wanted.provider.empty()) return candidates(wanted.scheme, fi_version());

  auto const* asked = facts_of(canonical_provider(wanted.provider));
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
  for (auto const& r : rejected) text += "provider " + r.provider + " " + r.reason + "; ";
  return {errc::no_provider, text + "available here: " + what_works()};
}

}  // namespace

setup<selection> select(request const& wanted) {
  auto names = names_to_try(wanted);
  if (!names) return names.error();
  std::vector<rejection> rejected;
  for (auto const name : *names) {
    auto const& facts = *facts_of(name);
    if (auto found = query(facts, wanted); !found.empty())
      return selection{std::move(found.front()), std::move(rejected)};
    rejected.push_back({std::string(name), explain(facts, wanted)});
  }
  return none_of(wanted, rejected);
}

}  // namespace weft::fabric
