// SPDX-License-Identifier: MIT
#include "control.hpp"

#include "memory.hpp"

#include <arpa/inet.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

namespace weft::nanomsg {

namespace {

/// Where the control data is.
std::span<std::byte> data_of(nn_msghdr const& h) noexcept {
  if (!h.msg_control) return {};
  if (h.msg_controllen != NN_MSG) return {static_cast<std::byte*>(h.msg_control), h.msg_controllen};
  void* const p = *static_cast<void**>(h.msg_control);
  return {static_cast<std::byte*>(p), size_of(p).value_or(0)};
}

int to_words(std::span<std::byte const> bytes, header& to) {
  constexpr std::size_t word = sizeof(std::uint32_t);
  if (bytes.size() % word != 0 || bytes.size() / word >= header::capacity) return EINVAL;
  for (; !bytes.empty(); bytes = bytes.subspan(word)) {
    std::uint32_t w;
    std::memcpy(&w, bytes.data(), word);
    to.push(ntohl(w));
  }
  return 0;
}

}  // namespace

int read_control(nn_msghdr const& h, header& to) {
  for (auto* c = NN_CMSG_FIRSTHDR(&h); c; c = NN_CMSG_NXTHDR(&h, c)) {
    if (c->cmsg_level != PROTO_SP || c->cmsg_type != SP_HDR) continue;
    if (c->cmsg_len < NN_CMSG_SPACE(sizeof(std::size_t))) return EINVAL;
    auto const room = c->cmsg_len - NN_CMSG_SPACE(sizeof(std::size_t));
    std::size_t size;
    std::memcpy(&size, NN_CMSG_DATA(c), sizeof size);
    if (size > room) return EINVAL;
    return to_words({reinterpret_cast<std::byte const*>(NN_CMSG_DATA(c)) + sizeof size, size}, to);
  }
  return 0;
}

void write_control(nn_msghdr& h, header const& from) {
  if (!h.msg_control) return;
  std::size_t const size = from.size() * sizeof(std::uint32_t);
  std::size_t const space = NN_CMSG_SPACE(sizeof(std::size_t) + size);
  if (h.msg_controllen == NN_MSG) {
    void* const p = allocate(space);
    if (!p) throw std::bad_alloc();
    *static_cast<void**>(h.msg_control) = p;
  }
  auto const all = data_of(h);
  if (all.size() < space) return;
  nn_cmsghdr const c{.cmsg_len = space, .cmsg_level = PROTO_SP, .cmsg_type = SP_HDR};
  auto* out = all.data();
  std::memset(out, 0, space);
  std::memcpy(out, &c, sizeof c);
  std::memcpy(out += sizeof c, &size, sizeof size);
  out += sizeof size;
  for (auto const w : from.words()) {
    std::uint32_t const wire = htonl(w);
    std::memcpy(out, &wire, sizeof wire);
    out += sizeof wire;
  }
}

}  // namespace weft::nanomsg

extern "C" nn_cmsghdr* nn_cmsg_nxthdr_(nn_msghdr const* h, nn_cmsghdr const* before) {
  if (!h) return nullptr;
  auto const all = weft::nanomsg::data_of(*h);
  std::size_t at = 0;
  if (before) {
    at = static_cast<std::size_t>(reinterpret_cast<std::byte const*>(before) - all.data());
    if (at > all.size() || before->cmsg_len > all.size() - at || before->cmsg_len < NN_CMSG_SPACE(0)) return nullptr;
    at += NN_CMSG_ALIGN_(before->cmsg_len);
  }
  if (at > all.size() || all.size() - at < NN_CMSG_SPACE(0)) return nullptr;
  auto* const next = reinterpret_cast<nn_cmsghdr*>(all.data() + at);
  if (next->cmsg_len > all.size() - at) return nullptr;
  return next;
}
