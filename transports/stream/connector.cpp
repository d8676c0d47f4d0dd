// SPDX-License-Identifier: MIT
#include "stream/connector.hpp"

#include <weft/error.hpp>

#include "stream/handshake.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace weft::stream {

/// One connect().
class connector::attempt : public std::enable_shared_from_this<attempt> {
 public:
  attempt(connector const& c, ext::connection_handler done)
      : hub_(c.hub_),
        name_(c.name_),
        terms_(c.terms_),
        end_(c.hub_.reactor().now() + c.timeout_),
        approach_(c.approach_),
        handler_(std::move(done)) {}

  void begin() {
    if (!handler_) return;
    alarm_ = hub_.reactor().make_alarm();
    alarm_->at(end_, weakly(&attempt::give_up));
    resolving_ = approach_.resolve([weak = weak_from_this()](addresses found) {
      if (auto const self = weak.lock()) self->resolved(std::move(found));
    });
  }

  void stop() noexcept {
    handler_ = nullptr;
    alarm_.reset();
    next_alarm_.reset();
    resolving_.reset();
    forget_try();
  }

  void finish(ext::connection_result r) {
    auto const keep = shared_from_this();
    auto const done = std::exchange(handler_, nullptr);
    stop();
    if (done) done(std::move(r));
  }

 private:
  std::function<void()> weakly(void (attempt::*what)()) {
    return [weak = weak_from_this(), what] {
      if (auto const self = weak.lock()) (*self.*what)();
    };
  }

  void resolved(addresses found) {
    if (!handler_) return;
    if (!found) return finish(found.error());
    addresses_ = *std::move(found);
    try_next();
  }

  void forget_try() noexcept {
    watch_.reset();
    handshake_.reset();
    fd_.reset();
  }

  void try_next() {
    for (forget_try(); next_ != addresses_.size(); forget_try()) {
      auto const& to = addresses_[next_++];
      fd_ = new_socket(to.family());
      auto const why = fd_ ? approach_.prepare(fd_.get(), to) : std::error_code(errno, std::system_category());
      if (why) {
        last_error_ = why;
        continue;
      }
      int const error = begin_connect(fd_.get(), to);
      if (error == 0) return connected();
      if (error == EINPROGRESS) return wait_for_it();
      last_error_ = connect_error(error);
    }
    finish(failure{last_error_, name_ + ": cannot connect: " + last_error_.message()});
  }

  /// One that never answers must leave time for the others.
  void wait_for_it() {
    auto const left = end_ - hub_.reactor().now();
    auto const others = addresses_.size() - next_;
    if (others > 0) {
      if (!next_alarm_) next_alarm_ = hub_.reactor().make_alarm();
      next_alarm_->at(hub_.reactor().now() + left / static_cast<int>(others + 1), weakly(&attempt::try_next));
    }
    watch_ = hub_.reactor().make_watch(fd_.get(), [weak = weak_from_this()](std::uint32_t) {
      if (auto const self = weak.lock()) self->answered();
    });
    watch_->events(false, true);
  }

  void answered() {
    watch_.reset();
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return connected();
    last_error_ = connect_error(error);
    try_next();
  }

  void connected() {
    next_alarm_.reset();
    auto peer = approach_.name_of_peer(fd_.get());
    handshake_ = std::make_shared<stream::handshake>(hub_.reactor(), std::move(fd_), approach_.handshake(), name_);
    handshake_->start([weak = weak_from_this(), peer = std::move(peer)](setup<established> r) {
      if (auto const self = weak.lock())
        self->finish(self->hub_.take_in(std::move(r), self->approach_.framing, self->terms_, self->name_, peer));
    });
  }

  void give_up() { finish(handshake_ ? too_late(name_) : failure{errc::timed_out, name_ + ": no answer"}); }

  hub& hub_;
  std::string name_;
  ext::handshake terms_;
  clock::time_point end_;
  approach approach_;
  ext::connection_handler handler_;
  std::unique_ptr<ext::alarm> alarm_;
  std::unique_ptr<ext::alarm> next_alarm_;
  std::unique_ptr<pending> resolving_;
  std::vector<address> addresses_;
  std::size_t next_ = 0;
  std::error_code last_error_ = errc::connection_refused;
  base::unique_fd fd_;
  std::unique_ptr<ext::watch> watch_;
  std::shared_ptr<stream::handshake> handshake_;
};

connector::connector(hub& h, std::string name, ext::handshake const& terms, dial_options const& o, approach a)
    : hub_(h), name_(std::move(name)), terms_(terms), timeout_(o.timeout), approach_(std::move(a)) {}

connector::~connector() {
  if (attempt_) attempt_->stop();
}

void connector::connect(ext::connection_handler done) {
  attempt_ = std::make_shared<attempt>(*this, std::move(done));
  // Not from inside: even an address that is unknown at once is told later.
  hub_.reactor().post([weak = std::weak_ptr(attempt_)] {
    if (auto const a = weak.lock()) a->begin();
  });
}

void connector::cancel() noexcept {
  auto const a = std::exchange(attempt_, nullptr);
  if (a) hub_.reactor().post([a] { a->finish(failure{errc::canceled, "canceled"}); });
}

}  // namespace weft::stream
