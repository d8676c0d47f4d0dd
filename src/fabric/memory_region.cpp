// SPDX-License-Identifier: MIT
#include <weft/fabric/domain.hpp>
#include <weft/fabric/endpoint.hpp>
#include <weft/fabric/error.hpp>
#include <weft/fabric/memory.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <sys/uio.h>

#include <atomic>
#include <bit>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::fabric {

namespace {

// Where the provider does not make keys up itself, no two regions of a domain may have the same one.
std::uint64_t next_key() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::vector<iovec> to_iovecs(std::span<std::span<std::byte> const> pieces) {
  std::vector<iovec> all;
  for (auto const& p : pieces) all.push_back({.iov_base = p.data(), .iov_len = p.size()});
  return all;
}

// Local operations are local accesses where the provider checks them; elsewhere the bits change nothing.
memory_access with_local(memory_access wanted, info const& i) noexcept {
  if (!i.registers_locally()) return wanted;
  return wanted | memory_access::send | memory_access::recv | memory_access::read | memory_access::write;
}

std::string words(memory_access allowed) {
  constexpr std::pair<memory_access, std::string_view> names[] = {{memory_access::send, "send"},
                                                                  {memory_access::recv, "recv"},
                                                                  {memory_access::read, "read"},
                                                                  {memory_access::write, "write"},
                                                                  {memory_access::remote_read, "remote_read"},
                                                                  {memory_access::remote_write, "remote_write"}};
  std::string text;
  for (auto const& [bit, name] : names)
    if (has(allowed, bit)) text += (text.empty() ? "" : ", ") + std::string(name);
  return text.empty() ? "nothing" : text;
}

}  // namespace

struct memory_region::state {
  std::shared_ptr<domain const> in;
  std::vector<std::byte> own;
  std::span<std::byte> first;
  std::size_t size = 0;
  std::size_t pieces = 0;
  memory_access allowed = memory_access::none;
  std::uint64_t address = 0;
  handle<fid_mr> mr;  // ends before the memory does
};

setup<memory_region> memory_region::make(std::shared_ptr<domain const> in, std::span<std::byte> memory,
                                         memory_access allowed, region_options const& options) {
  std::span<std::byte> const one[] = {memory};
  return make(std::move(in), std::span(one), allowed, options);
}

setup<memory_region> memory_region::make(std::shared_ptr<domain const> in, std::span<std::span<std::byte> const> pieces,
                                         memory_access allowed, region_options const& options) {
  auto s = std::make_shared<state>();
  s->in = std::move(in);
  return make(std::move(s), pieces, allowed, options);
}

setup<memory_region> memory_region::allocate(std::shared_ptr<domain const> in, std::size_t bytes, memory_access allowed,
                                             region_options const& options) {
  auto s = std::make_shared<state>();
  s->in = std::move(in);
  s->own.resize(bytes);
  std::span<std::byte> const one[] = {s->own};
  return make(std::move(s), std::span(one), allowed, options);
}

setup<memory_region> memory_region::make(std::shared_ptr<state> s, std::span<std::span<std::byte> const> pieces,
                                         memory_access allowed, region_options const& options) {
  auto const& i = s->in->info();
  for (auto const& p : pieces) s->size += p.size();
  if (s->size == 0) return failure{std::make_error_code(std::errc::invalid_argument), "an empty memory region"};
  if (pieces.size() > i.mr_iov_limit())
    return failure{misuse::too_many_pieces, "provider " + std::string(i.provider()) + " registers " +
                                                std::to_string(i.mr_iov_limit()) + " segments at once, not " +
                                                std::to_string(pieces.size())};
  s->allowed = with_local(allowed, i);
  s->first = pieces.front();
  s->pieces = pieces.size();
  auto const iov = to_iovecs(pieces);
  auto mr = fabric::open<fid_mr>("fi_mr_regv", [&](auto** out) {
    return fi_mr_regv(s->in->native_handle(), iov.data(), iov.size(), static_cast<std::uint64_t>(s->allowed),
                      options.offset, options.key.value_or(next_key()), 0, out, nullptr);
  });
  if (!mr) return mr.error();
  if (options.belongs_to && i.requires_memory(memory_mode::endpoint)) {
    if (long const rc = fi_mr_bind(mr->get(), &options.belongs_to->native_handle()->fid, 0); rc < 0)
      return failed("fi_mr_bind", rc);
    if (long const rc = fi_mr_enable(mr->get()); rc < 0) return failed("fi_mr_enable", rc);
  }
  s->address =
      i.requires_memory(memory_mode::virt_addr) ? reinterpret_cast<std::uintptr_t>(s->first.data()) : options.offset;
  s->mr = *std::move(mr);
  memory_region made;
  made.state_ = std::move(s);
  return made;
}

descriptor memory_region::local() const noexcept {
  return state_ ? std::bit_cast<descriptor>(fi_mr_desc(state_->mr.get())) : descriptor::none;
}
std::uint64_t memory_region::key() const noexcept { return state_ ? fi_mr_key(state_->mr.get()) : FI_KEY_NOTAVAIL; }
std::uint64_t memory_region::address() const noexcept { return state_ ? state_->address : 0; }
std::size_t memory_region::size() const noexcept { return state_ ? state_->size : 0; }
std::span<std::byte> memory_region::bytes() const noexcept { return state_ ? state_->first : std::span<std::byte>(); }
bool memory_region::allows(memory_access a) const noexcept { return state_ && has(state_->allowed, a); }
fid_mr* memory_region::native_handle() const noexcept { return state_ ? state_->mr.get() : nullptr; }

std::string memory_region::describe() const {
  if (!state_) return "no memory";
  std::ostringstream text;
  text << state_->in->info().provider() << ": " << state_->size << " bytes in " << state_->pieces
       << (state_->pieces == 1 ? " piece" : " pieces") << ", for " << words(state_->allowed) << std::hex
       << std::showbase << "; key " << key() << ", address " << address() << ", descriptor "
       << static_cast<std::uintptr_t>(local());
  return text.str();
}

}  // namespace weft::fabric
