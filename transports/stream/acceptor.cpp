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

// With no room for another half-open peer, one that took so much of its time already makes room.
constexpr int fair_share = 10;

// Others want the loop, too.
constexpr int accepted_at_a_time = 64;

bool is_exhaustion(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

class door::state : public std::enable_shared_from_this<state> {
 public:
  state(ext::reactor& r, std::string name, base::unique_fd fd, listen_options const& o, welcome w)
      : reactor_(r), name_(std::move(name)), options_(o), welcome_(std::move(w)), fd_(std::move(fd)) {}
  ~state() {
    if (welcome_.at_end) welcome_.at_end();
  }

  void start(door::handler handler) {
    handler_ = std::move(handler);
    watch_ = reactor_.make_watch(fd_.get(), [weak = weak_from_this()](std::uint32_t) {
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
    std::shared_ptr<stream::handshake> shaking;
    std::unique_ptr<ext::alarm> patience;
    std::string peer;
    clock::time_point since;
  };

  void accept_some() {
    auto const keep = shared_from_this();
    for (int n = 0; n != accepted_at_a_time && handler_; ++n) {
      if (guests_.size() >= options_.max_half_open && !make_room()) return;
      base::unique_fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (fd) {
        receive(std::move(fd));
      } else if (is_exhaustion(errno)) {
        return complain_of(errno);
      } else if (errno != EINTR && errno != ECONNABORTED) {
        return;
      }
    }
  }

  /// Silent peers must not keep the others out for as long as they please.
  bool make_room() {
    auto const& [id, oldest] = *guests_.begin();
    auto const due = oldest.since + options_.handshake_timeout / fair_share;
    if (reactor_.now() >= due) {
      leave(id, too_late(name_));
      return handler_ != nullptr;
    }
    pause_until(due);
    return false;
  }

  void pause_until(clock::time_point when) {
    watch_->events(false, false);
    if (!pause_) pause_ = reactor_.make_alarm();
    pause_->at(when, [weak = weak_from_this()] {
      if (auto const self = weak.lock(); self && self->watch_) self->watch_->events(true, false);
    });
  }

  void complain_of(int error) {
    pause_until(reactor_.now() + pause_without_descriptors);
    auto const handler = handler_;
    std::error_code const why(error, std::system_category());
    handler(failure{why, name_ + ": cannot accept: " + why.message(), fault_kind::no_descriptors}, {});
  }

  void receive(base::unique_fd fd) {
    auto const id = ++last_id_;
    if (welcome_.prepare) welcome_.prepare(fd.get());
    auto peer = welcome_.name_of_peer(fd.get());
    auto shaking =
        std::make_shared<stream::handshake>(reactor_, std::move(fd), welcome_.handshake(), name_ + ", " + peer);
    auto patience = reactor_.make_alarm();
    patience->at(reactor_.now() + options_.handshake_timeout, [weak = weak_from_this(), id] {
      if (auto const self = weak.lock()) self->leave(id, too_late(self->name_));
    });
    guests_.emplace(id, guest{shaking, std::move(patience), std::move(peer), reactor_.now()});
    shaking->start([weak = weak_from_this(), id](setup<established> r) {
      if (auto const self = weak.lock()) self->leave(id, std::move(r));
    });
  }

  void leave(std::uint64_t id, setup<established> r) {
    auto const it = guests_.find(id);
    if (it == guests_.end() || !handler_) return;
    auto const gone = std::move(it->second);
    guests_.erase(it);
    watch_->events(true, false);
    auto const handler = handler_;
    handler(std::move(r), gone.peer);
  }

  ext::reactor& reactor_;
  std::string name_;
  listen_options options_;
  welcome welcome_;
  base::unique_fd fd_;
  std::unique_ptr<ext::watch> watch_;
  std::unique_ptr<ext::alarm> pause_;
  std::map<std::uint64_t, guest> guests_;
  std::uint64_t last_id_ = 0;
  door::handler handler_;
};

door::door(ext::reactor& r, std::string name, base::unique_fd listening, listen_options const& o, welcome w)
    : state_(std::make_shared<state>(r, std::move(name), std::move(listening), o, std::move(w))) {}

door::~door() { state_->stop(); }

void door::open(handler h) { state_->start(std::move(h)); }

void acceptor::start(ext::connection_handler handler) {
  door_.open([this, handler = std::move(handler)](setup<established> r, std::string const& peer) {
    handler(hub_.take_in(std::move(r), framing_, terms_, local_.to_string(), peer));
  });
}

}  // namespace weft::stream
