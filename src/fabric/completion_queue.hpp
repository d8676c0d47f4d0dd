// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>
#include <weft/result.hpp>

#include "base/fd.hpp"
#include "fabric/error.hpp"
#include "fabric/handle.hpp"
#include "fabric/operation.hpp"
#include "fabric/provider.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_eq.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace weft::fabric {

class domain;

/// One thing that came out of a completion queue.
struct entry {
  operation* op = nullptr;  ///< null when the provider names none (a failed inject): it belongs to nobody
  completion what;

  void complete() const noexcept {
    if (op) op->complete(what);
  }
};

/// Where operations end. Threads take turns: one at a time is in read() or wait(). wake() is for any thread.
class completion_queue {
 public:
  /// \param depth how many completions it holds at least; 0 leaves it to the provider
  static setup<std::unique_ptr<completion_queue>> open(std::shared_ptr<domain const>, std::size_t depth);
  completion_queue(completion_queue const&) = delete;
  completion_queue& operator=(completion_queue const&) = delete;

  /// Makes the provider move and takes what is ready, errors among it, without waiting.
  /// \return how many entries are written, from the first \pre !out.empty()
  std::size_t read(std::span<entry> out) noexcept {
    if (stash_begin_ != stash_end_) [[unlikely]]
      return take_stash(out);
    raw_entries raw;
    auto const got = fi_cq_read(cq_.get(), raw.data(), std::min(out.size(), batch));
    if (got <= 0) return got == -FI_EAGAIN ? 0 : read_failed(got, out);
    backoff_ = {};
    return translate(std::span(raw).first(static_cast<std::size_t>(got)), out);
  }

  /// Sleeps until read() has something, wake() is called, or `until`; for 100 ms at most, and perhaps less.
  void wait(clock::time_point until) noexcept;

  /// Ends the wait() that runs, or the next one. Cheap when nobody waits.
  void wake() noexcept;

  /// How wait() sleeps, as the provider allowed.
  wait_kind waits_on() const noexcept { return kind_; }

  /// Set when the queue itself has failed: nothing comes out of it any more.
  std::error_code broken() const noexcept { return broken_; }

  /// The provider's own words for an error.
  std::string text(completion const&) const;

  fid_cq* get() const noexcept { return cq_.get(); }

 private:
  static constexpr std::size_t batch = 32;
  using raw_entries = std::array<fi_cq_tagged_entry, batch>;

  explicit completion_queue(std::shared_ptr<domain const> in) noexcept : domain_(std::move(in)) {}

  long make(wait_kind, std::size_t depth) noexcept;
  long make_queue(fi_cq_attr) noexcept;
  long make_with_descriptor(fi_cq_attr) noexcept;
  long make_in_wait_set(fi_cq_attr) noexcept;

  static std::size_t translate(std::span<fi_cq_tagged_entry const>, std::span<entry> out) noexcept;
  std::size_t take_stash(std::span<entry> out) noexcept;
  std::size_t read_failed(long rc, std::span<entry> out) noexcept;
  bool fill_stash() noexcept;
  long try_to_sleep() noexcept;
  void sleep_on_descriptor(clock::time_point until) noexcept;
  void sleep_by_backoff(clock::time_point until) noexcept;

  std::shared_ptr<domain const> domain_;
  handle<fid_wait> wait_set_;  // the queue is in it, so it closes later
  handle<fid_cq> cq_;
  wait_kind kind_ = wait_kind::backoff;
  int fd_ = -1;           // the queue's or the wait set's, not ours to close
  base::unique_fd bell_;  // an eventfd: fi_cq_signal is lost when it comes at the wrong moment, on net and rxm
  std::error_code broken_;
  clock::duration backoff_{};

  // What wait() had to read in order to know that there is something.
  raw_entries stash_;
  std::size_t stash_begin_ = 0;
  std::size_t stash_end_ = 0;

  alignas(64) std::atomic<bool> asleep_{false};
  std::atomic<bool> woken_{false};
};

}  // namespace weft::fabric
