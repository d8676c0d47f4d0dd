// SPDX-License-Identifier: MIT
#include "core/socket.hpp"

#include "core/errands.hpp"
#include "core/guard.hpp"

#include <algorithm>
#include <utility>

namespace weft::core {

namespace {

// In the place of the list of the rung, once nobody will answer any more.
link::bell* const deaf = reinterpret_cast<link::bell*>(std::uintptr_t{1});

}  // namespace

socket::socket(std::shared_ptr<core::engine> e, ext::handshake h, socket_options const& o, make_protocol const& make)
    : engine_(std::move(e)), handshake_(h), options_(o), protocol_(make(*this)) {
  handshake_.socket = engine_->next_socket();
}

socket::~socket() {
  engine_->loop().disarm(alarm_);
  engine_->loop().disarm(attend_timer_);
  if (engine_->ours()) engine_->loop().forget(handshake_.socket);
}

std::unique_ptr<ext::context> socket::open_context(open_function const& open) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  guard lock(*this);
  auto c = open(*protocol_);
  c->place = new ext::context::parking(*c);
  places_.push_back(*c->place);
  return c;
}

void socket::with(ext::context& c, std::function<void(ext::context&)> const& work) {
  if (!engine_->ours()) raise(make_error_code(errc::forked));
  guard lock(*this);
  if (closed_) raise(make_error_code(errc::closed));
  work(c);
}

void socket::close_context(std::unique_ptr<ext::context> c) noexcept {
  if (!c) return;
  if (!engine_->ours()) return (void)c.release();  // its socket's lock may be held for ever
  guard lock(*this);
  std::unique_ptr<ext::context::parking> const place(c->place);
  while (!place->returned.empty()) drop(drop_reason::unread, direction::incoming, nullptr, place->returned.pop());
  if (readable_context_ == c.get()) readable_context_ = nullptr;
  if (writable_context_ == c.get()) writable_context_ = nullptr;
  c.reset();
}

// Links that ring, from any thread.

void link::bell::ring() noexcept {
  if (rung_.exchange(true, std::memory_order_seq_cst)) return ring_again();
  auto& head = socket_.rung_;
  next_rung_ = head.load(std::memory_order_relaxed);
  do {
    if (next_rung_ == deaf) return;
  } while (!head.compare_exchange_weak(next_rung_, this, std::memory_order_seq_cst, std::memory_order_relaxed));
  socket_.alert(urgent_.load(std::memory_order_seq_cst) && urgent_.exchange(false));
}

ext::doorbell::place link::bell::where() const noexcept { return {&socket_, static_cast<std::uint32_t>(owner_.id())}; }

/// The first ring has no answer so far, and perhaps will have none for long. On the loop that is not good enough:
/// the news may be the end, and it must be noticed although nobody waits.
void link::bell::ring_again() noexcept {
  if (!socket_.engine_->loop().on_loop()) return;
  urgent_.store(true, std::memory_order_seq_cst);  // for who rang first and is not on the list yet
  if (socket_.rung()) socket_.attend();
}

/// Somebody must answer: a sleeper, this thread if it runs the loop, or the loop if the socket asked for it or it
/// is urgent; where the protocol only has something that waits, the loop, soon. Otherwise whoever calls next.
void socket::alert(bool urgent) noexcept {
  if (sleepers_.any() && sleepers_.wake_one()) return;
  if (engine_->loop().on_loop()) return attend();
  if (!urgent && !attended_.load(std::memory_order_relaxed)) {
    if (tended_.load(std::memory_order_seq_cst)) attend_soon();
    return;
  }
  if (attend_posted_.exchange(true)) return;
  if (errands::leave(*this)) return;
  engine_->loop().post([weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self) return;
    self->attend_posted_ = false;
    self->attend();
  });
}

void socket::attend() noexcept { guard lock(*this); }
void socket::attend(ext::attendant& who) noexcept { guard lock(*this, who); }

