// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/options.hpp>

#include <functional>
#include <memory>
#include <stop_token>

namespace weft {

namespace core {
class engine;
}
namespace ext {
class reactor;
class transport;
}  // namespace ext

/// The root everything hangs from: transports, memory, timers, and one helper thread at most.
///
/// Threads blocked in a call drive their own socket. The helper has the rest: listeners, connects, timers,
/// and sockets whose work is not done when nobody waits on them. With `helper = false` there is no thread at
/// all: progress happens inside weft calls, poll() and run(). One exception, with and without a helper: an ofi+shm
/// endpoint on libfabric 1.17 has a thread that sleeps until a peer's process dies (docs/decisions/0002).
///
/// Thread safety: all members, from any thread, at once. Sockets share ownership of what an engine holds,
/// so the order of destruction does not matter; the helper ends with the last of them.
/// After fork() the child's calls end in errc::forked.
class WEFT_API engine {
 public:
  /// \throws std::system_error when the kernel has no descriptors left
  explicit engine(engine_options const& = {});
  engine(engine&&) noexcept = default;
  engine& operator=(engine&&) noexcept = default;
  ~engine();

  /// Drives everything once, without waiting. \return whether there was anything to do.
  bool poll();
  /// Makes the calling thread the helper until `stop`.
  void run(std::stop_token stop);
  /// Readable when poll() may have something to do: for poll, epoll and event loops. Level-triggered.
  int fd() const noexcept;

  /// The loop: for what posts work to it, or sets alarms there. Lives for as long as the engine.
  ext::reactor& reactor() noexcept;

  /// Adds URL schemes. A scheme that is there already is replaced for later dials and listens.
  void add_transport(std::function<std::unique_ptr<ext::transport>(ext::reactor&)> const& make);

 private:
  friend class endpoint_control;
  std::shared_ptr<core::engine> core_;
};

}  // namespace weft
