// SPDX-License-Identifier: MIT
#pragma once

#include <weft/pipe_info.hpp>

#include "stream/step.hpp"
#include "stream/transcoder.hpp"
#include "tls/context.hpp"

#include <memory>
#include <mutex>
#include <string>

namespace weft::tls {

/// One connection's bytes, encrypted.
///
/// OpenSSL keeps one object for both ways, which two threads must not touch at once: so there is a lock around it. It
/// reads and writes memory only, and no system call is made under the lock.
class channel final : public stream::transcoder {
 public:
  /// `name`: dialing, what the peer's certificate must be for, a host name or an address.
  channel(std::shared_ptr<context>, std::string const& name, std::unique_ptr<stream::channel> below);
  ~channel() override;

  /// Goes on with TLS's own handshake. On the loop, before anything is sent or received.
  setup<stream::step::wants> shake_hands();
  /// \pre hands are shaken
  tls_peer peer() const;

 private:
  struct wire;

  std::size_t decode(std::span<std::byte const>& come, std::span<std::byte> room) override;
  failure cut_off() override;
  bool encode(std::span<std::byte const>, bytes& to) override;
  void say_goodbye(bytes& to) override;

  void expect(std::string const& name);
  int greet();
  failure fault_of(int result);
  bool has_room_for(std::size_t size) const noexcept;

  std::shared_ptr<context> context_;
  std::mutex mutex_;
  SSL* ssl_ = nullptr;
  std::span<std::byte const> come_;  // for OpenSSL to read
  bytes* said_ = &own_;              // where OpenSSL writes to
  bytes own_;                        // what it says without being asked: alerts, answers to new keys
  bool shaken_ = false;
  bool flooded_ = false;  // there was no more room for that
  bool unread_ = false;   // the receiver's: decrypted already
};

/// TLS, as the step of a handshake that puts a channel in the place of the one there is.
class secure final : public stream::step {
 public:
  secure(std::shared_ptr<context> c, std::string name) : context_(std::move(c)), name_(std::move(name)) {}
  setup<wants> advance(stream::established&) override;

 private:
  std::shared_ptr<context> context_;
  std::string name_;
  channel* channel_ = nullptr;
};

}  // namespace weft::tls
