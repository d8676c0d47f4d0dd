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

std::string_view view(char const* text) noexcept { return text ? text : ""; }

raw_address bytes_of(void const* data, std::size_t size) {
  auto const* first = static_cast<std::byte const*>(data);
  return data ? raw_address(first, first + size) : raw_address();
}

}  // namespace

info::info(info const& other) : raw_(fi_dupinfo(other.native_handle())) {
  if (!raw_) throw std::bad_alloc();
}

void info::free_info::operator()(fi_info* i) const noexcept { fi_freeinfo(i); }

std::string_view info::provider() const noexcept { return view(raw_->fabric_attr->prov_name); }
std::string_view info::fabric_name() const noexcept { return view(raw_->fabric_attr->name); }
std::string_view info::domain_name() const noexcept { return view(raw_->domain_attr->name); }
endpoint_type info::type() const noexcept { return static_cast<endpoint_type>(raw_->ep_attr->type); }
capability info::capabilities() const noexcept { return capability(raw_->caps); }
mode info::mode() const noexcept { return fabric::mode(raw_->mode); }
memory_mode info::memory_modes() const noexcept {
  return memory_mode(static_cast<std::uint32_t>(raw_->domain_attr->mr_mode));
}
ordering info::orders() const noexcept { return ordering(raw_->tx_attr->msg_order & raw_->rx_attr->msg_order); }
std::size_t info::inject_limit() const noexcept { return raw_->tx_attr->inject_size; }
std::size_t info::max_message() const noexcept { return raw_->ep_attr->max_msg_size; }
std::size_t info::iov_limit() const noexcept { return std::max<std::size_t>(raw_->tx_attr->iov_limit, 1); }
std::size_t info::receive_iov_limit() const noexcept { return std::max<std::size_t>(raw_->rx_attr->iov_limit, 1); }
std::size_t info::mr_iov_limit() const noexcept { return std::max<std::size_t>(raw_->domain_attr->mr_iov_limit, 1); }
std::size_t info::key_bytes() const noexcept { return raw_->domain_attr->mr_key_size; }
std::size_t info::data_bytes() const noexcept { return raw_->domain_attr->cq_data_size; }
std::size_t info::send_depth() const noexcept { return raw_->tx_attr->size; }
std::size_t info::receive_depth() const noexcept { return raw_->rx_attr->size; }

raw_address info::source() const { return bytes_of(raw_->src_addr, raw_->src_addrlen); }
raw_address info::destination() const { return bytes_of(raw_->dest_addr, raw_->dest_addrlen); }

unsigned info::tag_bits() const noexcept {
  return static_cast<unsigned>(std::bit_width(raw_->ep_attr->mem_tag_format));
}

provider_facts const& facts_of(info const& i) noexcept {
  auto const* known = facts_of(i.provider());
  return known ? *known : stranger;
}

offer info::describe() const {
  offer o;
  o.provider = provider();
  o.fabric = fabric_name();
  o.domain = domain_name();
  o.endpoint = without(words(&raw_->ep_attr->type, FI_TYPE_EP_TYPE), "FI_EP_");
  o.protocol = without(words(&raw_->ep_attr->protocol, FI_TYPE_PROTOCOL), "FI_PROTO_");
  o.protocol_number = raw_->ep_attr->protocol;
  o.protocol_version = raw_->ep_attr->protocol_version;
  o.address_format = without(words(&raw_->addr_format, FI_TYPE_ADDR_FORMAT), "FI_");
  o.max_message = raw_->ep_attr->max_msg_size;
  o.inject = raw_->tx_attr->inject_size;
  o.tag_bits = tag_bits();
  o.wait = wait_words(facts_of(*this).waits_on);
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
  r.endpoint = from.query_or("ep", "");
  r.rendezvous = from.query_or("rendezvous", "");
  return r;
}

}  // namespace weft::fabric
