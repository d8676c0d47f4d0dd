// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/socket.hpp>

#include <cstdint>
#include <memory>
#include <system_error>
#include <utility>

namespace weft {

namespace core {
class device;
}

/// A protocol whose sockets show their headers: what a device forwards between.
template <class P>
concept raw_protocol = protocol_traits<P> && requires {
  requires P::raw;
};

/// Carries messages between two raw sockets, as if the peers of one were peers of the other: a request goes through and
/// its reply finds back. Where the protocol goes one way, so does the device.
///
/// It owns the sockets from then on and works in the background, on the engine's loop, until it is stopped, destroyed,
/// or a socket fails. A message waits while its way out has no room, and holds up what comes behind it: the devices'
/// peers see back-pressure, not loss. How far a message may travel is the receiving socket's `hops`.
/// With `helper = false` it moves only while the engine is driven.
/// Thread safety: all members.
class WEFT_API device {
 public:
  /// \throws std::bad_alloc
  template <raw_protocol A, raw_protocol B>
  requires(A::self == B::peer) device(basic_socket<A> a, basic_socket<B> b)
      : device(std::move(a).release(), A::receives && B::sends, std::move(b).release(), B::receives && A::sends) {}
  /// Sends back into `a` what comes out of it: for BUS and PAIR1, whose header tells where not to send it.
  template <raw_protocol A>
  requires(A::self == A::peer) explicit device(basic_socket<A> a) : device(std::move(a).release()) {}
  /// The same for who knows the protocols only when the program runs: both raw, each the other's peer, `forth` where
  /// `a` receives and `b` sends, `back` the other way. The device ends when it next needs a socket that somebody else,
  /// with a share of it, has closed.
  device(detached_socket a, bool forth, detached_socket b, bool back);
  explicit device(detached_socket a);

  device(device&&) noexcept = default;
  device& operator=(device&&) = delete;
  ~device();

  /// Closes both sockets; what waits on its way through is lost, and counted. Returns when nothing moves any more.
  void stop();
  /// Waits until the device has ended by itself. \return why: `closed` after stop(); timed_out or canceled of the wait
  std::error_code wait(op_options const& = {});
  /// Messages carried so far, both ways.
  std::uint64_t carried() const noexcept;

 private:
  std::shared_ptr<core::device> core_;
};

}  // namespace weft
