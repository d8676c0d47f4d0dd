// SPDX-License-Identifier: MIT
#include "fabric/frame.hpp"

namespace weft::ofi {

std::optional<transfer_request> transfer_request::read(record const& r) noexcept {
  bool const offered = r.kind == record_kind::offer;
  if (!offered && r.kind != record_kind::request) return {};
  if (r.content.size() != (offered ? offer_on_wire : size_on_wire)) return {};
  auto const* p = r.content.data();
  transfer_request wanted{load<std::uint64_t>(p), load<std::uint32_t>(p + 8)};
  if (offered) wanted.from = {load<std::uint64_t>(p + 12), load<std::uint64_t>(p + 20)};
  return wanted;
}

std::optional<std::uint32_t> read_taken(record const& r) noexcept {
  if (r.kind != record_kind::taken || r.content.size() != 4) return {};
  return load<std::uint32_t>(r.content.data());
}

std::optional<clearance> clearance::read(record const& r) noexcept {
  if (r.kind != record_kind::clear || r.content.size() != size_on_wire) return {};
  auto const* p = r.content.data();
  return clearance{load<std::uint32_t>(p), load<std::uint32_t>(p + 4), load<std::uint64_t>(p + 8),
                   load<std::uint32_t>(p + 16), load<std::uint32_t>(p + 20)};
}

void record_writer::add_request(message const& m, std::uint32_t transfer,
                                std::optional<remote_memory> const& from) noexcept {
  auto const size = from ? transfer_request::offer_on_wire : transfer_request::size_on_wire;
  open(from ? record_kind::offer : record_kind::request, m.header(), size);
  store<std::uint64_t>(at_, m.size());
  store(at_ + 8, transfer);
  if (from) {
    store(at_ + 12, from->address);
    store(at_ + 20, from->key);
  }
  at_ += size;
}

void record_writer::add_taken(std::uint32_t transfer) noexcept {
  open(record_kind::taken, header{}, sizeof transfer);
  store(at_, transfer);
  at_ += sizeof transfer;
}

void record_writer::add_clear(clearance const& c) noexcept {
  open(record_kind::clear, header{}, clearance::size_on_wire);
  store(at_, c.transfer);
  store(at_ + 4, c.first_id);
  store(at_ + 8, c.offset);
  store(at_ + 16, c.chunk);
  store(at_ + 20, c.count);
  at_ += clearance::size_on_wire;
}

}  // namespace weft::ofi
