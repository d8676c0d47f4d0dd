// SPDX-License-Identifier: MIT
#include "fabric/memory.hpp"

#include "fabric/endpoint.hpp"
#include "fabric/error.hpp"

#include <atomic>
#include <cstdint>

namespace weft::fabric {

namespace {

// Where the provider does not make keys up itself, no two regions of a domain may have the same one.
std::uint64_t next_key() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

setup<region> region::make(rdm_endpoint const& at, std::span<std::byte> memory) {
  auto const& in = at.domain();
  if (!in.info().registers_locally()) return region();
  auto mr = open<fid_mr>("fi_mr_reg", [&](auto** out) {
    return fi_mr_reg(in.get(), memory.data(), memory.size(), FI_SEND | FI_RECV, 0, next_key(), 0, out, nullptr);
  });
  if (!mr) return mr.error();
  if (in.info()->domain_attr->mr_mode & FI_MR_ENDPOINT) {
    if (long const rc = fi_mr_bind(mr->get(), &at.get()->fid, 0); rc < 0) return failed("fi_mr_bind", rc);
    if (long const rc = fi_mr_enable(mr->get()); rc < 0) return failed("fi_mr_enable", rc);
  }
  return region(*std::move(mr));
}

}  // namespace weft::fabric
