// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/execution/allocator.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/system_executor.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

/// What the operations of weft/asio.hpp and weft/fabric/asio.hpp have in common.
namespace weft::net {

namespace asio = boost::asio;
// With std::error_code the tokens of Boost.Asio would not throw.
using boost::system::error_code;

/// An operation that has been handed its handler: allocated as the handler wants it, it lives until its completion has
/// run on the handler's executor, or is thrown away there.
template <class Derived, class Handler>
class pending {
 public:
  using executor_type = asio::associated_executor_t<Handler, asio::system_executor>;
  using memory_type = asio::associated_allocator_t<Handler>;

  explicit pending(Handler&& h)
      : handler_(std::move(h)),
        executor_(asio::prefer(asio::get_associated_executor(*handler_, asio::system_executor()),
                               asio::execution::outstanding_work.tracked)),
        allocator_(asio::get_associated_allocator(*handler_)) {}
  pending(pending const&) = delete;
  pending& operator=(pending const&) = delete;

  template <class... Args>
  static void launch(Handler&& h, Args&&... args) {
    auto const allocator = asio::get_associated_allocator(h);
    auto op = std::allocate_shared<Derived>(allocator, std::move(h), std::forward<Args>(args)...);
    op->weak_ = op;
    op->self_ = op;
    auto slot = asio::get_associated_cancellation_slot(*op->handler_);
    if (slot.is_connected())
      slot.assign([weak = std::weak_ptr<Derived>(op)](asio::cancellation_type) {
        if (auto const it = weak.lock()) it->cancel();
      });
    op->start();
  }

 protected:
  /// From any thread, once: Derived::finish() runs on the executor.
  void done() noexcept { post_to(std::move(self_), &Derived::finish); }
  void post_to(std::shared_ptr<Derived> self, void (Derived::*what)()) noexcept {
    // As asio::post(), which would count work on the executor twice over. The copy: the last hold on this may go with
    // it.
    asio::prefer(asio::require(executor_, asio::execution::blocking.never), asio::execution::allocator(allocator_))
        .execute([self = std::move(self), what] { (self.get()->*what)(); });
  }
  /// The last that happens here.
  template <class... Args>
  void invoke(Args&&... args) {
    auto slot = asio::get_associated_cancellation_slot(*handler_);
    if (slot.is_connected()) slot.clear();
    Handler last = std::move(*handler_);
    handler_.reset();
    std::move(last)(std::forward<Args>(args)...);
  }

  auto const& executor() const noexcept { return executor_; }

  std::shared_ptr<Derived> self_;  // while it waits
  std::weak_ptr<Derived> weak_;

 private:
  using tracked =
      std::decay_t<decltype(asio::prefer(std::declval<executor_type>(), asio::execution::outstanding_work.tracked))>;
  std::optional<Handler> handler_;
  tracked executor_;
  memory_type allocator_;
};

}  // namespace weft::net
