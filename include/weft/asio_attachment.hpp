// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <unistd.h>

#include <memory>
#include <mutex>

namespace weft {

/// Runs an engine inside an io_context, or whatever an executor belongs to: made with `helper = false` the engine then
/// has no thread of its own. Any number of threads may run the context. While it lives the context has work to do.
/// Thread safety: made and destroyed by one thread; may be destroyed in a handler.
class asio_attachment {
 public:
  asio_attachment(engine& e, boost::asio::io_context& c) : asio_attachment(e, c.get_executor()) {}
  asio_attachment(engine& e, boost::asio::any_io_executor const& x) : turn_(std::make_shared<turn>(e, x)) {
    turn_->wait();
  }
  asio_attachment(asio_attachment&&) noexcept = default;
  asio_attachment& operator=(asio_attachment&&) = delete;
  ~asio_attachment() {
    if (turn_) turn_->end();
  }

 private:
  // One thread at a time: the next wait begins when the engine has had its turn.
  class turn : public std::enable_shared_from_this<turn> {
   public:
    turn(engine& e, boost::asio::any_io_executor const& x) : engine_(e), ready_(x, ::dup(e.fd())) {}

    void wait() {
      ready_.async_wait(ready_.wait_read,
                        [self = shared_from_this()](boost::system::error_code why) { self->take(why); });
    }
    void end() noexcept {
      std::lock_guard lock(mutex_);
      over_ = true;
      boost::system::error_code ignored;
      ready_.close(ignored);
    }

   private:
    void take(boost::system::error_code why) {
      std::lock_guard lock(mutex_);
      if (over_ || why) return;
      engine_.poll();  // once: what is left shows again, and others have their turn first
      if (over_) return;
      // Behind what that has completed: it need not wait for the system call that this is.
      boost::asio::post(ready_.get_executor(), [self = shared_from_this()] { self->wait_again(); });
    }
    void wait_again() {
      std::lock_guard lock(mutex_);
      if (!over_) wait();
    }

    std::recursive_mutex mutex_;
    engine& engine_;
    boost::asio::posix::stream_descriptor ready_;
    bool over_ = false;
  };
  std::shared_ptr<turn> turn_;
};

}  // namespace weft
