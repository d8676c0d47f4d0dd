// SPDX-License-Identifier: MIT
#include <weft/sub.hpp>

#include <weft/ext/message_ring.hpp>

#include "policy/limits.hpp"
#include "policy/teller.hpp"
#include "policy/topics.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace weft {

namespace {

using policy::topics;
using policy::interest::verb;

class sub_protocol;

/// Some topics, and a queue of what came under them.
class audience final : public ext::context, public ext::topic_filter {
 public:
  audience(sub_protocol& owner, sub::options const& o) noexcept
      : owner_(owner),
        limit_(o.conflate ? 1 : o.queue),
        when_full_(o.conflate     ? drops_oldest
                   : o.hold_back  ? holds_back
                   : o.prefer_new ? drops_oldest
                                  : drops_newest),
        counts_(o.count_duplicates) {}
  ~audience() override;

  bool can_send() const noexcept override { return true; }
  std::error_code send(message&) override { return errc::unsupported; }

  bool can_receive() const noexcept override { return !queue_.empty(); }
  std::error_code receive(message&) override;

  void subscribe(topics::text prefix) override;
  bool unsubscribe(topics::text prefix) override;

  bool wants(message const& m) const noexcept { return topics_.matches(m.body()); }
  bool holds_back_now() const noexcept { return when_full_ == holds_back && queue_.size() >= limit_; }
  /// More than its share, left by peers that have gone.
  bool overfull() const noexcept { return queue_.size() > limit_; }
  void take(message&&, ext::pipe const&);

  ext::list_hook hook;

 private:
  enum overflow : std::uint8_t { drops_oldest, drops_newest, holds_back };

  sub_protocol& owner_;
  topics topics_;
  ext::message_ring queue_;
  std::size_t const limit_;
  overflow const when_full_;
  bool const counts_;
};

class sub_protocol final : public ext::protocol {
 public:
  enum class hears { its_topics, everything };
  sub_protocol(ext::protocol_host& host, sub::options const& o, hears h) : host_(host), options_(o), hears_(h) {}

  std::error_code attach(ext::pipe&) override;
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe&) override;
  std::unique_ptr<ext::context> open_context() override { return open(options_); }
  std::unique_ptr<ext::context> open(sub::options const&);

 private:
  friend class audience;

  struct publisher {
    publisher(ext::pipe& p, topics const& all) noexcept : pipe(p), told(p, all) {}
    ext::pipe& pipe;
    policy::teller told;
  };

  void tell(verb, topics::text prefix);
  void flush();
  void want(topics::text prefix);
  void forget(topics::text prefix) noexcept;
  bool must_wait(message const&) noexcept;
  bool serve_held();
  void resume();
  void hand_out(message&&, ext::pipe const&);
  ext::pipe const* pipe_of(message const&) const noexcept;

  using pipes = ext::intrusive_list<ext::pipe, &ext::pipe::receive_hook>;

  ext::protocol_host& host_;
  sub::options const options_;
  hears const hears_;
  ext::intrusive_list<audience, &audience::hook> contexts_;
  topics all_;  // of all contexts, as publishers are told of them
  std::vector<std::unique_ptr<publisher>> publishers_;
  pipes held_;  // whose front somebody wants who has no room
};

audience::~audience() {
  hook.unlink();
  topics_.for_each([this](topics::text prefix) { owner_.forget(prefix); });
  owner_.flush();
  owner_.resume();
  while (!queue_.empty()) {
    message m = queue_.pop();
    ext::pipe const* const p = owner_.pipe_of(m);
    owner_.host_.drop(drop_reason::unread, direction::incoming, p, std::move(m));
  }
}

std::error_code audience::receive(message& m) {
  m = queue_.pop();
  owner_.resume();
  return {};
}

void audience::subscribe(topics::text prefix) {
  if (!counts_ && topics_.contains(prefix)) return;
  if (topics_.add(prefix) > 1) return;
  owner_.want(prefix);
  owner_.flush();
}

bool audience::unsubscribe(topics::text prefix) {
  auto const left = topics_.remove(prefix);
  if (left == topics::removal::gone) {
    owner_.forget(prefix);
    owner_.flush();
    owner_.resume();
  }
  return left != topics::removal::absent;
}

void audience::take(message&& m, ext::pipe const& from) {
  if (queue_.size() >= limit_ && when_full_ != holds_back) {
    if (when_full_ == drops_newest)
      return owner_.host_.drop(drop_reason::full, direction::incoming, &from, std::move(m));
    message old = queue_.pop();
    ext::pipe const* const p = old.source() == from.id() ? &from : owner_.pipe_of(old);
    owner_.host_.drop(drop_reason::displaced, direction::incoming, p, std::move(old));
  }
  bool const first = queue_.empty();
  queue_.push(std::move(m));
  if (first) owner_.host_.wake_receivers(*this);
}

