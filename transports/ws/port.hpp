// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "stream/acceptor.hpp"
#include "stream/hub.hpp"
#include "tcp/ways.hpp"
#include "tls/context.hpp"
#include "ws/handshake.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace weft::ws {

/// A listening socket, and the listeners behind it: each has a path.
/// Thread safety: make(), let() and leave(); the rest on the loop.
class port {
 public:
  static std::shared_ptr<port> make(stream::hub&, tcp::open_port, listen_options const&, std::shared_ptr<tls::context>);

  url const& local() const noexcept { return local_; }
  tls_options const& tls() const noexcept { return tls_; }

  /// \return whether the path was free
  bool let(std::string const& path, ext::handshake const&, offer);
  void leave(std::string const& path) noexcept;
  /// From now on who comes for that path is told there.
  void serve(std::string const& path, ext::connection_handler);

 private:
  struct tenant {
    ext::handshake terms;
    offer what;
    ext::connection_handler handler{};
  };

  port(stream::hub&, tcp::open_port, listen_options const&, std::shared_ptr<tls::context>);

  stream::steps steps();
  result<offer, refusal> find(std::string const& path);
  void arrived(setup<stream::established>, std::string const& peer);

  stream::hub& hub_;
  url local_;
  tls_options tls_;
  std::shared_ptr<tls::context> context_;  // null: ws
  std::mutex mutex_;
  std::map<std::string, tenant> tenants_;
  bool open_ = false;
  stream::door door_;
};

/// The connections that come in at a path of a port.
class acceptor final : public ext::acceptor {
 public:
  acceptor(std::shared_ptr<port> p, std::string path, url local)
      : port_(std::move(p)), path_(std::move(path)), local_(std::move(local)) {}
  ~acceptor() override { port_->leave(path_); }

  url local() const override { return local_; }
  void start(ext::connection_handler h) override { port_->serve(path_, std::move(h)); }

 private:
  std::shared_ptr<port> port_;
  std::string path_;
  url local_;
};

}  // namespace weft::ws
