// SPDX-License-Identifier: MIT
#pragma once

#include "base/fd.hpp"
#include "fabric/shm_region.hpp"

#include <rdma/fabric.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace weft::fabric {

/// Looks after what the peers of a shm endpoint leave behind when their processes are killed.
///
/// A region's lock is a spinlock in shared memory: a process that dies with it in its hand stops for ever everyone who
/// touches that region, inside libfabric, without a time-out. So a thread of its own, which never calls libfabric,
/// waits for the deaths of the peers' processes, and opens the locks that stay shut after one. Thread safety: any
/// thread; end_sends() by the one that reads the endpoint's completion queue.
class shm_guard {
 public:
  /// \param address of the endpoint, enabled \return null when there is nothing that can be done: another libfabric
  static std::unique_ptr<shm_guard> make(std::string_view address);
  ~shm_guard();
  shm_guard(shm_guard const&) = delete;
  shm_guard& operator=(shm_guard const&) = delete;

  void meet(fi_addr_t, std::string_view address);
  void forget(fi_addr_t) noexcept;

  /// The endpoint is closed, as far as others can see.
  void take_down_name() noexcept { own_.remove_name(); }

  /// Ends the sends to a peer that nobody will ever answer, if so it is.
  void end_sends(fi_addr_t) noexcept;

 private:
  struct peer {
    std::string address;
    shm_region region;
    base::unique_fd process;  // readable when it has died; closed once that is known
    bool dead = false;
  };

  explicit shm_guard(shm_region own);

  void watch() noexcept;
  std::vector<std::shared_ptr<peer>> living();
  void bury(peer&) noexcept;
  static void open_lock(shm_region&) noexcept;
  void stir() noexcept;

  shm_region own_;
  base::unique_fd bell_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::map<fi_addr_t, std::shared_ptr<peer>> peers_;
  std::thread thread_;  // begun with the first peer of another process
};

}  // namespace weft::fabric
