// SPDX-License-Identifier: MIT
#include "fabric/acceptor.hpp"

#include <weft/error.hpp>

#include "fabric/bootstrap.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

// No descriptors left: looking at once again would be all that this thread does.
constexpr auto pause_without_descriptors = 100ms;

// Others want the loop, too.
constexpr int accepted_at_a_time = 64;

}  // namespace

class acceptor::state : public std::enable_shared_from_this<state> {
 public:
  state(directory& d, choice c, base::unique_fd fd, ext::handshake const& h, listen_options const& o, std::string name)
      : directory_(d), choice_(std::move(c)), terms_(h), options_(o), name_(std::move(name)), fd_(std::move(fd)) {}

  void start(ext::connection_handler handler) {
    handler_ = std::move(handler);
    watch_ = directory_.reactor().make_watch(fd_.get(), [weak = weak_from_this()](std::uint32_t) {
      if (auto const self = weak.lock()) self->accept_some();
    });
    watch_->events(true, false);
  }

  void stop() noexcept {
    handler_ = nullptr;
    watch_.reset();
    pause_.reset();
    auto const gone = std::exchange(guests_, {});
    fd_.reset();
  }

 private:
  void accept_some() {
    for (int n = 0; n != accepted_at_a_time && handler_; ++n) {
      if (guests_.size() >= options_.max_half_open) return watch_->events(false, false);  // till one has gone
      base::unique_fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd) {
        welcome(std::move(fd));
      } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        return pause();
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return;
      }
    }
  }

  void pause() {
    watch_->events(false, false);
    if (!pause_) pause_ = directory_.reactor().make_alarm();
    pause_->at(directory_.reactor().now() + pause_without_descriptors, [weak = weak_from_this()] {
      if (auto const self = weak.lock(); self && self->watch_) self->watch_->events(true, false);
    });
  }

  void welcome(base::unique_fd fd) {
    auto const id = ++last_id_;
    auto shaking = std::make_shared<handshake>(directory_, choice_, terms_, incarnation_, flow::side::listener,
                                               std::move(fd), name_);
    auto patience = directory_.reactor().make_alarm();
    patience->at(directory_.reactor().now() + options_.handshake_timeout, [weak = weak_from_this(), id] {
      if (auto const self = weak.lock())
        self->leave(id, failure{errc::timed_out, self->name_ + ": a peer connected, and said nothing in time"});
    });
    guests_.emplace(id, guest{shaking, std::move(patience)});
    shaking->start([weak = weak_from_this(), id](ext::connection_result r) {
      if (auto const self = weak.lock()) self->leave(id, std::move(r));
    });
  }

  void leave(std::uint64_t id, ext::connection_result r) {
    auto const it = guests_.find(id);
    if (it == guests_.end() || !handler_) return;
    auto const gone = std::move(it->second);
    guests_.erase(it);
    watch_->events(true, false);
    auto const handler = handler_;
    handler(std::move(r));
  }

  directory& directory_;
  choice choice_;
  ext::handshake terms_;
  listen_options options_;
  std::string name_;
  std::uint64_t incarnation_ = random_number();
  base::unique_fd fd_;
  std::unique_ptr<ext::watch> watch_;
  std::unique_ptr<ext::alarm> pause_;
  std::map<std::uint64_t, guest> guests_;
  std::uint64_t last_id_ = 0;
  ext::connection_handler handler_;
};

acceptor::acceptor(directory& d, choice c, url local, base::unique_fd listening, ext::handshake const& h,
                   listen_options const& o)
    : local_(std::move(local)),
      everywhere_(local_address(listening.get()).is_any()),
      state_(std::make_shared<state>(d, std::move(c), std::move(listening), h, o, local_.to_string())) {}

acceptor::~acceptor() { state_->stop(); }

std::string acceptor::warning() const {
  if (!everywhere_) return {};
  return local_.to_string() +
         ": listens on every address of this host, and libfabric trusts whoever reaches it: "
         "name one address of a network that you trust";
}

void acceptor::start(ext::connection_handler handler) { state_->start(std::move(handler)); }

}  // namespace weft::ofi
