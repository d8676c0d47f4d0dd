// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>

#include "fabric/datagram_flow.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weft::ofi {

/// A socket's hold on a connection by datagrams.
class datagram_connection final : public ext::connection {
 public:
  datagram_connection(std::shared_ptr<datagram_flow> f, std::string peer,
                      std::optional<peer_credentials> who = {}) noexcept
      : flow_(std::move(f)), peer_(std::move(peer)), who_(who) {}
  ~datagram_connection() override { flow_->abandon(); }

  void start(std::shared_ptr<ext::doorbell> d) noexcept override { flow_->start(std::move(d)); }
  bool progress(ext::connection_events& events) noexcept override { return flow_->progress(events); }
  bool send(message&& m) noexcept override {
    flow_->send(std::move(m));
    return true;
  }
  void grant(unsigned messages) noexcept override { flow_->grant(messages); }
  void finish() noexcept override { flow_->finish(); }
  void close(std::error_code why) noexcept override { flow_->close(why); }
  void flush() noexcept override { flow_->flush(); }

  std::size_t unconfirmed() const noexcept override { return flow_->unconfirmed(); }
  std::size_t max_message() const noexcept override { return flow_->peer_max_message(); }
  ext::progress_source* source() noexcept override { return &flow_->home(); }
  bool peer_is_weft() const noexcept override { return true; }
  std::string peer_address() const override { return peer_; }
  void describe(pipe_info& i) const override {
    i.credentials = who_;
    i.properties.emplace_back("provider", flow_->home().provider());
    i.properties.emplace_back("endpoint", "DGRAM");
    i.properties.emplace_back("strays", std::to_string(flow_->home().strays()));
  }

 private:
  std::shared_ptr<datagram_flow> flow_;
  std::string peer_;
  std::optional<peer_credentials> who_;
};

}  // namespace weft::ofi