/// Unless a caller comes first: one who is busy sending will.
void socket::attend_soon() noexcept {
  constexpr auto soon = std::chrono::milliseconds(1);
  if (attend_armed_.load(std::memory_order_relaxed) || attend_armed_.exchange(true)) return;
  engine_->loop().arm(attend_timer_, clock::now() + soon, [weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self) return;
    self->attend_armed_ = false;
    self->attend();
  });
}

void socket::answer_rings() noexcept {
  link::bell* list = rung_.load(std::memory_order_relaxed);
  if (!list || list == deaf) return;
  list = rung_.exchange(nullptr, std::memory_order_seq_cst);
  while (list) {
    link::bell& b = *list;
    link& l = b.owner_;
    list = std::exchange(b.next_rung_, nullptr);
    if (l.over_) {
      forget(l);
      continue;
    }
    // Cleared before the connection is asked: a ring from now on means there is more.
    b.rung_.exchange(false, std::memory_order_seq_cst);
    if (l.connection_->progress(l)) l.touch();
  }
}

void socket::answer(ext::attendant& who) noexcept {
  for (auto const id : who.take())
    if (link* const l = find(id); l && l->connection_->progress(*l)) l->touch();
}

/// Null when it is gone.
link* socket::find(std::uint32_t id) noexcept {
  if (found_ && static_cast<std::uint32_t>(found_->id()) == id) return found_;
  auto const it = links_.find(id);
  return found_ = it == links_.end() ? nullptr : it->second.get();
}

/// Nobody will answer any more; who rings from now on finds it so.
void socket::deafen() noexcept {
  rung_.store(deaf, std::memory_order_seq_cst);
  for (auto& l : lingering_) removed_.push_back(std::move(l));
  lingering_.clear();
  eventful_ = true;
}

/// The link is over, and has come off the list of the rung: nothing of ours refers to it any more.
void socket::forget(link& l) noexcept {
  auto const it = std::ranges::find(lingering_, &l, &std::shared_ptr<link>::get);
  if (it == lingering_.end()) return;
  removed_.push_back(std::move(*it));
  eventful_ = true;
  lingering_.erase(it);
}

// What connections tell, under the lock.

link::link(std::shared_ptr<socket> s, pipe_id id, std::shared_ptr<ext::connection> c, core::lane* lane,
           unsigned window) noexcept
    : ext::pipe(id, *c, window, &s->touched_),
      socket_(std::move(s)),
      connection_(std::move(c)),
      lane_(lane),
      bell_(*this) {}

void link::on_message(message&& m) noexcept {
  deliver(std::move(m));
  if (attached_) socket_->protocol_->readable(*this);
}

void link::on_messages(ext::message_source& lot, unsigned n, std::uint64_t bytes) noexcept {
  deliver(lot, n, bytes);
  if (attached_) socket_->protocol_->readable_many(*this, n);
}

void link::on_unread(message&& m) noexcept {
  note_arrival(m);
  socket_->drop(drop_reason::unread, direction::incoming, this, std::move(m));
}

void link::on_dropped(drop_reason why, direction which, std::uint64_t messages) noexcept {
  dropped.at(why, which) += messages;
  socket_->dropped_.at(why, which) += messages;
}

void link::on_writable(unsigned sends) noexcept {
  bool const could = can_send();
  add_credit(sends);
  if (attached_ && !could && can_send()) socket_->protocol_->writable(*this);
}

void link::on_closed(std::error_code why) noexcept {
  over_ = true;
  end_credit();
  socket_->remove(*this, why);
}

// Parked callers.

/// Who parks tries first, under the same lock: a mark is for those who have.
void socket::wake_receivers(ext::context& c) noexcept {
  auto& place = *c.place;
  if (!place.marked.linked() && !(place.receivers.empty() && place.watchers.empty())) {
    marked_.push_back(place);
    eventful_ = true;
  }
  changed();
}

void socket::pump() noexcept {
  // Serving one caller may make room for another.
  while (senders_marked_ || !marked_.empty()) {
    if (std::exchange(senders_marked_, false)) pump_senders();
    while (!marked_.empty()) pump_receivers(marked_.pop_front());
  }
  if (!conditions_.empty()) pump_conditions();
}

