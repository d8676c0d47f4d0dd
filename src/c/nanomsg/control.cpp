// SPDX-License-Identifier: MIT
#include "control.hpp"

#include <weft/c/nanomsg/ws.h>

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

int read_header(nn_cmsghdr const& c, std::byte const* data, header& to) {
  if (c.cmsg_len < NN_CMSG_SPACE(sizeof(std::size_t))) return EINVAL;
  auto const room = c.cmsg_len - NN_CMSG_SPACE(sizeof(std::size_t));
  std::size_t size;
  std::memcpy(&size, data, sizeof size);
  if (size > room) return EINVAL;
  return to_words({data + sizeof size, size}, to);
}

int read_kind(nn_cmsghdr const& c, std::byte const* data, message& to) {
  if (c.cmsg_len < NN_CMSG_LEN(sizeof(std::uint8_t))) return EINVAL;
  auto const kind = std::to_integer<std::uint8_t>(*data);
  if (kind != NN_WS_MSG_TYPE_TEXT && kind != NN_WS_MSG_TYPE_BINARY) return EINVAL;
  to.set_kind(kind == NN_WS_MSG_TYPE_TEXT ? websocket_kind::text : websocket_kind::binary);
  return 0;
}

/// One with so many bytes of data. \return where they go
std::byte* write_one(std::byte* at, int level, int type, std::size_t size) noexcept {
  nn_cmsghdr const c{.cmsg_len = NN_CMSG_SPACE(size), .cmsg_level = level, .cmsg_type = type};
  std::memcpy(at, &c, sizeof c);
  return at + sizeof c;
}

/// \return where the next one goes
std::byte* write_header(std::byte* at, std::span<std::uint32_t const> words) noexcept {
  std::size_t const size = words.size_bytes();
  auto* out = write_one(at, PROTO_SP, SP_HDR, sizeof size + size);
  std::memcpy(out, &size, sizeof size);
  out += sizeof size;
  for (auto const w : words) {
    std::uint32_t const wire = htonl(w);
    std::memcpy(out, &wire, sizeof wire);
    out += sizeof wire;
  }
  return at + NN_CMSG_SPACE(sizeof size + size);
}

}  // namespace

int read_control(nn_msghdr const& h, bool raw, message& to) {
  int failed = 0;
  for (auto* c = NN_CMSG_FIRSTHDR(&h); c && failed == 0; c = NN_CMSG_NXTHDR(&h, c)) {
    auto const* const data = reinterpret_cast<std::byte const*>(NN_CMSG_DATA(c));
    if (raw && to.header().empty() && c->cmsg_level == PROTO_SP && c->cmsg_type == SP_HDR)
      failed = read_header(*c, data, to.header());
    else if (c->cmsg_level == NN_WS && c->cmsg_type == NN_WS_MSG_TYPE)
      failed = read_kind(*c, data, to);
  }
  return failed;
}

void write_control(nn_msghdr& h, bool raw, message const& from) {
  if (!h.msg_control) return;
  auto const words = raw ? from.header().words() : std::span<std::uint32_t const>();
  std::size_t const first = NN_CMSG_SPACE(sizeof(std::size_t) + words.size_bytes());
  std::size_t const second = from.kind() == websocket_kind::unsaid ? 0 : NN_CMSG_SPACE(sizeof(std::uint8_t));
  if (h.msg_controllen == NN_MSG) {
    void* const p = allocate(first + second);
    if (!p) throw std::bad_alloc();
    *static_cast<void**>(h.msg_control) = p;
  }
  auto const all = data_of(h);
  if (all.size() < first) return;
  bool const both = second != 0 && all.size() >= first + second;
  std::memset(all.data(), 0, both ? first + second : first);
  auto* const next = write_header(all.data(), words);
  if (both) *write_one(next, NN_WS, NN_WS_MSG_TYPE, 1) = static_cast<std::byte>(from.kind());
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
