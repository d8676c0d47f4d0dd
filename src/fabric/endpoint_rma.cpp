// SPDX-License-Identifier: MIT
// The posting calls on a peer's memory.
#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"
#include "fabric/pieces.hpp"

#include <rdma/fi_atomic.h>
#include <rdma/fi_rma.h>

#include <algorithm>

namespace weft::fabric {

// Nothing to say costs less than an error_code that says nothing.
std::optional<std::error_code> endpoint::rma_objection(std::size_t count, bool registered, peer at) const noexcept {
  if (!has_rma_) return misuse::not_offered;
  if (count > std::min(iov_limit_, most_pieces)) return misuse::too_many_pieces;
  if (registers_ && !registered) return misuse::not_registered;
  if (goes_nowhere(at)) return nowhere();
  return {};
}

std::error_code endpoint::post_read(operation& op, mutable_buffer b, remote_memory const& r) noexcept {
  if (auto const why = rma_objection(1, is_registered(b), r.at)) return *why;
  return error(fi_read(endpoint_.get(), b.bytes.data(), b.bytes.size(), native(b.registered), number_of(r.at),
                       r.address, r.key, op.native_handle()));
}

std::error_code endpoint::post_read(operation& op, std::span<mutable_buffer const> all,
                                    remote_memory const& r) noexcept {
  if (auto const why = rma_objection(all.size(), measure(all).registered, r.at)) return *why;
  pieces p(all);
  return error(fi_readv(endpoint_.get(), p.iov.data(), p.descriptors.data(), p.count, number_of(r.at), r.address, r.key,
                        op.native_handle()));
}

std::error_code endpoint::post_write(operation& op, const_buffer b, remote_memory const& r) noexcept {
  if (r.data || r.flags != operation_flag::none) return post_write(op, std::span<const_buffer const>(&b, 1), r);
  if (auto const why = rma_objection(1, is_registered(b), r.at)) return *why;
  return error(fi_write(endpoint_.get(), b.bytes.data(), b.bytes.size(), native(b.registered), number_of(r.at),
                        r.address, r.key, op.native_handle()));
}

std::error_code endpoint::post_write(operation& op, std::span<const_buffer const> all,
                                     remote_memory const& r) noexcept {
  auto const [bytes, registered] = measure(all);
  if (auto const why = rma_objection(all.size(), registered, r.at)) return *why;
  pieces p(all);
  auto* const ep = endpoint_.get();
  auto* const context = op.native_handle();
  if (!r.data && r.flags == operation_flag::none)
    return error(
        fi_writev(ep, p.iov.data(), p.descriptors.data(), p.count, number_of(r.at), r.address, r.key, context));
  fi_rma_iov const there{.addr = r.address, .len = bytes, .key = r.key};
  fi_msg_rma const m{p.iov.data(), p.descriptors.data(), p.count, number_of(r.at), &there, 1,
                     context,      r.data.value_or(0)};
  return error(fi_writemsg(ep, &m, native(r.flags) | data_flag(r.data) | FI_COMPLETION));
}

/// Above its limit, sockets of 1.17 reads beyond the peer's memory, and shm says for ever that it is to be tried again.
std::error_code endpoint::atomic_objection(atomic_request const& a, atomic_form form) const noexcept {
  if (!has_atomic_) return misuse::not_offered;
  if (goes_nowhere(a.at.at)) return nowhere();
  auto const most = atomic_limit(a.type, a.op, form);
  if (most == 0) return misuse::not_offered;
  return a.count <= most ? std::error_code() : make_error_code(std::errc::message_size);
}

std::error_code endpoint::post_atomic(operation& op, atomic_request const& a) noexcept {
  if (auto const why = atomic_objection(a, atomic_form::plain)) return why;
  auto const type = static_cast<fi_datatype>(a.type);
  auto const what = static_cast<fi_op>(a.op);
  auto* d = native(a.operand.registered);
  if (a.at.flags == operation_flag::none)
    return error(fi_atomic(endpoint_.get(), a.operand.bytes.data(), a.count, d, number_of(a.at.at), a.at.address,
                           a.at.key, type, what, op.native_handle()));
  fi_ioc const here{.addr = const_cast<std::byte*>(a.operand.bytes.data()), .count = a.count};
  fi_rma_ioc const there{.addr = a.at.address, .count = a.count, .key = a.at.key};
  fi_msg_atomic const m{&here, &d, 1, number_of(a.at.at), &there, 1, type, what, op.native_handle(), 0};
  return error(fi_atomicmsg(endpoint_.get(), &m, native(a.at.flags) | FI_COMPLETION));
}

std::error_code endpoint::post_fetch_atomic(operation& op, atomic_request const& a) noexcept {
  if (auto const why = atomic_objection(a, atomic_form::fetch)) return why;
  return error(fi_fetch_atomic(endpoint_.get(), a.operand.bytes.data(), a.count, native(a.operand.registered),
                               a.result.bytes.data(), native(a.result.registered), number_of(a.at.at), a.at.address,
                               a.at.key, static_cast<fi_datatype>(a.type), static_cast<fi_op>(a.op),
                               op.native_handle()));
}

std::error_code endpoint::post_compare_atomic(operation& op, atomic_request const& a) noexcept {
  if (auto const why = atomic_objection(a, atomic_form::compare)) return why;
  return error(fi_compare_atomic(endpoint_.get(), a.operand.bytes.data(), a.count, native(a.operand.registered),
                                 a.compare.bytes.data(), native(a.compare.registered), a.result.bytes.data(),
                                 native(a.result.registered), number_of(a.at.at), a.at.address, a.at.key,
                                 static_cast<fi_datatype>(a.type), static_cast<fi_op>(a.op), op.native_handle()));
}

std::size_t endpoint::atomic_limit(datatype type, atomic_op op, atomic_form form) const noexcept {
  if (!has_atomic_) return 0;
  std::size_t count = 0;
  auto const t = static_cast<fi_datatype>(type);
  auto const o = static_cast<fi_op>(op);
  auto* const ep = endpoint_.get();
  int const rc = form == atomic_form::plain   ? fi_atomicvalid(ep, t, o, &count)
                 : form == atomic_form::fetch ? fi_fetch_atomicvalid(ep, t, o, &count)
                                              : fi_compare_atomicvalid(ep, t, o, &count);
  return rc < 0 ? 0 : count;
}

}  // namespace weft::fabric
