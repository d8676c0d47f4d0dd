// SPDX-License-Identifier: MIT
#include "fabric/shared_endpoint.hpp"

#include <weft/error.hpp>

#include "fabric/flow.hpp"

#include <algorithm>
#include <utility>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

// What did not go out is tried again so soon: nobody tells when a connection is made, or a queue has room.
constexpr auto retry_pause = 200us;
constexpr auto tending_pause = 5ms;
constexpr auto second_look_pause = 100us;

// An address that nobody uses any more may still have bytes on their way to it.
constexpr auto stays_known = 2s;

constexpr std::size_t send_depth = 1024;
constexpr std::size_t receive_depth = 4096;

// One completion queue for all links of a domain: what they may have under way has room in it, frames sent from the
// pool and bulk messages of both directions among it.
constexpr std::size_t queue_depth = 16384;
constexpr std::size_t most_lent = (queue_depth - send_pool::most) / (1 + 2 * most_clears / 8);
static_assert(8 <= credits{3, 2}.data + 2 * credits{3, 2}.control + credits::spare);

}  // namespace

setup<std::shared_ptr<shared_endpoint>> shared_endpoint::open(ext::reactor& r, fabric::info const& chosen,
                                                              std::string const& name, fabric::rendezvous large) {
  auto domain = fabric::domain::open(chosen);
  if (!domain) return domain.error();
  if (chosen.type() == fabric::endpoint_type::msg) {
    // Not every provider has tags to tell.
    auto queue = fabric::completion_queue::open(*domain, {.depth = queue_depth, .format = fabric::queue_format::data});
    if (!queue) return queue.error();
    auto board = std::make_shared<switchboard>(r, *std::move(domain));
    auto links = std::make_shared<shared_endpoint>(std::move(board), r, *std::move(queue));
    links->large_ = large;
    return links;
  }
  auto end =
      fabric::rdm_endpoint::open(*domain, {.send_depth = send_depth, .receive_depth = receive_depth, .name = name});
  if (!end) return end.error();
  auto made = std::make_shared<shared_endpoint>(r, *std::move(end));
  made->large_ = large;
  return made;
}

shared_endpoint::shared_endpoint(ext::reactor& r, std::unique_ptr<fabric::rdm_endpoint> e) noexcept
    : reactor_(r),
      domain_(e->domain()),
      completions_(e->face().sends()),
      endpoint_(std::move(e)),
      buffers_(*endpoint_, *this, on_frame),
      sends_(*endpoint_, on_sent),
      bodies_(*domain_) {}

shared_endpoint::shared_endpoint(std::shared_ptr<switchboard> b, ext::reactor& r,
                                 std::shared_ptr<fabric::completion_queue> q)
    : reactor_(r),
      domain_(b->domain()),
      completions_(std::move(q)),
      board_(std::move(b)),
      buffers_(fabric::registrar(domain_), most_lent, *this, on_link_frame),
      sends_(fabric::registrar(domain_), on_sent),
      bodies_(*domain_) {}

/// First the endpoint: then nothing is posted any more, and the memory is ours. Over shm it wants to be the last to
/// have its queue. The alarm ends where it was made.
shared_endpoint::~shared_endpoint() {
  completions_.reset();
  endpoint_.reset();
  for (auto& [f, owned] : flows_) f->cut();
  if (second_look_) reactor_.post([alarm = std::move(second_look_)] {});
}

bool shared_endpoint::poll() noexcept {
  if (chores_.load(std::memory_order_relaxed)) [[unlikely]]
    do_chores();
  auto const n = completions_->read(entries_);
  if (n == 0) {
    if (!unlinked_.empty()) [[unlikely]]
      bury_unlinked();
    if (completions_->broken()) [[unlikely]]
      end_all();
    return false;
  }
  for (std::size_t i = 0; i != n; ++i) entries_[i].complete();
  settle_touched();
  return true;
}

void shared_endpoint::wait(clock::time_point until) noexcept {
  // Whatever is held is a chore.
  if (chores_.load(std::memory_order_relaxed)) {
    release_held(&flow::push);
    until = std::min<clock::time_point>(
        until, clock::now() + (retries_.load(std::memory_order_relaxed) ? clock::duration(retry_pause)
                                                                        : clock::duration(tending_pause)));
  }
  completions_->wait(until);
}

void shared_endpoint::on_frame(fabric::operation& op, fabric::completion const& c) noexcept {
  auto& b = static_cast<receive_buffer&>(op);
  b.home.frame_arrived(b, c);
}

void shared_endpoint::frame_arrived(receive_buffer& b, fabric::completion const& c) noexcept {
  // An error is a message that its sender's death cut short; who that was is not said.
  auto* const f = c.error ? nullptr : slots_.find(tag::slot_of(c.tag));
  if (!f || f->place().generation != tag::low_of(c.tag)) return repost(b);
  b.size = c.bytes;
  touch(*f, f->arrived(b));
}

