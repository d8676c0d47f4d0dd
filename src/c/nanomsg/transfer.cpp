// SPDX-License-Identifier: MIT
#include "control.hpp"
#include "errors.hpp"
#include "memory.hpp"
#include "table.hpp"

#include <weft/c/nanomsg/nn.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <span>

// nn_send(), nn_recv() and their forms with vectors and control data.
namespace weft::nanomsg {

namespace {

constexpr std::size_t most = std::numeric_limits<int>::max();  // what a call can return

/// The body is the pieces, one behind the other.
int gather(std::span<nn_iovec const> pieces, message& to) {
  std::size_t size = 0;
  for (auto const& p : pieces) {
    if (p.iov_len == NN_MSG) return EINVAL;
    if (!p.iov_base && p.iov_len > 0) return EFAULT;
    if (p.iov_len > most - size) return EINVAL;
    size += p.iov_len;
  }
  to = message::uninitialized(size);
  auto* out = to.mutable_body().data();
  for (auto const& p : pieces) {
    if (p.iov_len == 0) continue;
    std::memcpy(out, p.iov_base, p.iov_len);
    out += p.iov_len;
  }
  return 0;
}

/// Fills the pieces with the body, as far as they go.
void scatter(std::span<std::byte const> body, std::span<nn_iovec const> pieces) noexcept {
  for (auto const& p : pieces) {
    auto const n = std::min(p.iov_len, body.size());
    if (n > 0) std::memcpy(p.iov_base, body.data(), n);
    body = body.subspan(n);
  }
}

bool changes_hands(std::span<nn_iovec const> pieces) noexcept {
  return pieces.size() == 1 && pieces[0].iov_len == NN_MSG;
}

int send(socket& to, message& m, nn_msghdr const* control, int flags) {
  if (control)
    if (int const failed = read_control(*control, to.what().domain == AF_SP_RAW, m)) return failed;
  int const failed = to.send(m, (flags & NN_DONTWAIT) == 0);
  if (failed == 0 && control && control->msg_control && control->msg_controllen == NN_MSG)
    release(*static_cast<void**>(control->msg_control));
  return failed;
}

/// `sent`: bytes.
int send(socket& to, std::span<nn_iovec const> pieces, nn_msghdr const* control, int flags, int& sent) {
  if (!changes_hands(pieces)) {
    message m;
    if (int const failed = gather(pieces, m)) return failed;
    sent = static_cast<int>(m.size());
    return send(to, m, control, flags);
  }
  if (!pieces[0].iov_base) return EFAULT;
  lent_message lent(*static_cast<void**>(pieces[0].iov_base));
  if (!lent.valid()) return EFAULT;
  if (lent.get().size() > most) return EMSGSIZE;
  sent = static_cast<int>(lent.get().size());
  int const failed = send(to, lent.get(), control, flags);
  if (failed != 0) return failed;
  lent.commit();
  return 0;
}

int refuse(std::span<nn_iovec const> pieces) noexcept {
  if (changes_hands(pieces)) return pieces[0].iov_base ? 0 : EFAULT;
  for (auto const& p : pieces) {
    if (p.iov_len == NN_MSG) return EINVAL;
    if (!p.iov_base && p.iov_len > 0) return EFAULT;
  }
  return 0;
}

/// `received`: bytes of the message, though there may have been room for fewer.
int receive(socket& from, std::span<nn_iovec const> pieces, nn_msghdr* control, int flags, int& received) {
  if (int const failed = refuse(pieces)) return failed;
  message m;
  if (int const failed = from.receive(m, (flags & NN_DONTWAIT) == 0)) return failed;
  received = static_cast<int>(std::min(m.size(), most));
  if (control) write_control(*control, from.what().domain == AF_SP_RAW, m);
  if (changes_hands(pieces))
    *static_cast<void**>(pieces[0].iov_base) = give_out(std::move(m));
  else
    scatter(m.body(), pieces);
  return 0;
}

/// What is wrong with a nn_msghdr, or 0.
int check(nn_msghdr const* h) noexcept {
  if (!h) return EINVAL;
  if (h->msg_iovlen < 0) return EMSGSIZE;
  if (!h->msg_iov && h->msg_iovlen > 0) return EFAULT;
  return 0;
}

std::span<nn_iovec const> pieces_of(nn_msghdr const& h) noexcept {
  return {h.msg_iov, static_cast<std::size_t>(h.msg_iovlen)};
}

}  // namespace

}  // namespace weft::nanomsg

using namespace weft::nanomsg;

extern "C" {

int nn_send(int s, void const* data, size_t size, int flags) {
  held const it(s);
  if (!it) return failed(EBADF);
  nn_iovec const piece{const_cast<void*>(data), size};
  int sent = 0;
  int const number = guarded([&] { return send(*it, {&piece, 1}, nullptr, flags, sent); });
  return number == 0 ? sent : failed(number);
}

int nn_recv(int s, void* data, size_t size, int flags) {
  held const it(s);
  if (!it) return failed(EBADF);
  nn_iovec const piece{data, size};
  int received = 0;
  int const number = guarded([&] { return receive(*it, {&piece, 1}, nullptr, flags, received); });
  return number == 0 ? received : failed(number);
}

int nn_sendmsg(int s, nn_msghdr const* h, int flags) {
  held const it(s);
  if (!it) return failed(EBADF);
  if (int const wrong = check(h)) return failed(wrong);
  int sent = 0;
  int const number = guarded([&] { return send(*it, pieces_of(*h), h, flags, sent); });
  return number == 0 ? sent : failed(number);
}

int nn_recvmsg(int s, nn_msghdr* h, int flags) {
  held const it(s);
  if (!it) return failed(EBADF);
  if (int const wrong = check(h)) return failed(wrong);
  int received = 0;
  int const number = guarded([&] { return receive(*it, pieces_of(*h), h, flags, received); });
  return number == 0 ? received : failed(number);
}
}
