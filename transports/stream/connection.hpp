// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/connection.hpp>

#include "base/process.hpp"
#include "stream/flow.hpp"
#include "stream/vigil.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace weft::stream {

/// What a socket holds of a flow.
class connection final : public ext::connection {
 public:
  connection(std::shared_ptr<flow> f, std::shared_ptr<vigil> v) : flow_(std::move(f)), vigil_(std::move(v)) {
    if (auto const who = base::peer_process(flow_->fd()))
      who_ = {.uid = who->uid, .gid = who->gid, .pid = static_cast<std::uint32_t>(who->pid)};
    vigil_->add(flow_);
  }
  ~connection() override {
    vigil_->remove(*flow_);
    flow_->abandon();
  }

  void start(std::shared_ptr<ext::doorbell> d) noexcept override { flow_->start(std::move(d)); }
  bool progress(ext::connection_events& e) noexcept override { return flow_->progress(e); }
  bool send(message&& m) noexcept override { return flow_->send(std::move(m)); }
  void grant(unsigned messages) noexcept override { flow_->grant(messages); }
  void finish() noexcept override { flow_->finish(); }
  void close(std::error_code why) noexcept override { flow_->close(why); }
  void flush() noexcept override { flow_->flush(); }
  fault_kind fault() const noexcept override { return flow_->fault(); }
  std::size_t unconfirmed() const noexcept override { return flow_->unconfirmed(); }
  ext::progress_source* source() noexcept override { return flow_->home().get(); }
  std::string peer_address() const override { return flow_->peer(); }
  void describe(pipe_info& i) const override {
    i.credentials = who_;
    flow_->describe(i);
  }

 private:
  std::shared_ptr<flow> flow_;
  std::shared_ptr<vigil> vigil_;
  std::optional<peer_credentials> who_;  // over Unix-domain sockets
};

}  // namespace weft::stream
