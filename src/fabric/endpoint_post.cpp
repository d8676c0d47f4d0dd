// SPDX-License-Identifier: MIT
// The posting calls of messages: checks, and the one of libfabric's calls that does it with the least.
#include <weft/error.hpp>
#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"
#include "fabric/pieces.hpp"

#include <rdma/fi_tagged.h>

#include <algorithm>

namespace weft::fabric {

namespace {

// shm of 1.17 calls its full receive queue a lack of memory.
std::error_code receive_error(long rc) noexcept { return error(rc == -FI_ENOMEM ? -FI_EAGAIN : rc); }

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
  bool const registered = is_registered(b);
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
  bool const registered = is_registered(b);
  if (objects(0, registered, o.tag.has_value())) [[unlikely]]
    return objection(0, registered, o.tag.has_value());
  if (misdirects(o)) [[unlikely]]
    return misuse::not_offered;
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
  if (misdirects(o)) return misuse::not_offered;
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

}  // namespace weft::fabric
