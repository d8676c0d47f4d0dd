// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include <memory>
#include <string>

namespace weft::core {

class socket;

/// Brings the peers that come in at one address to one socket. On the loop, but for local().
class listener final : public std::enable_shared_from_this<listener> {
 public:
  listener(std::weak_ptr<socket>, std::unique_ptr<ext::acceptor>, pipe_priorities);

  std::size_t endpoint = 0;  // of the socket's, from 0

  void start();
  void stop() noexcept { acceptor_.reset(); }
  std::string const& local() const noexcept { return local_; }

 private:
  void accepted(ext::connection_result);

  std::weak_ptr<socket> socket_;
  std::unique_ptr<ext::acceptor> acceptor_;
  std::string local_;
  pipe_priorities priorities_;
};

}  // namespace weft::core
