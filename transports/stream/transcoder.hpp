// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include "stream/channel.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weft::stream {

/// A channel that puts other bytes in the place of those it is given, and sends them through the one below.
///
/// What is said here for the bytes of a batch is kept until the channel below has all of it; till then none of them
/// count as sent.
class transcoder : public channel {
 public:
  explicit transcoder(std::unique_ptr<channel> below) noexcept : below_(std::move(below)) {}
  transcoder(transcoder const&) = delete;
  transcoder& operator=(transcoder const&) = delete;
  ~transcoder() override { let_go_of_raw(); }

  ssize_t receive(void* to, std::size_t size) noexcept final;
  ssize_t send(batch&) noexcept final;
  bool more() const noexcept final { return more_; }
  bool wants_to_send() const noexcept final {
    return unsent_.load(std::memory_order_acquire) || owes_.load(std::memory_order_acquire) || below_->wants_to_send();
  }
  bool farewell() noexcept final;
  failure fault() const final { return fault_; }

 protected:
  using bytes = std::vector<std::byte>;

  // The receiver's.

  /// Puts into `room` what stands behind the bytes that came, and takes these off: all of them, unless the room was too
  /// small. \return how much there is in the room now
  virtual std::size_t decode(std::span<std::byte const>& come, std::span<std::byte> room) = 0;
  /// No more comes. \return why that is a fault, if it is
  virtual failure cut_off() = 0;
  /// Nothing that comes any more is looked at.
  void end(failure why = {}) {
    over_ = true;
    fault_ = std::move(why);
  }
  bool over() const noexcept { return over_; }
  /// encode() has something to add.
  void owe() noexcept { owes_.store(true, std::memory_order_release); }

  // The sender's.

  /// Appends what stands for these bytes, which may be none, and what is owed besides. \return whether it could
  virtual bool encode(std::span<std::byte const>, bytes& to) = 0;
  /// Appends the last words.
  virtual void say_goodbye(bytes& to) = 0;
  /// \return whether the channel below has everything; errno says why not
  bool push() noexcept;

  // On the loop, before there are two sides.

  /// Takes in more of what came. \return as recv()
  ssize_t fetch();
  std::span<std::byte const> raw() const noexcept {
    return raw_ ? std::span<std::byte const>(raw_->data + raw_begin_, raw_end_ - raw_begin_)
                : std::span<std::byte const>();
  }
  void took_raw(std::size_t n) noexcept;
  /// Has what is owed encoded.
  void settle_debts();
  /// Bytes that came already.
  void begin_with(std::span<std::byte const>);

 private:
  void let_go_of_raw() noexcept;
  std::size_t decode_into(std::span<std::byte>);
  bool encode_some(batch&, std::size_t from);

  std::unique_ptr<channel> below_;

  // The receiver's.
  ext::block* raw_ = nullptr;
  std::size_t raw_begin_ = 0;
  std::size_t raw_end_ = 0;
  bool dry_ = false;  // the channel below has no more for now
  int broken_ = 0;    // why it cannot be read any more
  bool more_ = false;
  bool over_ = false;
  failure fault_;

  std::atomic<bool> owes_{false};

  // The sender's.
  bytes out_;
  std::size_t out_sent_ = 0;
  std::size_t stands_for_ = 0;  // bytes at the front of the next batch
  bool said_goodbye_ = false;
  std::atomic<bool> unsent_{false};
};

}  // namespace weft::stream
