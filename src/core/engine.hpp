// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>
#include <weft/options.hpp>

#include "base/process.hpp"
#include "core/loop.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace weft::core {

/// Transports, the loop, and the helper thread that drives it.
///
/// Whoever lets go of it last may be the helper itself, deep inside a callback of a transport that the engine
/// owns: then the helper first comes back from there, and destroys the engine as the last it does.
class engine {
 public:
  static std::shared_ptr<engine> make(engine_options const&);
  explicit engine(engine_options const&);
  engine(engine const&) = delete;
  engine& operator=(engine const&) = delete;
  ~engine();

  core::loop& loop() noexcept { return *loop_; }
  weft::idle idle() const noexcept { return options_.idle; }
  /// Whether this process made it, and is not a fork.
  bool ours() const noexcept { return base::process_generation() == generation_; }

  /// A number for a socket; never zero, never given again.
  std::uint64_t next_socket() noexcept { return last_socket_.fetch_add(1, std::memory_order_relaxed) + 1; }

  void add(ext::transport_factory const& make);
  /// Null when nobody speaks it. Transports stay until the engine ends.
  ext::transport* find(std::string_view scheme) noexcept;
  std::string schemes() const;

  /// What a program lets go of is gone when it goes on, rung or not.
  static void let_go(std::shared_ptr<engine>) noexcept;

 private:
  static void dispose(engine*) noexcept;
  bool on_helper() const noexcept { return helper_.get_id() == std::this_thread::get_id(); }
  void abandon() noexcept;

  engine_options options_;
  std::atomic<std::uint64_t> last_socket_{0};
  unsigned generation_;
  std::shared_ptr<core::loop> loop_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<ext::transport>> transports_;  // later ones first
  std::jthread helper_;
};

/// The transports every engine starts with. Defined by the assembly, which alone knows their names.
std::vector<ext::transport_factory> builtin_transports();

}  // namespace weft::core
