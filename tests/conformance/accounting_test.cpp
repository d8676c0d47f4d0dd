// SPDX-License-Identifier: MIT
// Whatever comes and goes: every message was received once, refused, or is accounted for.
#include "conformance/lossy.hpp"
#include "conformance/stage.hpp"
#include "inproc/inproc.hpp"

#include <list>
#include <random>
#include <set>
#include <string>

namespace weft::conformance {

namespace {

/// Connections that break and are made again, and nothing else: what is lost is lost with one.
transports::lossy_options breaking(std::uint32_t seed) {
  return {.seed = seed, .reset = 1, .lifetime = 40, .refuse = 0.2, .most_credit = 5};
}

/// Pushers and pullers that come, go, send and receive as the dice say.
class turmoil {
 public:
  explicit turmoil(std::uint32_t seed) : dice_(seed) {
    wrapped(transports::make_inproc, breaking(seed))(engine_);
    for (int i = 0; i != 3; ++i) add_puller();
    for (int i = 0; i != 3; ++i) add_pusher();
  }

  void step() {
    auto const n = roll(100);
    if (n < 55) return send();
    if (n < 97) return receive();
    if (n < 98) return replace_pusher();
    replace_puller();
  }

  /// Nobody sends any more; what is on its way arrives, or is lost with its connection.
  void settle() {
    while (!pushers_.empty()) drop_pusher(patience);
    auto const end = clock::now() + patience;
    while (!everything_is_accounted_for() && clock::now() < end)
      for (auto& p : pullers_) take_one(p);
    while (!pullers_.empty()) drop_puller();
  }

  bool everything_is_accounted_for() const { return received_.size() + in_doubt_ + unread_ >= sent_; }
  std::size_t sent() const { return sent_; }
  std::size_t received() const { return received_.size(); }
  std::size_t twice() const { return twice_; }
  std::size_t lost() const { return in_doubt_; }

 private:
  std::size_t roll(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(dice_); }
  template <class List>
  auto& any(List& l) {
    return *std::next(l.begin(), static_cast<std::ptrdiff_t>(roll(l.size())));
  }

  void send() {
    auto m = numbered_message(sent_);
    if (!any(pushers_).try_send(m)) ++sent_;
  }
  void receive() { take_one(any(pullers_)); }
  void take_one(pull_socket& p) {
    auto m = p.try_receive();
    if (m && !received_.insert(number_in(*m)).second) ++twice_;
  }
  void add_pusher() {
    auto& p = pushers_.emplace_back(engine_);
    for (auto const& url : urls_) p.dial(url, {.retry_min = 1ms, .retry_max = 5ms});
  }
  void add_puller() {
    urls_.push_back("lossy+inproc://turmoil-" + std::to_string(next_++));
    pullers_.emplace_back(engine_).listen(urls_.back());
    for (auto& p : pushers_) p.dial(urls_.back(), {.retry_min = 1ms, .retry_max = 5ms});
  }
  void replace_pusher() {
    drop_pusher({});
    add_pusher();
  }
  void drop_pusher(clock::duration linger) {
    auto& p = pushers_.front();
    in_doubt_ += p.close(linger).unconfirmed;
    pushers_.pop_front();
  }
  void replace_puller() {
    drop_puller();
    add_puller();
  }
  void drop_puller() {
    pullers_.front().close();
    unread_ += pullers_.front().statistics().dropped.total(direction::incoming);
    pullers_.pop_front();
    urls_.pop_front();
  }

  std::mt19937 dice_;
  engine engine_;
  std::list<pull_socket> pullers_;
  std::list<push_socket> pushers_;
  std::list<std::string> urls_;
  std::set<std::size_t> received_;
  std::size_t next_ = 0;
  std::size_t sent_ = 0;
  std::size_t twice_ = 0;
  std::size_t in_doubt_ = 0;  // what close() says of all connections, also those that were lost before
  std::size_t unread_ = 0;
};

void account(std::uint32_t seed) {
  BOOST_TEST_CONTEXT("seed " << seed) {
    turmoil t(seed);
    for (int i = 0; i != 3000; ++i) t.step();
    t.settle();
    BOOST_TEST_MESSAGE(t.sent() << " sent, " << t.received() << " received, " << t.lost() << " in doubt");
    BOOST_TEST(t.sent() > 300u);
    BOOST_TEST(t.received() > t.sent() / 4);
    BOOST_TEST(t.twice() == 0u);
    BOOST_TEST(t.everything_is_accounted_for());
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(accounting)

BOOST_AUTO_TEST_CASE(no_message_is_lost_in_silence) {
  for (std::uint32_t const seed : {1u, 2u, 3u, 4u, 5u}) account(seed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::conformance
