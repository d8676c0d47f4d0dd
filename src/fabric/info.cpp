// SPDX-License-Identifier: MIT
#include "fabric/info.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace weft::fabric {

namespace {

// fi_tostr() has one buffer for the whole process.
std::string words(void const* value, fi_type type) {
  std::array<char, 2048> text{};
  fi_tostr_r(text.data(), text.size(), value, type);
  return text.data();
}

std::string without(std::string_view text, std::string_view prefix) {
  return std::string(text.substr(text.starts_with(prefix) ? prefix.size() : 0));
}

// "FI_A, FI_B" as {"A", "B"}
std::vector<std::string> list(std::string_view text, std::string_view prefix) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    auto const end = std::min(text.find(','), text.size());
    auto part = text.substr(0, end);
    part.remove_prefix(std::min(part.find_first_not_of(" [ "), part.size()));
    while (!part.empty() && (part.back() == ' ' || part.back() == ']')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back(without(part, prefix));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string_view wait_words(wait_kind kind) noexcept { return kind == wait_kind::backoff ? "back-off" : "fd"; }

constexpr provider_facts stranger{};

}  // namespace

info::info(info const& other) : raw_(fi_dupinfo(other.get())) {
  if (!raw_) throw std::bad_alloc();
}

unsigned info::tag_bits() const noexcept {
  return static_cast<unsigned>(std::bit_width(raw_->ep_attr->mem_tag_format));
}

provider_facts const& info::facts() const noexcept {
  auto const* known = facts_of(provider());
  return known ? *known : stranger;
}

offer info::describe() const {
  offer o;
  o.provider = provider();
  o.fabric = raw_->fabric_attr->name ? raw_->fabric_attr->name : "";
  o.domain = raw_->domain_attr->name ? raw_->domain_attr->name : "";
  o.protocol = without(words(&raw_->ep_attr->protocol, FI_TYPE_PROTOCOL), "FI_PROTO_");
  o.protocol_number = raw_->ep_attr->protocol;
  o.protocol_version = raw_->ep_attr->protocol_version;
  o.address_format = without(words(&raw_->addr_format, FI_TYPE_ADDR_FORMAT), "FI_");
  o.max_message = raw_->ep_attr->max_msg_size;
  o.inject = raw_->tx_attr->inject_size;
  o.tag_bits = tag_bits();
  o.wait = wait_words(facts().waits_on);
  o.memory = list(words(&raw_->domain_attr->mr_mode, FI_TYPE_MR_MODE), "FI_MR_");
  o.capabilities = list(words(&raw_->caps, FI_TYPE_CAPS), "FI_");
  return o;
}

std::uint32_t api_version() noexcept {
  constexpr std::uint32_t newest = FI_VERSION(1, 17);  // 2.x gives up threading models and memory modes by name
  constexpr std::uint32_t compiled = FI_VERSION(FI_MAJOR_VERSION, FI_MINOR_VERSION);
  return std::min({newest, compiled, fi_version()});
}

std::string version_text() {
  auto const v = versions();
  return v.compiled + " compiled, " + v.running + " running";
}

request request_for(url const& from) {
  request r;
  r.scheme = from.scheme;
  r.provider = from.query_or("prov", "");
  r.domain = from.query_or("domain", "");
  return r;
}

}  // namespace weft::fabric
