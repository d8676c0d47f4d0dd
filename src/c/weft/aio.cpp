// SPDX-License-Identifier: MIT
#include "aio.hpp"

#include "errors.hpp"
#include "talk.hpp"

#include <chrono>
#include <utility>

namespace weft::capi {

namespace {

using namespace std::chrono_literals;

// How long one who waits in an engine without a helper sleeps before it drives the engine again.
constexpr auto nap = 1ms;

}  // namespace

int aio::begin(aios::held self, std::shared_ptr<home> h, clock::duration& timeout) {
  if (!h->ours()) return WEFT_EFORKED;
  std::lock_guard lock(mutex_);
  if (busy_) return WEFT_EBUSY;
  busy_ = true;
  under_way_ = false;
  stopped_by_.reset();
  delete std::exchange(message_, nullptr);
  ++turn_;
  timeout = timeout_;
  self_ = std::move(self);
  home_ = std::move(h);
  return WEFT_OK;
}

/// Posted before the operation starts, and so run before its end.
void aio::limit(clock::duration d, std::error_code then) {
  if (d == clock::duration::max()) return;
  home_->loop().post([this, when = deadline(d).when(), then, turn = turn_] {
    alarm_ = home_->loop().make_alarm();
    alarm_->at(when, [this, then, turn] { stop(turn, then); });
  });
}

int aio::send(aios::held self, std::shared_ptr<home> h, sender to, std::stop_token closing, weft_message* m) {
  auto const keep = self;
  clock::duration timeout{};
  if (int const code = begin(std::move(self), std::move(h), timeout)) return code;
  auto const turn = turn_;
  message_ = m;
  auto through = to;  // what was begun may be over, and the next one begun, before its start returns
  to_.emplace(std::move(to));
  auto& op = sending_.emplace(*this);
  op.outgoing = &m->it;
  limit(timeout, errc::timed_out);
  on_closing_.emplace(std::move(closing), on_closing{*this, turn});
  through.start(op);
  begun(keep, turn);
  return WEFT_OK;
}

int aio::receive(aios::held self, std::shared_ptr<home> h, receiver from, std::stop_token closing,
                 std::uint64_t socket) {
  auto const keep = self;
  auto room = std::unique_ptr<weft_message>(wrap({}, socket));
  clock::duration timeout{};
  if (int const code = begin(std::move(self), std::move(h), timeout)) return code;
  auto const turn = turn_;
  message_ = room.release();
  auto through = from;
  from_.emplace(std::move(from));
  auto& op = receiving_.emplace(*this);
  limit(timeout, errc::timed_out);
  on_closing_.emplace(std::move(closing), on_closing{*this, turn});
  through.start(op);
  begun(keep, turn);
  return WEFT_OK;
}

int aio::sleep(aios::held self, std::shared_ptr<home> h, clock::duration d) {
  auto const keep = self;
  clock::duration timeout{};
  if (int const code = begin(std::move(self), std::move(h), timeout)) return code;
  bool const in_time = d <= timeout;
  auto const turn = turn_;
  limit(in_time ? d : timeout, in_time ? std::error_code{} : make_error_code(errc::timed_out));
  begun(keep, turn);
  return WEFT_OK;
}

void aio::begun(aios::held const& self, std::uint64_t turn) {
  std::lock_guard lock(mutex_);
  if (!goes_on(turn)) return;
  under_way_ = true;
  if (!stopped_by_) return;
  home_->loop().post([self, turn] {
    {
      std::lock_guard again(self->mutex_);
      if (!self->goes_on(turn)) return;
    }
    self->end_it();
  });
}

void aio::stop_soon(aios::held const& self, std::uint64_t turn, std::error_code why) {
  home_->loop().post([self, turn, why] { self->stop(turn, why); });
}

/// On the loop. The first reason counts.
void aio::stop(std::uint64_t turn, std::error_code why) {
  {
    std::lock_guard lock(mutex_);
    if (!goes_on(turn) || stopped_by_) return;
    stopped_by_ = why;
    if (!under_way_) return;
  }
  end_it();
}

void aio::end_it() {
  if (to_)
    (void)to_->cancel(*sending_);
  else if (from_)
    (void)from_->cancel(*receiving_);
  else
    ended();
}

void aio::ended() noexcept {
  home_->loop().post([this] { deliver(); });
}

/// What the operation came to. Under the lock.
void aio::settle() noexcept {
  std::error_code why = errc::canceled;
  if (sending_) why = sending_->why;
  if (receiving_) why = receiving_->why;
  if (stopped_by_ && why == errc::canceled) why = *stopped_by_;
  if (receiving_ && !why) message_->it = std::move(receiving_->incoming);
  if (sending_ ? !why : bool(why)) delete std::exchange(message_, nullptr);
  result_ = code_of(why);
  sending_.reset();
  receiving_.reset();
}

void aio::deliver() noexcept {
  on_closing_.reset();
  alarm_.reset();
  auto const self = std::move(self_);
  auto const to = std::exchange(to_, std::nullopt);
  auto const from = std::exchange(from_, std::nullopt);
  std::shared_ptr<home> last;
  std::uint64_t turn;
  {
    std::lock_guard lock(mutex_);
    settle();
    turn = turn_;
    busy_ = false;
  }
  if (callback_) callback_(arg_);
  std::lock_guard lock(mutex_);
  returned_from_ = turn;
  if (!busy_) last = std::move(home_);  // an engine ends with what goes on in it
  returned_.notify_all();
}

void aio::set_timeout(clock::duration d) {
  std::lock_guard lock(mutex_);
  timeout_ = d;
}

void aio::cancel(aios::held self) {
  std::lock_guard lock(mutex_);
  if (busy_ && home_->ours()) stop_soon(self, turn_, errc::canceled);
}

int aio::wait() {
  std::unique_lock lock(mutex_);
  auto const over = [this, turn = turn_] { return returned_from_ >= turn; };
  if (over()) return WEFT_OK;
  auto const h = home_;
  if (!h->ours()) return WEFT_EFORKED;
  if (h->loop().on_loop()) return WEFT_ESTATE;
  if (h->has_helper()) return returned_.wait(lock, over), WEFT_OK;
  while (!over()) {
    lock.unlock();
    h->engine.poll();
    lock.lock();
    returned_.wait_for(lock, nap, over);
  }
  return WEFT_OK;
}

int aio::result() {
  std::lock_guard lock(mutex_);
  return busy_ ? int{WEFT_EBUSY} : result_;
}

weft_message* aio::take_message() {
  std::lock_guard lock(mutex_);
  return busy_ ? nullptr : std::exchange(message_, nullptr);
}

namespace {

/// `go` begins it.
template <class Go>
int begin(weft_aio a, Go&& go) noexcept {
  return guarded([&] {
    auto it = aios::hold(a.id);
    return go(*it, it);
  });
}

template <class Table>
int send(std::uint64_t id, weft_message* m, weft_aio a) noexcept {
  return begin(a, [&](aio& it, aios::held& self) {
    auto const t = Table::hold(id);
    return it.send(std::move(self), t->engine, t->sender(), t->closing(), &given(m));
  });
}

}  // namespace

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_aio_open(void (*callback)(void*), void* arg, weft_aio* out) {
  return guarded([&] {
    auto& id = given(out).id;
    id = aios::insert(std::make_unique<aio>(callback, arg));
    return WEFT_OK;
  });
}

int weft_aio_close(weft_aio a) {
  return guarded([&] {
    auto const it = aios::take(a.id);
    it->cancel(it);
    (void)it->wait();
    return WEFT_OK;
  });
}

int weft_aio_set_timeout(weft_aio a, int timeout) {
  return guarded([&] {
    aios::hold(a.id)->set_timeout(duration_of(timeout));
    return WEFT_OK;
  });
}

int weft_aio_cancel(weft_aio a) {
  return guarded([&] {
    auto const it = aios::hold(a.id);
    it->cancel(it);
    return WEFT_OK;
  });
}

int weft_aio_wait(weft_aio a) {
  return guarded([&] { return aios::hold(a.id)->wait(); });
}

int weft_aio_result(weft_aio a) {
  return guarded([&] { return aios::hold(a.id)->result(); });
}

weft_message* weft_aio_take_message(weft_aio a) {
  weft_message* m = nullptr;
  (void)guarded([&] {
    m = aios::hold(a.id)->take_message();
    return WEFT_OK;
  });
  return m;
}

int weft_socket_send_aio(weft_socket socket, weft_message* m, weft_aio a) { return send<sockets>(socket.id, m, a); }
int weft_context_send_aio(weft_context context, weft_message* m, weft_aio a) {
  return send<contexts>(context.id, m, a);
}

int weft_socket_receive_aio(weft_socket socket, weft_aio a) {
  return begin(a, [&](aio& it, aios::held& self) {
    auto const s = sockets::hold(socket.id);
    return it.receive(std::move(self), s->engine, s->receiver(), s->closing(), s->id);
  });
}

int weft_context_receive_aio(weft_context context, weft_aio a) {
  return begin(a, [&](aio& it, aios::held& self) {
    auto const c = contexts::hold(context.id);
    return it.receive(std::move(self), c->engine, c->receiver(), c->closing(), c->socket);
  });
}

int weft_socket_receive_request_aio(weft_socket socket, weft_aio a) {
  return begin(a, [&](aio& it, aios::held& self) {
    auto const s = sockets::hold(socket.id);
    return it.receive(std::move(self), s->engine, s->requests(), s->closing(), s->id);
  });
}

int weft_socket_reply_aio(weft_socket socket, weft_message const* request, weft_message* reply, weft_aio a) {
  return begin(a, [&](aio& it, aios::held& self) {
    auto const s = sockets::hold(socket.id);
    must(&given(request) != &given(reply), "a request is not its own reply");
    must(request->socket == socket.id, "no request of this socket");
    reply->it = weft::reply_to(request->it, std::move(reply->it));
    int const code = it.send(std::move(self), s->engine, s->replies(), s->closing(), reply);
    if (code != WEFT_OK) reply->it.header().clear();
    return code;
  });
}

int weft_engine_sleep_aio(weft_engine engine, int duration, weft_aio a) {
  return begin(a, [&](aio& it, aios::held& self) {
    must(duration >= 0, "a time of less than nothing");
    return it.sleep(std::move(self), home_of(engine), duration_of(duration));
  });
}
}
