// SPDX-License-Identifier: MIT
#include "errors.hpp"
#include "memory.hpp"
#include "table.hpp"

#include <weft/c/nanomsg/nn.h>

#include <cerrno>
#include <cstdint>

// The functions of nn.h that have no file of their own.
namespace weft::nanomsg {

namespace {

/// Runs `work` with the socket. \return what it returned, the number of an error
template <class Work>
int with(int s, Work&& work) noexcept {
  held const it(s);
  if (!it) return EBADF;
  return guarded([&] { return work(*it); });
}

int answer(int number) noexcept { return number == 0 ? 0 : failed(number); }

}  // namespace

}  // namespace weft::nanomsg

using namespace weft::nanomsg;

extern "C" {

int nn_socket(int domain, int protocol) {
  if (is_terminated()) return failed(ETERM);
  if (domain != AF_SP && domain != AF_SP_RAW) return failed(EAFNOSUPPORT);
  auto const* const k = find_kind(domain, protocol);
  if (!k) return failed(EINVAL);
  int number = -1;
  int const wrong = guarded([&] { return insert(*k, number); });
  return wrong == 0 ? number : failed(wrong);
}

int nn_close(int s) {
  return answer(guarded([&] { return remove(s); }));
}

void nn_term(void) {
  (void)guarded([] {
    terminate();
    return 0;
  });
}

int nn_setsockopt(int s, int level, int option, void const* value, size_t size) {
  return answer(with(s, [&](socket& it) { return it.set(level, option, value, size); }));
}

int nn_getsockopt(int s, int level, int option, void* value, size_t* size) {
  return answer(with(s, [&](socket& it) { return size ? it.get(level, option, value, *size) : EFAULT; }));
}

int nn_bind(int s, char const* address) {
  int id = 0;
  int const wrong = with(s, [&](socket& it) { return it.bind(address, id); });
  return wrong == 0 ? id : failed(wrong);
}

int nn_connect(int s, char const* address) {
  int id = 0;
  int const wrong = with(s, [&](socket& it) { return it.connect(address, id); });
  return wrong == 0 ? id : failed(wrong);
}

int nn_shutdown(int s, int id) {
  return answer(with(s, [&](socket& it) { return it.shutdown(id); }));
}

uint64_t nn_get_statistic(int s, int which) {
  std::uint64_t value = 0;
  int const number = with(s, [&](socket& it) { return it.statistic(which, value); });
  if (number == 0) return value;
  return static_cast<std::uint64_t>(failed(number));
}

void* nn_allocmsg(size_t size, int type) {
  void* const p = type == 0 ? allocate(size) : nullptr;
  if (!p) errno = type == 0 ? ENOMEM : EINVAL;
  return p;
}

void* nn_reallocmsg(void* msg, size_t size) {
  void* const p = reallocate(msg, size);
  if (!p) errno = size_of(msg) ? ENOMEM : EFAULT;
  return p;
}

int nn_freemsg(void* msg) { return release(msg) ? 0 : failed(EFAULT); }
}
