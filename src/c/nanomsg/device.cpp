// SPDX-License-Identifier: MIT
#include "errors.hpp"
#include "table.hpp"

#include <weft/c/nanomsg/nn.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <stop_token>
#include <thread>

namespace weft::nanomsg {

namespace {

/// What was refused for itself ends there; anything else ends the device.
bool is_of_the_message(int number) noexcept { return number == EINVAL || number == EMSGSIZE; }

/// Carries messages until something fails. \return the number of the error
int carry(socket& from, socket& to, std::stop_token const& stop) noexcept {
  return guarded([&] {
    for (;;) {
      message m;
      if (int const failed = from.receive(m, {.stop = stop, .interruptible = true})) return failed;
      int const failed = to.send(m, {.stop = stop, .interruptible = true});
      if (failed != 0 && !is_of_the_message(failed)) return failed;
    }
  });
}

/// Carries messages, one way or both: then one in this thread, one in another. Ends when a socket is closed.
class device {
 public:
  device(socket& a, socket& b)
      : a_(a),
        b_(b),
        on_close_a_(a.closing(), [this] { stop_.request_stop(); }),
        on_close_b_(b.closing(), [this] { stop_.request_stop(); }) {}

  int one_way() { return reason(carry(a_, b_, stop_.get_token())); }
  int both_ways() {
    std::atomic<int> first{0};
    auto const way = [&](socket& from, socket& to) {
      int const why = carry(from, to, stop_.get_token());
      int nothing = 0;
      first.compare_exchange_strong(nothing, why);
      stop_.request_stop();
    };
    {
      std::jthread const back([&] { way(b_, a_); });
      way(a_, b_);
    }
    return reason(first);
  }

 private:
  int reason(int number) const noexcept { return a_.closed() || b_.closed() ? EBADF : number; }

  socket& a_;
  socket& b_;
  std::stop_source stop_;
  std::stop_callback<std::function<void()>> on_close_a_;
  std::stop_callback<std::function<void()>> on_close_b_;
};

bool can_carry(socket const& from, socket const& to) noexcept { return from.what().receives && to.what().sends; }

/// `alone`: what comes out of `a` goes back in.
int run(socket& a, socket& b, bool alone) {
  if (a.what().domain != AF_SP_RAW || b.what().domain != AF_SP_RAW) return EINVAL;
  if (a.what().protocol / 16 != b.what().protocol / 16) return EINVAL;
  bool const forth = can_carry(a, b);
  bool const back = can_carry(b, a);
  if (!forth && !back) return alone ? ENOTSUP : EINVAL;
  if (forth && back && &a != &b) return device(a, b).both_ways();
  return forth ? device(a, b).one_way() : device(b, a).one_way();
}

}  // namespace

}  // namespace weft::nanomsg

extern "C" int nn_device(int s1, int s2) {
  using namespace weft::nanomsg;
  if (s1 < 0 && s2 < 0) return failed(EBADF);
  held const a(s1 < 0 ? s2 : s1);
  held const b(s2 < 0 ? s1 : s2);
  if (!a || !b) return failed(EBADF);
  return failed(guarded([&] { return run(*a, *b, s1 < 0 || s2 < 0); }));
}