/// Oldest caller first; one whose context cannot send yet does not hold up the others.
void socket::pump_senders() noexcept {
  operation* next = nullptr;
  for (operation* o = senders_.first(); o; o = next) {
    next = senders_.next(*o);
    auto& op = static_cast<send_operation&>(*o);
    auto& place = *op.through->place;
    if (op.through->can_send()) {
      auto const why = op.through->send(*op.outgoing);
      if (op.buffered) leave_buffer(op, why);
      finish(op, why);
    } else if (place.has_channel && !op.buffered && may_buffer(place)) {
      move_to_buffer(op);
    }
  }
  for (auto* w = room_watchers_.first(); w; w = room_watchers_.next(*w))
    if (w->through->can_send() || may_buffer(*w->through->place)) raised_.push_back(w->who);
}

void socket::pump_receivers(ext::context::parking& place) noexcept {
  auto& c = place.owner;
  operation* next = nullptr;
  for (operation* o = place.receivers.first(); o; o = next) {
    next = place.receivers.next(*o);
    auto& op = static_cast<receive_operation&>(*o);
    if (!has_message(c, op.patient)) continue;
    auto const why = next_message(c, op.incoming);
    --c.waiting;
    op.served = true;
    finish(op, why);
  }
  if (!place.watchers.empty() && has_message(c, true)) raise_all(place.watchers);
}

void socket::pump_conditions() noexcept {
  operation* next = nullptr;
  for (operation* o = conditions_.first(); o; o = next) {
    next = conditions_.next(*o);
    auto& op = static_cast<condition_operation&>(*o);
    if (op.holds()) finish(op, {});
  }
}

void socket::park(condition_operation& op) noexcept {
  op.parked = true;
  conditions_.push_back(op);
  eventful_ = true;
}

void socket::finish(operation& op, std::error_code why) noexcept {
  op.hook.unlink();
  op.parked = false;
  op.why = why;
  finished_.push_back(op);
  eventful_ = true;
}

void socket::raise_all(ext::observers& list) noexcept {
  for (auto* w = list.first(); w; w = list.next(*w)) raised_.push_back(w->who);
  eventful_ = true;
}

/// Everybody who waits to send or to receive ends in `why`; not what waits in channels' buffers.
void socket::end_parked(std::error_code why) noexcept {
  operation* next = nullptr;
  for (operation* o = senders_.first(); o; o = next) {
    next = senders_.next(*o);
    if (!static_cast<send_operation&>(*o).buffered) finish(*o, why);
  }
  for (auto* place = places_.first(); place; place = places_.next(*place))
    while (!place->receivers.empty()) {
      auto& op = static_cast<receive_operation&>(place->receivers.front());
      if (op.started) --place->owner.waiting;
      finish(op, why);
    }
}

// Alarms: the loop is asked for the soonest only, and not told when one is disarmed, for most are.

void socket::arm(ext::context& c, clock::time_point when) noexcept {
  c.place->alarm = when;
  if (!c.place->armed.linked()) armed_.push_back(*c.place);
  if (when >= alarm_at_) return;
  alarm_at_ = when;
  engine_->loop().arm(alarm_, when, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->on_alarm();
  });
}

void socket::on_alarm() noexcept {
  guard lock(*this);
  alarm_at_ = clock::time_point::max();
  auto const time = clock::now();
  ext::intrusive_list<ext::context::parking, &ext::context::parking::armed> waiting;
  while (!armed_.empty()) waiting.push_back(armed_.pop_front());
  while (!waiting.empty()) {
    auto& place = waiting.pop_front();
    if (place.alarm <= time)
      place.owner.expire();
    else
      arm(place.owner, place.alarm);
  }
}

void socket::settle_readiness() noexcept {
  if (readable_.open())
    readable_.settle([this] {
      std::lock_guard lock(mutex_);
      return closed_ || (readable_context_ && has_news(*readable_context_));
    });
  if (writable_.open())
    writable_.settle([this] {
      std::lock_guard lock(mutex_);
      return closed_ || (writable_context_ && writable_context_->can_send());
    });
}

}  // namespace weft::core
