// SPDX-License-Identifier: MIT
// The posting calls: checks, and the one of libfabric's calls that does it with the least.
#include <weft/error.hpp>
#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"

#include <rdma/fi_atomic.h>
#include <rdma/fi_rma.h>
#include <rdma/fi_tagged.h>
#include <sys/uio.h>

#include <array>
#include <bit>
#include <cstring>

namespace weft::fabric {

namespace {

// No provider takes more pieces than that.
constexpr std::size_t most_pieces = 16;

fi_addr_t number_of(peer p) noexcept { return static_cast<fi_addr_t>(p); }
void* native(descriptor d) noexcept { return std::bit_cast<void*>(d); }
std::uint64_t native(operation_flag f) noexcept { return static_cast<std::uint64_t>(f); }

/// Pieces as libfabric wants them.
template <class Buffer>
struct pieces {
  explicit pieces(std::span<Buffer const> all) noexcept : count(all.size()) {
    for (std::size_t i = 0; i != count; ++i) {
      iov[i] = {.iov_base = const_cast<std::byte*>(all[i].bytes.data()), .iov_len = all[i].bytes.size()};
      descriptors[i] = native(all[i].registered);
    }
  }
  std::array<iovec, most_pieces> iov;
  std::array<void*, most_pieces> descriptors;
  std::size_t count;
};

struct measured {
  std::size_t bytes = 0;
  bool registered = true;
};

template <class Buffer>
measured measure(std::span<Buffer const> all) noexcept {
  measured m;
  for (auto const& b : all) {
    m.bytes += b.bytes.size();
    m.registered &= b.registered != descriptor::none || b.bytes.empty();
  }
  return m;
}

// shm of 1.17 calls its full receive queue a lack of memory.
std::error_code receive_error(long rc) noexcept { return error(rc == -FI_ENOMEM ? -FI_EAGAIN : rc); }

constexpr std::uint64_t data_flag(std::optional<std::uint64_t> const& data) noexcept {
  return data ? FI_REMOTE_CQ_DATA : 0;
}

std::error_code nowhere() noexcept { return make_error_code(std::errc::destination_address_required); }

}  // namespace

// To ask first costs less than to make and look at an error_code that says nothing.
bool endpoint::objects(std::size_t bytes, bool registered, bool tagged) const noexcept {
  return !(tagged ? has_tagged_ : has_msg_) || (registers_ && !registered) || bytes > max_message_;
}

std::error_code endpoint::objection(std::size_t bytes, bool registered, bool tagged) const noexcept {
  if (tagged ? !has_tagged_ : !has_msg_) return misuse::not_offered;
  if (registers_ && !registered) return misuse::not_registered;
  if (bytes > max_message_) return errc::message_too_large;
  return {};
}

std::error_code endpoint::post_send(operation& op, const_buffer b, target const& t) noexcept {
  bool const registered = b.registered != descriptor::none || b.bytes.empty();
  if (objects(b.bytes.size(), registered, t.tag.has_value())) [[unlikely]]
    return objection(b.bytes.size(), registered, t.tag.has_value());
  if (goes_nowhere(t.to)) return nowhere();
  if (t.flags != operation_flag::none) return post_send(op, std::span<const_buffer const>(&b, 1), t);
  auto* const ep = endpoint_.get();
  auto const* data = b.bytes.data();
  auto const n = b.bytes.size();
  auto* const d = native(b.registered);
  auto const to = number_of(t.to);
  auto* const context = op.native_handle();
  if (t.tag)
    return error(t.data ? fi_tsenddata(ep, data, n, d, *t.data, to, *t.tag, context)
                        : fi_tsend(ep, data, n, d, to, *t.tag, context));
  return error(t.data ? fi_senddata(ep, data, n, d, *t.data, to, context) : fi_send(ep, data, n, d, to, context));
}

std::error_code endpoint::post_send(operation& op, std::span<const_buffer const> all, target const& t) noexcept {
  if (all.size() > std::min(iov_limit_, most_pieces)) return misuse::too_many_pieces;
  auto const [bytes, registered] = measure(all);
  if (auto const why = objection(bytes, registered, t.tag.has_value())) return why;
  if (goes_nowhere(t.to)) return nowhere();
  pieces p(all);
  auto* const ep = endpoint_.get();
  auto const to = number_of(t.to);
  auto* const context = op.native_handle();
  auto const flags = native(t.flags) | data_flag(t.data);
  auto const data = t.data.value_or(0);
  // A call with flags takes no default ones: it says itself that it wants a completion.
  if (t.tag) {
    if (flags == 0) return error(fi_tsendv(ep, p.iov.data(), p.descriptors.data(), p.count, to, *t.tag, context));
    fi_msg_tagged const m{p.iov.data(), p.descriptors.data(), p.count, to, *t.tag, 0, context, data};
    return error(fi_tsendmsg(ep, &m, flags | FI_COMPLETION));
  }
  if (flags == 0) return error(fi_sendv(ep, p.iov.data(), p.descriptors.data(), p.count, to, context));
  fi_msg const m{p.iov.data(), p.descriptors.data(), p.count, to, context, data};
  return error(fi_sendmsg(ep, &m, flags | FI_COMPLETION));
}

std::error_code endpoint::inject(std::span<std::byte const> bytes, target const& t) noexcept {
  if (t.tag ? !has_tagged_ : !has_msg_) return misuse::not_offered;
  if (bytes.size() > inject_limit_) return errc::message_too_large;
  if (goes_nowhere(t.to)) return nowhere();
  auto* const ep = endpoint_.get();
  auto const to = number_of(t.to);
  if (t.tag)
    return error(t.data ? fi_tinjectdata(ep, bytes.data(), bytes.size(), *t.data, to, *t.tag)
                        : fi_tinject(ep, bytes.data(), bytes.size(), to, *t.tag));
  return error(t.data ? fi_injectdata(ep, bytes.data(), bytes.size(), *t.data, to)
                      : fi_inject(ep, bytes.data(), bytes.size(), to));
}

std::error_code endpoint::post_receive(operation& op, mutable_buffer b, origin const& o) noexcept {
  if (o.flags != operation_flag::none) return post_receive(op, std::span<mutable_buffer const>(&b, 1), o);
  bool const registered = b.registered != descriptor::none || b.bytes.empty();
  if (objects(0, registered, o.tag.has_value())) [[unlikely]]
    return objection(0, registered, o.tag.has_value());
  auto* const ep = endpoint_.get();
  auto* const d = native(b.registered);
  auto const from = number_of(o.from);
  auto* const context = op.native_handle();
  return receive_error(o.tag ? fi_trecv(ep, b.bytes.data(), b.bytes.size(), d, from, *o.tag, o.ignore, context)
                             : fi_recv(ep, b.bytes.data(), b.bytes.size(), d, from, context));
}

std::error_code endpoint::post_receive(operation& op, std::span<mutable_buffer const> all, origin const& o) noexcept {
  if (all.size() > std::min(receive_iov_limit_, most_pieces)) return misuse::too_many_pieces;
  if (auto const why = objection(0, measure(all).registered, o.tag.has_value())) return why;
  if (has(o.flags, operation_flag::multi_recv) && !supports(capability::multi_recv)) return misuse::not_offered;
  pieces p(all);
  auto* const ep = endpoint_.get();
  auto const from = number_of(o.from);
  auto* const context = op.native_handle();
  auto const flags = native(o.flags);
  if (o.tag) {
    if (flags == 0)
      return receive_error(fi_trecvv(ep, p.iov.data(), p.descriptors.data(), p.count, from, *o.tag, o.ignore, context));
    fi_msg_tagged const m{p.iov.data(), p.descriptors.data(), p.count, from, *o.tag, o.ignore, context, 0};
    return receive_error(fi_trecvmsg(ep, &m, flags | FI_COMPLETION));
  }
  if (flags == 0) return receive_error(fi_recvv(ep, p.iov.data(), p.descriptors.data(), p.count, from, context));
  fi_msg const m{p.iov.data(), p.descriptors.data(), p.count, from, context, 0};
  return receive_error(fi_recvmsg(ep, &m, flags | FI_COMPLETION));
}

std::error_code endpoint::post_read(operation& op, mutable_buffer b, remote_memory const& r) noexcept {
  if (!has_rma_) return misuse::not_offered;
  if (registers_ && b.registered == descriptor::none) return misuse::not_registered;
  if (goes_nowhere(r.at)) return nowhere();
  return error(fi_read(endpoint_.get(), b.bytes.data(), b.bytes.size(), native(b.registered), number_of(r.at),
                       r.address, r.key, op.native_handle()));
}

std::error_code endpoint::post_write(operation& op, const_buffer b, remote_memory const& r) noexcept {
  if (!has_rma_) return misuse::not_offered;
  if (registers_ && b.registered == descriptor::none) return misuse::not_registered;
  if (goes_nowhere(r.at)) return nowhere();
  if (!r.data && r.flags == operation_flag::none)
    return error(fi_write(endpoint_.get(), b.bytes.data(), b.bytes.size(), native(b.registered), number_of(r.at),
                          r.address, r.key, op.native_handle()));
  iovec const local{.iov_base = const_cast<std::byte*>(b.bytes.data()), .iov_len = b.bytes.size()};
  fi_rma_iov const remote{.addr = r.address, .len = b.bytes.size(), .key = r.key};
  void* d = native(b.registered);
  fi_msg_rma const m{&local, &d, 1, number_of(r.at), &remote, 1, op.native_handle(), r.data.value_or(0)};
  return error(fi_writemsg(endpoint_.get(), &m, native(r.flags) | data_flag(r.data) | FI_COMPLETION));
}

std::error_code endpoint::post_atomic(operation& op, atomic_request const& a) noexcept {
  if (!has_atomic_) return misuse::not_offered;
  if (goes_nowhere(a.at.at)) return nowhere();
  return error(fi_atomic(endpoint_.get(), a.operand.bytes.data(), a.count, native(a.operand.registered),
                         number_of(a.at.at), a.at.address, a.at.key, static_cast<fi_datatype>(a.type),
                         static_cast<fi_op>(a.op), op.native_handle()));
}

std::error_code endpoint::post_fetch_atomic(operation& op, atomic_request const& a) noexcept {
  if (!has_atomic_) return misuse::not_offered;
  if (goes_nowhere(a.at.at)) return nowhere();
  return error(fi_fetch_atomic(endpoint_.get(), a.operand.bytes.data(), a.count, native(a.operand.registered),
                               a.result.bytes.data(), native(a.result.registered), number_of(a.at.at), a.at.address,
                               a.at.key, static_cast<fi_datatype>(a.type), static_cast<fi_op>(a.op),
                               op.native_handle()));
}

std::error_code endpoint::post_compare_atomic(operation& op, atomic_request const& a) noexcept {
  if (!has_atomic_) return misuse::not_offered;
  if (goes_nowhere(a.at.at)) return nowhere();
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