/// Of a link: nobody else's frames come by it. Once it is closed, or has failed, its buffers stay where they are.
void shared_endpoint::on_link_frame(fabric::operation& op, fabric::completion const& c) noexcept {
  auto& b = static_cast<receive_buffer&>(op);
  auto* const f = b.lent_to;
  if (!f || f->is_let_go()) return;
  if (c.error) return f->link_failed();
  b.size = c.bytes;
  b.home.touch(*f, f->arrived(b));
}

void shared_endpoint::on_sent(fabric::operation& op, fabric::completion const& c) noexcept {
  auto& sent = static_cast<send_operation&>(op);
  auto& from = *sent.from;
  from.home().sends_.release(sent);
  from.frame_sent();
  from.send_ended(c);
}

/// One flow at a time is remembered: as a rule, all of a batch is of one.
void shared_endpoint::touch(flow& f, unsigned what) noexcept {
  if (touched_ != &f) settle_touched();
  touched_ = &f;
  touched_for_ |= what;
  if (!stranded_.empty()) chores_.store(true, std::memory_order_relaxed);  // it may have been its last
}

void shared_endpoint::settle_touched() noexcept {
  if (!touched_) return;
  std::exchange(touched_, nullptr)->attend(std::exchange(touched_for_, 0));
}

void shared_endpoint::repost(receive_buffer& b) noexcept {
  if (buffers_.post(b)) return;
  unposted_.push_back(&b);
  chores_.store(true, std::memory_order_relaxed);
}

void shared_endpoint::retry(flow& f) noexcept {
  if (f.retrying_.exchange(true, std::memory_order_acq_rel)) return;
  std::lock_guard lock(mutex_);
  to_retry_.push_back(&f);
  retries_.store(true, std::memory_order_relaxed);
  chores_.store(true, std::memory_order_relaxed);
}

/// The driver flushes it with each turn, and pushes it before it sleeps. There may be no driver, when who sent turns to
/// something else: then the loop does, a little later. At once would have it compete with a sender who goes on, and
/// send his messages one by one.
void shared_endpoint::hold(flow& f) noexcept {
  if (f.held_.load(std::memory_order_relaxed) || f.held_.exchange(true, std::memory_order_acq_rel)) return;
  bool is_first;
  {
    std::lock_guard lock(mutex_);
    held_.push_back(&f);
    is_first = !std::exchange(second_look_due_, true);
    chores_.store(true, std::memory_order_relaxed);
  }
  if (!is_first) return;
  reactor_.post([weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->look_again_soon();
  });
}

void shared_endpoint::look_again_soon() {
  if (!second_look_) second_look_ = reactor_.make_alarm();
  second_look_->at(reactor_.now() + second_look_pause, [weak = weak_from_this(), sent_before = sends_.sent()] {
    auto const self = weak.lock();
    if (!self) return;
    {
      std::lock_guard lock(self->mutex_);
      self->second_look_due_ = false;
    }
    // Has nothing gone out since, nothing more is coming: fuller the frames will not be.
    self->release_held(self->sends_.sent() == sent_before ? &flow::push : &flow::flush);
  });
}

void shared_endpoint::announce(flow& f) noexcept {
  f.pins_.fetch_add(1, std::memory_order_relaxed);
  reactor_.post([weak = weak_from_this(), &f] {
    auto const self = weak.lock();
    if (!self) return;
    f.bell_.ring();
    f.pins_.fetch_sub(1, std::memory_order_release);
  });
}

/// Each that is held now, once: flush() may well hold it anew.
void shared_endpoint::release_held(void (flow::*how)() noexcept) noexcept {
  std::size_t left;
  {
    std::lock_guard lock(mutex_);
    left = held_.size();
  }
  for (; left != 0; --left) {
    flow* f;
    {
      std::lock_guard lock(mutex_);
      if (held_.empty()) return;
      f = held_.front();
      held_.pop_front();
      f->pins_.fetch_add(1, std::memory_order_relaxed);
    }
    f->held_.store(false, std::memory_order_release);  // from now on it may be held anew
    (f->*how)();
    f->pins_.fetch_sub(1, std::memory_order_release);
  }
}

void shared_endpoint::watch(flow& f) noexcept {
  if (f.watched_.exchange(true, std::memory_order_seq_cst)) return;
  count_busy(+1);
  std::lock_guard lock(mutex_);
  to_watch_.push_back(&f);
  chores_.store(true, std::memory_order_relaxed);
}

// Chores: at the beginning of poll(), when nothing of this thread refers to a flow.

