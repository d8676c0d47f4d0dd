// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/handle.hpp>
#include <weft/fabric/info.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <vector>

struct fid;

namespace weft::fabric {

class network;
struct sleeper;

/// One thing that happened to a connection: fi_cm(3), fi_eq(3).
struct event {
  /// FI_CONNREQ, FI_CONNECTED, FI_SHUTDOWN, what fi_eq_readerr() has, and anything else.
  enum class kind {
    connection_request,  ///< at a passive endpoint: to be accepted with `request`, or rejected
    connected,
    shut_down,  ///< the peer is gone
    failed,     ///< `error` says why; of a refused connection, `data` is what the peer gave as its reason
    other,
  };

  kind what = kind::other;      ///< has happened
  fid* about = nullptr;         ///< the endpoint's, to be compared with endpoint::is(); it may be closed by now
  std::optional<info> request;  ///< of a connection_request: what to open an endpoint with
  std::vector<std::byte> data;  ///< the peer's private data
  std::error_code error;        ///< of what has failed
  int provider_error = 0;       ///< for event_queue::text()
};

/// Where connections report: fi_eq(3). Shared by the endpoints that are opened with it.
/// Thread safety: any thread; each event goes to one of those that read.
class WEFT_API event_queue {
 public:
  /// An endpoint is opened with it as endpoint_bindings::events; a passive one takes it, too.
  static setup<std::shared_ptr<event_queue>> open(std::shared_ptr<network const>);
  ~event_queue();
  event_queue(event_queue const&) = delete;
  event_queue& operator=(event_queue const&) = delete;

  /// Takes an event if there is one; errors are events like others. Does not wait.
  std::optional<event> try_read();

  /// Waits for one; asleep, without CPU. op_options::interruptible does not count. \return errc::canceled or timed_out
  /// \param about only what is about this endpoint (fid_ep::fid): the rest is set aside for others
  result<event> read(op_options const&, fid const* about = nullptr);

  /// Ends the sleep of whoever is in read(): it looks again. Any thread.
  void wake() noexcept;

  /// For a loop of one's own, as those of a completion_queue; it reads with try_read() until there is nothing. Some
  /// providers (tcp of 1.17) tell that a peer is gone only to who reads the completion queue as well.
  ///@{
  std::optional<int> fd() const noexcept;
  clock::duration may_sleep_for() noexcept;
  ///@}

  /// The provider's words for an event's provider_error.
  std::string text(event const&) const;

  fid_eq* native_handle() const noexcept { return eq_.get(); }  ///< for other calls; stays this one's

 private:
  explicit event_queue(std::shared_ptr<network const> in);

  std::optional<event> take(fid const* about);
  std::optional<event> take_set_aside(fid const* about);
  std::optional<event> take_raw();
  std::optional<event> take_error();
  clock::duration nap() noexcept;
  void sleep(clock::time_point until) noexcept;

  std::shared_ptr<network const> network_;
  handle<fid_eq> eq_;
  int fd_ = -1;                // none where it would always be readable
  clock::duration backoff_{};  // then
  std::unique_ptr<sleeper> sleeper_;
  std::timed_mutex sleeping_;
  std::mutex mutex_;
  std::deque<event> set_aside_;  // by those who wait for another one
};

}  // namespace weft::fabric
