// SPDX-License-Identifier: MIT
#pragma once

#include <weft/select.hpp>

#include "core/parker.hpp"

#include <poll.h>

#include <atomic>
#include <span>
#include <vector>

namespace weft::core {
class loop;
}

namespace weft::async {

/// Where a thread that selects waits until something may be ready, and drives meanwhile what nobody else drives.
class pause final : public ext::signal {
 public:
  pause();
  pause(pause const&) = delete;
  pause& operator=(pause const&) = delete;
  ~pause() override;

  void raise() noexcept override;
  ext::meeting* meets() noexcept override { return &meeting_; }

  /// Heeds the descriptor and the engine of a case from now on.
  void attend(ext::select_case const&);
  void forget(ext::select_case const&) noexcept;  ///< its descriptor
  /// Whatever is raised from now on ends wait().
  void expect() noexcept { raised_.store(false, std::memory_order_seq_cst); }
  void wait(clock::time_point until) noexcept;

 private:
  void begin_polling();
  void poll(clock::time_point until) noexcept;

  core::parker here_;
  ext::meeting meeting_;
  std::atomic<bool> raised_{false};
  std::vector<core::loop*> loops_;  // that have no helper
  std::vector<pollfd> descriptors_;
  std::atomic<int> wakeup_{-1};  // with descriptors only
};

/// Looks once at the network of engines without a helper.
void drive(std::span<ext::select_case* const> cases);

}  // namespace weft::async