void shared_endpoint::do_chores() noexcept {
  {
    std::lock_guard lock(mutex_);
    chores_.store(false, std::memory_order_relaxed);
    retries_.store(false, std::memory_order_relaxed);
    running_.swap(to_retry_);
    watched_.insert(watched_.end(), to_watch_.begin(), to_watch_.end());
    to_watch_.clear();
  }
  for (auto* f : running_) {
    f->retrying_.store(false, std::memory_order_release);
    f->flush();
  }
  running_.clear();
  release_held(&flow::flush);
  std::erase_if(unposted_, [this](auto* b) { return buffers_.post(*b); });
  if (!watched_.empty()) tend_flows();
  std::erase_if(stranded_, [this](flow* f) { return !f->is_stranded() && (bury(*f), true); });
  if (!watched_.empty() || !unposted_.empty()) chores_.store(true, std::memory_order_relaxed);
}

void shared_endpoint::tend_flows() noexcept {
  auto const now = clock::now();
  for (std::size_t i = 0; i != watched_.size();) {
    auto& f = *watched_[i];
    if (f.tend(now)) {
      ++i;
      continue;
    }
    watched_[i] = watched_.back();
    watched_.pop_back();
    stop_watching(f);
  }
}

void shared_endpoint::stop_watching(flow& f) noexcept {
  count_busy(-1);
  if (!f.is_let_go()) {
    f.watched_.store(false, std::memory_order_seq_cst);
    if (f.abandoned_.load(std::memory_order_seq_cst)) watch(f);
    return;
  }
  if (f.is_linked())
    unlinked_.push_back(&f);
  else if (f.is_stranded())
    stranded_.push_back(&f);
  else
    bury(f);
}

/// The queue is empty: what a closed link still had posted never ends.
void shared_endpoint::bury_unlinked() noexcept {
  for (auto* f : unlinked_) {
    std::erase_if(unposted_, [f](auto* b) { return b->lent_to == f; });
    buffers_.take_back(*f);
    sends_.take_back(*f);
    bury(*f);
  }
  unlinked_.clear();
}

void shared_endpoint::let_go(flow& f) noexcept {
  buffers_.release(f.given().buffers());
  slots_.release(f.place());
}

void shared_endpoint::bury(flow& f) noexcept {
  std::unique_ptr<flow> dead;
  std::lock_guard lock(mutex_);
  if (auto const known = peers_.find(f.peer_address()); known != peers_.end()) {
    --known->second.flows;
    known->second.idle_since = clock::now();
  }
  auto const it = flows_.find(&f);
  dead = std::move(it->second);
  flows_.erase(it);
}

/// The completion queue itself has failed: nothing will ever come again.
void shared_endpoint::end_all() noexcept {
  if (std::exchange(broken_, true)) return;
  std::lock_guard lock(mutex_);
  for (auto& [f, owned] : flows_) {
    f->end(errc::connection_reset);
    to_retry_.push_back(f);
  }
  chores_.store(true, std::memory_order_relaxed);
}

// Flows come.

setup<flow*> shared_endpoint::admit(std::size_t max_message) {
  auto share = credits::share(slots_.used(), endpoint_ ? endpoint_->receive_depth() : receive_depth);
  if (!buffers_.reserve(share.buffers())) {
    share = credits::least();
    if (!buffers_.reserve(share.buffers()))
      return failure{errc::busy, "provider " + std::string(domain_->info().provider()) +
                                     " takes no more receive buffers: no room for another peer"};
  }
  auto const place = slots_.claim();
  if (!place) {
    buffers_.release(share.buffers());
    return failure{errc::busy, "no slot for another peer"};
  }
  auto made = std::make_unique<flow>(*this, *place, share, max_message);
  auto* const f = made.get();
  std::lock_guard lock(mutex_);
  flows_.emplace(f, std::move(made));
  slots_.occupy(*place, *f);
  return f;
}

result<fi_addr_t> shared_endpoint::meet(std::span<std::byte const> raw) {
  std::lock_guard lock(mutex_);
  forget_strangers(clock::now());
  auto& known = peers_[{raw.begin(), raw.end()}];
  if (known.address == FI_ADDR_NOTAVAIL) {
    auto inserted = endpoint_->insert(raw);
    if (!inserted) {
      peers_.erase({raw.begin(), raw.end()});
      return inserted;
    }
    known.address = *inserted;
  }
  ++known.flows;
  return known.address;
}

void shared_endpoint::forget_strangers(clock::time_point now) noexcept {
  std::erase_if(peers_, [&](auto const& item) {
    auto const& known = item.second;
    return known.flows == 0 && now - known.idle_since > stays_known && !endpoint_->remove(known.address);
  });
}

}  // namespace weft::ofi
