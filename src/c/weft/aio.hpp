// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/aio.h>

#include "home.hpp"
#include "message.hpp"
#include "table.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

namespace weft::capi {

class aio;
using aios = table<aio, kind_of_id::aio>;

/// One operation at a time that goes on by itself. It is begun in the caller's thread; all that happens to it then (its
/// deadline, its cancellation, its end and its callback) happens on the engine's loop, one after the other.
/// Thread safety: all members.
class aio : public identified {
 public:
  aio(void (*callback)(void*), void* arg) noexcept : callback_(callback), arg_(arg) {}
  aio(aio const&) = delete;
  aio& operator=(aio const&) = delete;
  ~aio() { delete message_; }

  // Begin, with a hold on themselves until the callback has returned. \return WEFT_OK, WEFT_EBUSY or WEFT_EFORKED
  int send(aios::held self, std::shared_ptr<home>, sender, std::stop_token closing, weft_message*);
  int receive(aios::held self, std::shared_ptr<home>, receiver, std::stop_token closing, std::uint64_t socket);
  int sleep(aios::held self, std::shared_ptr<home>, clock::duration);

  void set_timeout(clock::duration);
  void cancel(aios::held self);
  int wait();
  int result();
  weft_message* take_message();

 private:
  struct sending final : ext::send_operation {
    explicit sending(aio& a) noexcept : owner(a) {}
    void complete() noexcept override { owner.ended(); }
    aio& owner;
  };
  struct receiving final : ext::receive_operation {
    explicit receiving(aio& a) noexcept : owner(a) {}
    void complete() noexcept override { owner.ended(); }
    aio& owner;
  };
  /// It is taken down before the hold that it copies.
  struct on_closing {
    aio& owner;
    std::uint64_t turn;
    void operator()() const noexcept { owner.stop_soon(owner.self_, turn, errc::closed); }
  };

  int begin(aios::held self, std::shared_ptr<home>, clock::duration& timeout);
  void limit(clock::duration, std::error_code then);
  void begun(aios::held const& self, std::uint64_t turn);
  void stop_soon(aios::held const& self, std::uint64_t turn, std::error_code why);
  void stop(std::uint64_t turn, std::error_code why);
  bool goes_on(std::uint64_t turn) const noexcept { return busy_ && turn == turn_; }
  void end_it();
  void ended() noexcept;
  void deliver() noexcept;
  void settle() noexcept;

  void (*const callback_)(void*);
  void* const arg_;

  std::mutex mutex_;
  std::condition_variable returned_;
  clock::duration timeout_ = clock::duration::max();
  std::uint64_t turn_ = 0;           // operations begun
  std::uint64_t returned_from_ = 0;  // the latest whose callback has returned
  bool busy_ = false;
  bool under_way_ = false;  // its start is over: it can be canceled
  std::optional<std::error_code> stopped_by_;
  int result_ = WEFT_OK;
  weft_message* message_ = nullptr;

  // Of the operation that goes on; taken down on the loop.
  aios::held self_;
  std::shared_ptr<home> home_;
  std::optional<sender> to_;
  std::optional<receiver> from_;
  std::optional<sending> sending_;
  std::optional<receiving> receiving_;
  std::unique_ptr<ext::alarm> alarm_;
  std::optional<std::stop_callback<on_closing>> on_closing_;
};

}  // namespace weft::capi
