// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "base/backoff.hpp"

#include <memory>
#include <string>

namespace weft::core {

class loop;
class socket;

/// Keeps one socket connected to one address: dials, and dials again after a pause whenever the connection
/// fails or ends. At most one connection at a time.
///
/// The pause grows with each failure and starts over only once a connection has lasted longer than the pause
/// before it: a peer that accepts and hangs up at once is no reason to come back faster.
/// Everything happens on the loop, but for connection_over(), which is for any thread.
class dialer final : public std::enable_shared_from_this<dialer> {
 public:
  dialer(loop&, std::weak_ptr<socket>, std::string url, std::unique_ptr<ext::connector>, dial_options const&);

  std::size_t endpoint = 0;  // of the socket's, from 0

  void start();
  void stop() noexcept;
  void connection_over(bool was_attached);

 private:
  void connect();
  void connected(ext::connection_result);
  void again();

  loop& loop_;
  std::weak_ptr<socket> socket_;
  std::string url_;
  pipe_priorities priorities_;
  std::unique_ptr<ext::connector> connector_;
  std::unique_ptr<ext::alarm> alarm_;
  base::backoff pause_;
  clock::duration last_pause_{};
  clock::time_point connected_at_{};
};

}  // namespace weft::core
