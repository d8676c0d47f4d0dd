// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/socket.h>

#include "home.hpp"
#include "kind.hpp"
#include "option_table.hpp"
#include "table.hpp"
#include "watch.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace weft::capi {

/// What sockets and contexts have in common: a conversation of a protocol that is known when the program runs.
/// Functions that return an int return a code. Thread safety: all members.
class talk : public identified, protected conversation {
 public:
  talk(talk const&) = delete;
  talk& operator=(talk const&) = delete;

  kind const& what;
  std::shared_ptr<home> const engine;

  int send(message&, int flags);
  int receive(message&, int flags);
  /// What did not fit its receiver comes first next time.
  void give_back(message&& m) { conversation::receiver(nullptr).give_back(std::move(m)); }
  int subscribe(std::string_view prefix, bool on);

  /// For what goes on by itself. \throws refusal WEFT_EUNSUPPORTED, WEFT_EFORKED
  weft::sender sender();
  weft::receiver receiver();
  /// Requested when it is closed; never of a cooked socket, which ends what goes on anyway.
  std::stop_token closing() const noexcept { return closing_.get_token(); }

  void set(option const&, value const&);
  value get(option const&);
  areas has() const noexcept { return has_; }
  settings chosen();

  op_options within(std::atomic<clock::rep> const& timeout) const noexcept;

 protected:
  talk(kind const&, std::shared_ptr<home>, std::shared_ptr<core::socket>, std::unique_ptr<ext::context>,
       settings const&, areas has, std::stop_source closing);
  ~talk() = default;

  std::atomic<clock::rep> send_timeout_;
  std::atomic<clock::rep> receive_timeout_;
  std::stop_source closing_;

 private:
  void note_timeouts() noexcept;

  areas const has_;
  std::mutex mutex_;
  settings settings_;
};

class context final : public talk {
 public:
  context(kind const&, std::shared_ptr<home>, std::shared_ptr<core::socket>, std::unique_ptr<ext::context>,
          settings const&);
  void close() noexcept { closing_.request_stop(); }
  std::uint64_t socket = 0;
};

class socket final : public talk, private endpoint_control {
 public:
  static std::unique_ptr<socket> open(kind const&, std::shared_ptr<home>, settings);
  ~socket() { close({}); }

  close_report close(clock::duration linger);
  /// \return the number of the endpoint
  std::size_t dial(std::string const& url, settings const&);
  std::size_t listen(std::string& url, settings const&);
  bool hang_up(std::size_t endpoint) { return endpoint_control::hang_up(*socket_, endpoint); }
  std::string local_url() const { return endpoint_control::local_url(*socket_); }
  std::size_t peers() { return endpoint_control::peers(*socket_); }
  int wait_for_peers(std::size_t n, op_options const&);
  std::optional<pipe_info> pipe(pipe_id p) { return endpoint_control::pipe(*socket_, p); }
  socket_statistics statistics() { return endpoint_control::statistics(*socket_); }
  int send_to(pipe_id, message&);
  int fd(bool to_send);
  std::unique_ptr<context> open_context(settings const&);
  detached_socket share() noexcept { return {socket_, context_}; }

  /// Requests that carry their way back. \throws refusal WEFT_EUNSUPPORTED, WEFT_EFORKED
  weft::sender replies();
  weft::receiver requests();
  int receive_request(message&, int flags);
  int reply(message&, int flags);

  /// Tells a program's functions its id.
  void introduce();

 private:
  using talk::talk;
  std::mutex endpoints_;
  std::size_t next_endpoint_ = 0;
  std::shared_ptr<audience> watched_by_;
};

using sockets = table<socket, kind_of_id::socket>;
using contexts = table<context, kind_of_id::context>;

/// Milliseconds of a caller. \throws refusal WEFT_EARGUMENT
clock::duration duration_of(int milliseconds);

}  // namespace weft::capi
