// SPDX-License-Identifier: MIT
#include <weft/pub.hpp>

#include "policy/backlog.hpp"
#include "policy/limits.hpp"
#include "policy/outlet.hpp"
#include "policy/wishes.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace weft {

namespace {

/// One peer: what it wants, and what waits for it.
struct subscriber {
  subscriber(ext::pipe& p, policy::backlog& all, pub::options const& o) noexcept
      : out(p, all, o.queue,
            o.when_full == pub::full::drop_newest ? policy::outlet::overflow::drops_newest
                                                  : policy::outlet::overflow::drops_oldest),
        wishes({o.peer_topics, o.peer_topic_bytes}) {}

  bool wants(message const& m) const noexcept { return !ended && wishes.want(m.body()); }

  policy::outlet out;
  policy::wishes wishes;
  bool ended = false;  // closed by us, and not gone yet
};

class pub_protocol final : public ext::protocol {
 public:
  pub_protocol(ext::protocol_host& host, pub::options const& o) : host_(host), options_(o), backlog_(host) {}

  std::error_code attach(ext::pipe&) override;
  void detach(ext::pipe&) override;
  void readable(ext::pipe&) override;
  void writable(ext::pipe&) override;
  std::unique_ptr<ext::context> open_context() override;
  std::size_t queued() const noexcept override { return backlog_.size(); }

 private:
  class conversation;

  bool blocks() const noexcept { return options_.when_full == pub::full::block; }
  void put(subscriber&, message&&);
  template <class Change>
  void change(subscriber&, Change&&);
  void end(subscriber&);
  void tell_too_large(message const&) const;
  static subscriber& of(ext::pipe& p) noexcept { return *static_cast<subscriber*>(p.note); }

  ext::protocol_host& host_;
  pub::options const options_;
  policy::backlog backlog_;
  std::vector<std::unique_ptr<subscriber>> subscribers_;
  std::size_t full_ = 0;  // of them
};

class pub_protocol::conversation final : public ext::context {
 public:
  explicit conversation(pub_protocol& owner) noexcept : owner_(owner) {}

  bool can_send() const noexcept override { return owner_.full_ == 0 || !owner_.blocks(); }
  std::error_code why_not() const noexcept override { return errc::peers_full; }
  bool heeds_peers() const noexcept override { return true; }
  std::error_code send(message& m) override;

  bool can_receive() const noexcept override { return true; }
  std::error_code receive(message&) override { return errc::unsupported; }

 private:
  pub_protocol& owner_;
};

std::error_code pub_protocol::attach(ext::pipe& p) {
  p.note = subscribers_.emplace_back(std::make_unique<subscriber>(p, backlog_, options_)).get();
  return {};
}

void pub_protocol::detach(ext::pipe& p) {
  end(of(p));
  std::erase_if(subscribers_, [&](auto const& s) { return s.get() == p.note; });
  p.note = nullptr;
}

/// What waits for it waits in vain; nobody else should.
void pub_protocol::end(subscriber& s) {
  s.ended = true;
  change(s, [](policy::outlet& o) { o.abandon(); });
}

// A subscriber has nothing to say, but for ours what it wants.
void pub_protocol::readable(ext::pipe& p) {
  subscriber& s = of(p);
  while (!s.ended && p.can_receive()) {
    if (p.peer_is_weft() && s.wishes.hear(p.receive())) continue;
    end(s);
    p.close(errc::malformed);
  }
}

void pub_protocol::writable(ext::pipe& p) {
  change(of(p), [](policy::outlet& o) { o.drain(); });
}

void pub_protocol::put(subscriber& s, message&& m) {
  if (s.out.idle() && s.out.pipe().can_send()) return s.out.pipe().send(std::move(m));
  change(s, [&](policy::outlet& o) { o.put(std::move(m)); });
}

/// Keeps count of who is full.
template <class Change>
void pub_protocol::change(subscriber& s, Change&& work) {
  bool const was_full = s.out.full();
  work(s.out);
  if (was_full && !s.out.full()) {
    --full_;
    if (blocks()) host_.wake_senders();
  } else if (!was_full && s.out.full()) {
    ++full_;
  }
}

/// Some peers take `m` and others, which want it too, do not.
void pub_protocol::tell_too_large(message const& m) const {
  for (auto const& s : subscribers_)
    if (s->wants(m) && !s->out.takes(m))
      host_.drop(drop_reason::too_large, direction::outgoing, &s->out.pipe(), m.share());
}

// Each subscriber gets a share of the body, and the last of them the message itself.
std::error_code pub_protocol::conversation::send(message& m) {
  auto& all = owner_.subscribers_;
  bool too_large = false;
  subscriber* last = nullptr;
  for (auto const& s : all) {
    if (!s->wants(m)) continue;
    if (!s->out.takes(m)) {
      too_large = true;
      continue;
    }
    m.header().clear();  // a leftover of where it came from, if it was forwarded
    if (last) owner_.put(*last, m.share());
    last = s.get();
  }
  if (!last && too_large) return errc::message_too_large;
  if (too_large) owner_.tell_too_large(m);
  if (last)
    owner_.put(*last, std::move(m));
  else
    owner_.host_.drop(all.empty() ? drop_reason::no_peer : drop_reason::filtered, direction::outgoing, nullptr,
                      std::move(m));
  return {};
}

std::unique_ptr<ext::context> pub_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> pub::make(ext::protocol_host& host, options const& o) {
  policy::check_queue("queue", o.queue, 1);
  return std::make_unique<pub_protocol>(host, o);
}

}  // namespace weft