std::error_code sub_protocol::attach(ext::pipe& p) {
  for (audience* c = contexts_.first(); c; c = contexts_.next(*c))
    if (c->overfull()) return errc::busy;
  p.note = publishers_.emplace_back(std::make_unique<publisher>(p, all_)).get();
  writable(p);
  return {};
}

void sub_protocol::detach(ext::pipe& p) {
  p.receive_hook.unlink();
  while (p.can_receive()) hand_out(p.receive(), p);  // it was received, and its sender may have forgotten it
  std::erase_if(publishers_, [&](auto const& one) { return one.get() == p.note; });
  p.note = nullptr;
}

void sub_protocol::readable(ext::pipe& p) {
  p.receive_hook.unlink();
  while (p.can_receive()) {
    if (must_wait(p.front())) return held_.push_back(p);
    hand_out(p.receive(), p);
  }
}

void sub_protocol::writable(ext::pipe& p) {
  if (options_.filter_at_publisher && policy::teller::may_tell(p)) static_cast<publisher*>(p.note)->told.flush();
}

void sub_protocol::tell(verb v, topics::text prefix) {
  if (!options_.filter_at_publisher) return;
  for (auto const& one : publishers_)
    if (policy::teller::may_tell(one->pipe)) one->told.tell(v, prefix);
}

void sub_protocol::flush() {
  for (auto const& one : publishers_) writable(one->pipe);
}

topics::text cut(topics::text prefix) noexcept {
  return prefix.first(std::min(prefix.size(), policy::interest::longest));
}

void sub_protocol::want(topics::text prefix) {
  if (all_.add(cut(prefix)) == 1) tell(verb::want, cut(prefix));
}

void sub_protocol::forget(topics::text prefix) noexcept {
  if (all_.remove(cut(prefix)) == topics::removal::gone) tell(verb::forget, cut(prefix));
}

bool sub_protocol::must_wait(message const& m) noexcept {
  for (audience* c = contexts_.first(); c; c = contexts_.next(*c))
    if (c->holds_back_now() && c->wants(m)) return true;
  return false;
}

/// There may be room again for what was held back.
void sub_protocol::resume() {
  while (!held_.empty() && serve_held()) {}
}

/// One message from each pipe that need not wait; those go behind the ones that must. \return whether there was any
bool sub_protocol::serve_held() {
  pipes round, served;
  while (!held_.empty()) round.push_back(held_.pop_front());
  bool any = false;
  while (!round.empty()) {
    ext::pipe& p = round.pop_front();
    if (must_wait(p.front())) {
      held_.push_back(p);
      continue;
    }
    any = true;
    hand_out(p.receive(), p);
    if (p.can_receive()) served.push_back(p);
  }
  while (!served.empty()) held_.push_back(served.pop_front());
  return any;
}

/// To every context that wants it: the last gets the message itself, the others a share of its body.
void sub_protocol::hand_out(message&& m, ext::pipe const& from) {
  m.header().clear();  // there is none on this wire
  audience* last = nullptr;
  for (audience* c = contexts_.first(); c; c = contexts_.next(*c)) {
    if (!c->wants(m)) continue;
    if (last) last->take(m.share(), from);
    last = c;
  }
  if (last) return last->take(std::move(m), from);
  host_.drop(drop_reason::filtered, direction::incoming, &from, std::move(m));
}

/// Null when it has gone.
ext::pipe const* sub_protocol::pipe_of(message const& m) const noexcept {
  auto const it = std::ranges::find(publishers_, m.source(), [](auto const& one) { return one->pipe.id(); });
  return it == publishers_.end() ? nullptr : &(*it)->pipe;
}

void check(unsigned queue) { policy::check_queue("queue", queue, 1); }

std::unique_ptr<ext::context> sub_protocol::open(sub::options const& o) {
  check(o.queue);
  auto c = std::make_unique<audience>(*this, o);
  contexts_.push_back(*c);
  if (hears_ == hears::everything) c->subscribe({});
  return c;
}

}  // namespace

std::unique_ptr<ext::protocol> sub::make(ext::protocol_host& host, options const& o) {
  check(o.queue);
  return std::make_unique<sub_protocol>(host, o, sub_protocol::hears::its_topics);
}

std::unique_ptr<ext::context> sub::open(ext::protocol& p, options const& o) {
  return static_cast<sub_protocol&>(p).open(o);
}

std::unique_ptr<ext::protocol> raw_sub::make(ext::protocol_host& host, options const& o) {
  check(o.queue);
  sub::options const same{.queue = o.queue, .prefer_new = o.prefer_new, .hold_back = o.hold_back};
  return std::make_unique<sub_protocol>(host, same, sub_protocol::hears::everything);
}

}  // namespace weft
