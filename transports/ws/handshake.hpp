// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "stream/step.hpp"
#include "ws/channel.hpp"
#include "ws/http.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

// HTTP's upgrade to WebSocket, as the step of a handshake that puts a channel in the place of the one there is.
namespace weft::ws {

/// Text to be sent, and a head to be read. What comes behind the head is kept.
class talk {
 public:
  void say(std::string text) { out_ = std::move(text); }
  /// \return whether everything is out
  setup<bool> send(stream::established&);
  /// \return whether there is a whole head
  setup<bool> hear(stream::established&);
  std::string_view head() const noexcept { return std::string_view(in_).substr(0, head_size_); }
  std::string_view rest() const noexcept { return std::string_view(in_).substr(head_size_); }

 private:
  std::string out_;
  std::size_t out_sent_ = 0;
  std::string in_;
  std::size_t head_size_ = 0;
};

/// What a dialer asks for.
struct wish {
  std::string target;    ///< path and query
  std::string host;      ///< with its port
  std::string protocol;  ///< the server's
  fields headers;
  manners how;
};

class ask final : public stream::step {
 public:
  explicit ask(wish w);
  setup<wants> advance(stream::established&) override;

 private:
  wish wish_;
  std::string key_;
  talk talk_;
};

/// What is to be had at a path.
struct offer {
  std::string protocol;
  fields headers;
  manners how;
};

class answer final : public stream::step {
 public:
  /// What is to be had there, or why nothing is.
  using finder = std::function<result<offer, refusal>(std::string const& path)>;

  explicit answer(finder f) : find_(std::move(f)) {}
  setup<wants> advance(stream::established&) override;

 private:
  void decide();
  void refuse(refusal, errc, fault_kind = fault_kind::upgrade);

  finder find_;
  talk talk_;
  bool decided_ = false;
  std::optional<failure> refused_;
  upgrade upgrade_;
  offer offer_;
};

}  // namespace weft::ws
