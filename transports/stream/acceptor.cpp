// SPDX-License-Identifier: MIT
#include "stream/acceptor.hpp"

#include <weft/error.hpp>

#include "stream/handshake.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <map>
#include <new>
#include <system_error>
#include <utility>

namespace weft::stream {

namespace {

using namespace std::chrono_literals;

// No descriptors left: looking at once again would be all that this thread does.
constexpr auto pause_without_descriptors = 100ms;

// Others want the loop, too.
constexpr int accepted_at_a_time = 64;

bool is_exhaustion(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

class acceptor::state : public std::enable_shared_from_this<state> {
 public:
  state(hub& h, base::unique_fd fd, ext::handshake const& terms, listen_options const& o, welcome w, std::string name)
      : hub_(h), terms_(terms), options_(o), welcome_(std::move(w)), name_(std::move(name)), fd_(std::move(fd)) {}
  ~state() {
    if (welcome_.at_end) welcome_.at_end();
  }

  void start(ext::connection_handler handler) {
    handler_ = std::move(handler);
    watch_ = hub_.reactor().make_watch(fd_.get(), [weak = weak_from_this()](std::uint32_t) {
      if (auto const self = weak.lock()) self->accept_some();
    });
    watch_->events(true, false);
  }

  void stop() noexcept {
    handler_ = nullptr;
    watch_.reset();
    pause_.reset();
    auto const gone = std::exchange(guests_, {});
    if (welcome_.at_end) std::exchange(welcome_.at_end, nullptr)();
    fd_.reset();
  }

 private:
  struct guest {
    std::shared_ptr<handshake> shaking;
    std::unique_ptr<ext::alarm> patience;
    std::string peer;
  };

  void accept_some() {
    auto const keep = shared_from_this();
    for (int n = 0; n != accepted_at_a_time && handler_; ++n) {
      if (guests_.size() >= options_.max_half_open) return watch_->events(false, false);  // till one has gone
      base::unique_fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd) {
        receive(std::move(fd));
      } else if (is_exhaustion(errno)) {
        return pause();
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return;
      }
    }
  }

  void pause() {
    watch_->events(false, false);
    if (!pause_) pause_ = hub_.reactor().make_alarm();
    pause_->at(hub_.reactor().now() + pause_without_descriptors, [weak = weak_from_this()] {
      if (auto const self = weak.lock(); self && self->watch_) self->watch_->events(true, false);
    });
  }

  void receive(base::unique_fd fd) {
    auto const id = ++last_id_;
    if (welcome_.prepare) welcome_.prepare(fd.get());
    auto peer = welcome_.name_of_peer(fd.get());
    auto shaking = std::make_shared<handshake>(hub_.reactor(), terms_, std::move(fd), name_ + ", " + peer);
    auto patience = hub_.reactor().make_alarm();
    patience->at(hub_.reactor().now() + options_.handshake_timeout, [weak = weak_from_this(), id] {
      if (auto const self = weak.lock())
        self->leave(id, failure{errc::timed_out, self->name_ + ": a peer connected, and said nothing in time"});
    });
    guests_.emplace(id, guest{shaking, std::move(patience), std::move(peer)});
    shaking->start([weak = weak_from_this(), id](setup<base::unique_fd> r) {
      if (auto const self = weak.lock()) self->leave(id, std::move(r));
    });
  }

  void leave(std::uint64_t id, setup<base::unique_fd> r) {
    auto const it = guests_.find(id);
    if (it == guests_.end() || !handler_) return;
    auto const gone = std::move(it->second);
    guests_.erase(it);
    watch_->events(true, false);
    auto const handler = handler_;
    if (!r) return handler(r.error());
    try {
      handler(hub_.connect(*std::move(r), welcome_.framing, terms_, gone.peer));
    } catch (std::system_error const& why) {
      handler(failure{why.code(), name_ + ": " + why.what()});
    }
  }

  hub& hub_;
  ext::handshake terms_;
  listen_options options_;
  welcome welcome_;
  std::string name_;
  base::unique_fd fd_;
  std::unique_ptr<ext::watch> watch_;
  std::unique_ptr<ext::alarm> pause_;
  std::map<std::uint64_t, guest> guests_;
  std::uint64_t last_id_ = 0;
  ext::connection_handler handler_;
};

acceptor::acceptor(hub& h, url local, base::unique_fd listening, ext::handshake const& terms, listen_options const& o,
                   welcome w)
    : local_(std::move(local)),
      state_(std::make_shared<state>(h, std::move(listening), terms, o, std::move(w), local_.to_string())) {}

acceptor::~acceptor() { state_->stop(); }

void acceptor::start(ext::connection_handler handler) { state_->start(std::move(handler)); }

}  // namespace weft::stream
