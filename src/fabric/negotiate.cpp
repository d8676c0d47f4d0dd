// SPDX-License-Identifier: MIT
#include <weft/fabric/negotiate.hpp>

#include <utility>

namespace weft::fabric {

namespace {

hints without_tags(hints h) {
  h.capabilities = (h.capabilities & ~capability::tagged) | capability::msg;
  return h;
}

hints connected(hints h) {
  h.type = endpoint_type::msg;
  return h;
}

/// Best first.
std::vector<hints> ways(hints const& wanted) {
  std::vector<hints> all{wanted};
  if (has(wanted.capabilities, capability::tagged)) all.push_back(without_tags(wanted));
  if (wanted.type != endpoint_type::rdm) return all;
  for (std::size_t i = 0, n = all.size(); i != n; ++i) all.push_back(connected(all[i]));
  return all;
}

char const* words(endpoint_type t) noexcept {
  switch (t) {
    case endpoint_type::msg:
      return "connected (MSG), reliable";
    case endpoint_type::dgram:
      return "any number of peers (DGRAM), unreliable";
    case endpoint_type::rdm:
      return "any number of peers (RDM), reliable";
    default:
      return "of no known type";
  }
}

}  // namespace

std::string negotiated::text() const {
  std::string text(chosen.provider());
  text += std::string(": ") + words(chosen.type());
  text += chosen.supports(capability::tagged) ? ", tagged messages" : ", plain messages";
  text += ", injects " + std::to_string(chosen.inject_limit()) + " bytes";
  for (auto const& f : given_up) text += "; " + f.detail;
  return text;
}

setup<negotiated> negotiate(hints const& wanted) {
  std::vector<failure> given_up;
  for (auto const& way : ways(wanted)) {
    auto found = discover(way);
    if (found) return negotiated{std::move(found->front()), std::move(given_up)};
    given_up.push_back(std::move(found).error());
  }
  return std::move(given_up.front());
}

}  // namespace weft::fabric
