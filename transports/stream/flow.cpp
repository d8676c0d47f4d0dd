// SPDX-License-Identifier: MIT
#include "stream/flow.hpp"

#include <weft/error.hpp>

#include "stream/system_calls.hpp"

#include <sys/epoll.h>

#include <cerrno>
#include <new>
#include <utility>

namespace weft::stream {

namespace {

// The others on the lane want their turn, too.
constexpr int reads_at_a_time = 16;

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::error_code read_error(int error) noexcept {
  if (error == ECONNRESET || error == EPIPE) return errc::connection_reset;
  if (error == ETIMEDOUT) return errc::timed_out;
  return {error, std::system_category()};
}

/// For what comes when nobody will ever receive it.
class deaf_ears final : public ext::connection_events {
 public:
  explicit deaf_ears(ext::connection_events& events) noexcept : events_(events) {}
  void on_message(message&& m) noexcept override { on_unread(std::move(m)); }
  void on_unread(message&& m) noexcept override { events_.on_unread(std::move(m)); }
  void on_writable(unsigned) noexcept override {}
  void on_closed(std::error_code) noexcept override {}

 private:
  ext::connection_events& events_;
};

}  // namespace

flow::flow(std::shared_ptr<stream::lane> l, established e, framing f, std::uint64_t most, std::string peer)
    : lane_(std::move(l)),
      fd_(std::move(e.fd)),
      channel_(std::move(e.through)),
      about_(std::move(e.about)),
      id_(next_id()),
      peer_(std::move(peer)),
      inbox_(f, most, lane_->spare()),
      outbox_(f) {}

// The socket's part.

void flow::start(std::shared_ptr<ext::doorbell> d) noexcept {
  bell_.hang(std::move(d));
  try {
    bool const heard_already = hears_more();
    lane_->add(shared_from_this());
    // What came with the last words of the handshake causes no event; that output is possible does.
    if (heard_already) lane_->watch_output(*this, true);
  } catch (std::system_error const& e) {
    end(e.code());
  } catch (std::bad_alloc const&) {
    end(std::make_error_code(std::errc::not_enough_memory));
  }
  bell_.ring();  // there are send credits to tell
  if (over()) flush();
}

bool flow::progress(ext::connection_events& events) noexcept {
  if (told_) return false;
  if (!over())
    if (unsigned const n = outbox_.take_allowance()) events.on_writable(n);
  if (inbox_.ready()) take_in(events);
  if (!silent()) return wants_flush();  // the flusher has the last word
  told_ = true;
  events.on_closed(reason());
  bell_.take_down();
  return true;
}

bool flow::wants_flush() const noexcept {
  // After ready() was cleared, and in one order with that: see read_in().
  return left_.load(std::memory_order_seq_cst) || resume_.load(std::memory_order_relaxed) ||
         hung_up_.load(std::memory_order_relaxed) || over() || finishing_.load(std::memory_order_acquire) ||
         outbox_.size() != 0;
}

void flow::take_in(ext::connection_events& events) noexcept {
  auto const before = granted_;
  auto why = inbox_.deliver(events, granted_, this, over());
  if (note_blocked() && must_read_on()) {
    inbox_.set_aside();
    note_blocked();
    if (!why) why = inbox_.deliver(events, granted_, this, over());
  }
  if (granted_ != before) answered_.store(true, std::memory_order_relaxed);
  // Who finishes takes nothing any more, and must read on to see the peer's end.
  if (!why && inbox_.ready() && finishing_.load(std::memory_order_relaxed)) {
    deaf_ears nobody(events);
    why = inbox_.deliver(nobody, granted_, nullptr, true);
  }
  if (why) return end(why, why == errc::malformed ? fault_kind::bad_frame : fault_kind::too_large);
  // Asked again: from the moment it was given back it is the reader's, and only then may the end have come.
  if (!inbox_.ready() || !inbox_.ended()) return;
  if (inbox_.torn() && (!read_why_ || read_fault_ == fault_kind::reset))
    end(errc::connection_reset, read_why_ ? fault_kind::reset_in_message : fault_kind::truncated);
  else
    end(read_why_, read_fault_);
}

/// For who reads; in one order with the peer's end: see hung_up(). \return whether it is
bool flow::note_blocked() noexcept {
  blocked_.store(inbox_.blocked(), std::memory_order_seq_cst);
  return inbox_.blocked();
}

/// Whatever is received: to see the end.
bool flow::must_read_on() const noexcept {
  return over() || finishing_.load(std::memory_order_relaxed) || hung_up_.load(std::memory_order_seq_cst);
}

/// The last one gives the bytes back to the reader.
bool flow::take(message& m) noexcept {
  inbox_.take(m);
  if (inbox_.untaken() > 0) return false;
  resume_.store(true, std::memory_order_relaxed);
  return true;
}

void flow::describe(pipe_info& i) const {
  if (!about_) return;
  i.tls = about_->tls;
  i.properties.insert(i.properties.end(), about_->properties.begin(), about_->properties.end());
}

void flow::grant(unsigned messages) noexcept {
  granted_ += messages;
  resume_.store(true, std::memory_order_relaxed);
}

void flow::close(std::error_code why) noexcept { end(why ? why : make_error_code(errc::closed)); }

void flow::abandon() noexcept {
  end(errc::closed);
  flush();
  lane_->remove(*this);
}

// How it ends: whoever finds out notes it, flush() follows, and the flusher sees to the rest.

void flow::end(std::error_code why, fault_kind what) noexcept {
  std::lock_guard lock(ending_);
  if (over_.load(std::memory_order_relaxed)) return;
  why_ = why;
  fault_ = what;
  over_.store(true, std::memory_order_release);
}

std::error_code flow::reason() noexcept {
  std::lock_guard lock(ending_);
  return why_;
}

fault_kind flow::fault() const noexcept {
  std::lock_guard lock(ending_);
  return fault_;
}

/// On the loop, which answers at once: an end must be noticed even where nobody waits.
void flow::announce() noexcept {
  bell_.ring();
  lane_->reactor().post([self = shared_from_this()] { self->bell_.ring(); });
}

/// Whether the helper must look after it: input that nobody may ever wait for, output that the kernel does not take.
void flow::update_care() noexcept {
  int change = 0;
  {
    std::lock_guard lock(ending_);
    bool const left_behind = hung_up_.load(std::memory_order_relaxed) && !inbox_.ready();
    bool const wanted = !over_.load(std::memory_order_relaxed) && (stalled() || left_behind);
    if (wanted != cared_) change = wanted ? +1 : -1;
    cared_ = wanted;
  }
  if (change != 0) lane_->care(change);
}

void flow::hung_up() noexcept {
  hung_up_.store(true, std::memory_order_seq_cst);
  clear_the_way();
  update_care();
}

/// Messages that nobody takes must not hide the peer's end.
void flow::clear_the_way() noexcept {
  if (blocked_.load(std::memory_order_seq_cst) && hung_up_.load(std::memory_order_relaxed)) bell_.ring();
}

// The driver's part.

flow::driven flow::drive(std::uint32_t events) noexcept {
  driven did;
  bool const ended = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
  if (events & EPOLLOUT || ended) {
    if (stalled_.exchange(false, std::memory_order_acq_rel)) {
      did.any |= pump();
      update_care();
    } else if (!ended) {
      watch_no_output();
    }
  }
  if (ended) hung_up_.store(true, std::memory_order_seq_cst);
  if (ended || events & EPOLLIN || hears_more()) {
    auto const read = read_in();
    did.any |= read.any;
    did.more = read.more;
    if (channel_ && channel_->wants_to_send()) pump();
  }
  if (hung_up_.load(std::memory_order_relaxed)) update_care();
  return did;
}

/// The kernel says so each time the peer reads (AF_UNIX), which is of interest only while it takes no more.
void flow::watch_no_output() noexcept {
  lane_->watch_output(*this, false);
  if (stalled()) lane_->watch_output(*this, true);
}

flow::driven flow::read_in() noexcept {
  driven did;
  for (int n = 0; n != reads_at_a_time && !over(); ++n) {
    if (inbox_.ready()) {
      left_.store(true, std::memory_order_seq_cst);
      clear_the_way();
      did.more = true;
      return did;
    }
    std::span<std::byte> room;
    try {
      room = inbox_.room();
    } catch (std::bad_alloc const&) {
      read_ended(std::make_error_code(std::errc::not_enough_memory));
      return did;
    }
    auto const got =
        channel_ ? channel_->receive(room.data(), room.size()) : receive_now(fd_.get(), room.data(), room.size());
    if (got > 0) {
      did.any = true;
      did.more =
          static_cast<std::size_t>(got) == room.size() || hung_up_.load(std::memory_order_relaxed) || hears_more();
      if (inbox_.took(static_cast<std::size_t>(got))) {
        if (did.more) left_.store(true, std::memory_order_seq_cst);
        bell_.ring();
        return did;
      }
      if (!did.more) return did;  // a short read took all there was
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      input_ended(got < 0 ? errno : 0);
      return {.any = true};
    } else if (errno == EAGAIN) {
      inbox_.put_away();
      did.more = false;
      return did;
    }
  }
  did.more = !over();
  return did;
}

/// `error`: of the read that failed, zero at the end.
void flow::input_ended(int error) noexcept {
  auto const broke = read_error(error);
  if (error != 0) return read_ended(broke, broke == errc::connection_reset ? fault_kind::reset : fault_kind::none);
  auto const said = channel_ ? channel_->fault() : failure{};
  read_ended(said.code, said.kind);
}

void flow::read_ended(std::error_code why, fault_kind what) noexcept {
  read_why_ = why;
  read_fault_ = what;
  inbox_.end();
  announce();
}

}  // namespace weft::stream
