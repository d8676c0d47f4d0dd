// SPDX-License-Identifier: MIT
#include "fabric/connector.hpp"

#include <weft/error.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weft::ofi {

/// One connect(): resolves, tries the addresses one after another, and shakes hands with the first that answers.
class connector::attempt : public std::enable_shared_from_this<attempt> {
 public:
  attempt(connector const& c, ext::connection_handler done)
      : directory_(c.directory_),
        choice_(c.choice_),
        url_(c.url_),
        terms_(c.terms_),
        timeout_(c.options_.timeout),
        incarnation_(c.incarnation_),
        handler_(std::move(done)) {}

  void begin() {
    if (!handler_) return;
    alarm_ = directory_.reactor().make_alarm();
    alarm_->at(directory_.reactor().now() + timeout_, [weak = weak_from_this()] {
      if (auto const self = weak.lock()) self->give_up();
    });
    auto found = resolve(url_, choice_.bootstrap, false);
    if (!found) return finish(found.error());
    addresses_ = *std::move(found);
    try_next();
  }

  void stop() noexcept {
    handler_ = nullptr;
    alarm_.reset();
    watch_.reset();
    handshake_.reset();
    fd_.reset();
  }

  void finish(ext::connection_result r) {
    auto const keep = shared_from_this();
    auto const done = std::exchange(handler_, nullptr);
    stop();
    if (done) done(std::move(r));
  }

 private:
  void try_next() {
    int error = 0;
    while (next_ != addresses_.size()) {
      auto const& to = addresses_[next_++];
      auto source = source_address(url_, to.family());
      if (!source) return finish(source.error());
      fd_ = begin_connect(to, *source, error);
      if (error == 0) return connected();
      if (fd_) return wait_for_it();
      last_error_ = error;
    }
    auto const code = connect_error(last_error_);
    finish(failure{code, url_.to_string() + ": cannot connect: " + code.message()});
  }

  void wait_for_it() {
    watch_ = directory_.reactor().make_watch(fd_.get(), [weak = weak_from_this()](std::uint32_t) {
      if (auto const self = weak.lock()) self->writable();
    });
    watch_->events(false, true);
  }

  void writable() {
    watch_.reset();
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return connected();
    last_error_ = error;
    try_next();
  }

  void connected() {
    handshake_ = std::make_shared<handshake>(directory_, choice_, terms_, incarnation_, flow::side::dialer,
                                             std::move(fd_), url_.to_string());
    handshake_->start([weak = weak_from_this()](ext::connection_result r) {
      if (auto const self = weak.lock()) self->finish(std::move(r));
    });
  }

  void give_up() {
    auto const what = handshake_ ? "connected, but it does not answer the handshake" : "no answer";
    finish(failure{errc::timed_out, url_.to_string() + ": " + what});
  }

  directory& directory_;
  choice choice_;
  url url_;
  ext::handshake terms_;
  clock::duration timeout_;
  std::uint64_t incarnation_;
  ext::connection_handler handler_;
  std::unique_ptr<ext::alarm> alarm_;
  std::vector<socket_address> addresses_;
  std::size_t next_ = 0;
  int last_error_ = ECONNREFUSED;
  base::unique_fd fd_;
  std::unique_ptr<ext::watch> watch_;
  std::shared_ptr<handshake> handshake_;
};

connector::connector(directory& d, choice c, url u, ext::handshake const& h, dial_options const& o)
    : directory_(d), choice_(std::move(c)), url_(std::move(u)), terms_(h), options_(o) {}

connector::~connector() {
  if (attempt_) attempt_->stop();
}

void connector::connect(ext::connection_handler done) {
  attempt_ = std::make_shared<attempt>(*this, std::move(done));
  // Not from inside: even a name that is unknown at once is told later.
  directory_.reactor().post([weak = std::weak_ptr(attempt_)] {
    if (auto const a = weak.lock()) a->begin();
  });
}

void connector::cancel() noexcept {
  auto const a = std::exchange(attempt_, nullptr);
  if (a) directory_.reactor().post([a] { a->finish(failure{errc::canceled, "canceled"}); });
}

}  // namespace weft::ofi
