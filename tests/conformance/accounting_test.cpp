// SPDX-License-Identifier: MIT
// Whatever comes and goes: every message was received once, refused, or is accounted for.
//
// What leaves a socket either arrives at another one or is in doubt; what arrives is received or dropped; what send()
// took has left, waits or was dropped, for each peer it was for. Where all three hold, nothing was lost in silence.
#include "conformance/lossy.hpp"
#include "conformance/stage.hpp"
#include "inproc/inproc.hpp"

#include <algorithm>
#include <list>
#include <random>
#include <set>
#include <string>

namespace weft::conformance {

namespace {

/// Connections that break and are made again, and nothing else: what is lost is lost with one.
transports::lossy_options breaking(std::uint32_t seed) {
  return {.seed = seed, .reset = 1, .lifetime = 100, .refuse = 0.2, .most_credit = 5};
}

enum class comes {
  to_one,    ///< nobody else receives the same
  once,      ///< to each, if at all
  any_time,  ///< several peers may say it, or one again
};

enum class goes {
  to_one,  ///< a message takes one pipe, if any
  again,   ///< or several, one after the other
  to_all,
};

/// How a protocol plays: with queues so small, and windows, that they overflow.
template <class P>
struct role {
  typename P::options options{};
  comes what_it_hears = comes::to_one;
  bool answers = false;  ///< what it receives
  goes what_it_says = goes::to_one;
};

/// What all players write down.
struct book {
  std::size_t next = 0;  // message
  std::set<std::size_t> heard;
};

/// A socket, and what its user has seen.
template <class P>
class player {
 public:
  player(engine& e, role<P> const& r, book& b) : role_(r), book_(b), socket_(e, r.options, {.receive_window = 3}) {
    if constexpr (filters_topics<P>) socket_.subscribe("");
  }

  void dial(std::string const& url) { socket_.dial(url, {.retry_min = 100us, .retry_max = 1ms}); }
  void listen(std::string const& url) { socket_.listen(url); }

  void speak(std::size_t times) {
    if constexpr (P::sends)
      for (; times > 0 && !role_.answers; --times) send(numbered_message(book_.next++));
  }
  /// \return whether there was something to hear
  bool hear() {
    if constexpr (P::receives) {
      auto m = socket_.try_receive();
      if (!m) return false;
      ++taken_;
      auto& heard = role_.what_it_hears == comes::to_one ? book_.heard : heard_;
      repeated_ += !heard.insert(number_in(*m)).second;
      if constexpr (P::sends)
        if (role_.answers) send(*std::move(m));
      return true;
    }
    return false;
  }
  /// \return its statistics when all is over, with what is in doubt
  socket_statistics close(clock::duration linger) {
    auto const report = socket_.close(linger);
    auto s = socket_.statistics();
    if constexpr (P::receives) BOOST_TEST(s.received.messages == taken_ + s.dropped.total(direction::incoming));
    if (P::sends && role_.what_it_says == goes::to_one) BOOST_TEST(taken_care_of(s) == accepted_);
    if (role_.what_it_says == goes::again) BOOST_TEST(taken_care_of(s) >= accepted_);
    BOOST_TEST((repeated_ == 0 || role_.what_it_hears == comes::any_time));
    s.unconfirmed = report.unconfirmed;
    return s;
  }
  std::size_t accepted() const { return accepted_; }
  std::size_t taken() const { return taken_; }

 private:
  static std::uint64_t taken_care_of(socket_statistics const& s) {
    return s.sent.messages + s.queued + s.dropped.total(direction::outgoing);
  }
  /// A copy for each peer there is; pipes may go just before it is sent. One at least, were it only to be dropped.
  void send(message m) {
    if (role_.what_it_says != goes::to_all) return void(accepted_ += !socket_.try_send(m));
    auto const before = socket_.statistics();
    accepted_ += !socket_.try_send(m);
    auto const after = socket_.statistics();
    auto const copies = taken_care_of(after) - taken_care_of(before);
    BOOST_TEST(copies >= std::max<std::size_t>(1, after.pipes.size()));
    BOOST_TEST(copies <= std::max<std::size_t>(1, before.pipes.size()));
  }

  role<P> const& role_;
  book& book_;
  basic_socket<P> socket_;
  std::size_t accepted_ = 0;
  std::size_t taken_ = 0;
  std::size_t repeated_ = 0;
  std::set<std::size_t> heard_;
};

/// Sockets that come, go, send and receive as the dice say.
template <class A, class B>
class turmoil {
 public:
  /// Without a helper where copies are counted: between two looks no peer may come.
  turmoil(std::uint32_t seed, role<A> const& a, role<B> const& b)
      : dice_(seed), role_a_(a), role_b_(b), engine_({.helper = a.what_it_says != goes::to_all}) {
    wrapped(transports::make_inproc, breaking(seed))(engine_);
    for (int i = 0; i != 3; ++i) add_b();
    for (int i = 0; i != 3; ++i) add_a();
  }

  void step() {
    engine_.poll();
    auto const n = roll(200);
    if (n < 40) return any(as_).speak(roll(most_at_once));
    if (n < 45) return any(bs_).speak(roll(most_at_once));
    if (n < 110) return (void)any(as_).hear();
    if (n < 197) return (void)any(bs_).hear();
    if (n < 199) return replace_a();
    replace_b();
  }
  /// Nobody sends any more; what is on its way arrives, or is lost with its connection.
  void settle() {
    while (!as_.empty()) drop_a(role_a_.what_it_says == goes::to_all ? 0s : patience);
    while (!bs_.empty()) drop_b({});
  }

  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t in_doubt() const { return in_doubt_; }
  std::size_t accepted() const { return accepted_; }
  std::size_t taken() const { return taken_; }

 private:
  static constexpr std::size_t most_at_once = 12;  // more than queues and windows hold

  std::size_t roll(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(dice_); }
  template <class List>
  auto& any(List& l) {
    return *std::next(l.begin(), static_cast<std::ptrdiff_t>(roll(l.size())));
  }

  void add_a() {
    auto& p = as_.emplace_back(engine_, role_a_, book_);
    for (auto const& url : urls_) p.dial(url);
  }
  void add_b() {
    urls_.push_back("lossy+inproc://turmoil-" + std::to_string(last_url_++));
    bs_.emplace_back(engine_, role_b_, book_).listen(urls_.back());
    for (auto& p : as_) p.dial(urls_.back());
  }
  void replace_a() {
    drop_a({});
    add_a();
  }
  void replace_b() {
    drop_b({});
    add_b();
  }
  void drop_a(clock::duration linger) {
    add_up(as_.front(), linger);
    as_.pop_front();
  }
  void drop_b(clock::duration linger) {
    add_up(bs_.front(), linger);
    bs_.pop_front();
    urls_.pop_front();
  }
  template <class P>
  void add_up(player<P>& p, clock::duration linger) {
    auto const s = p.close(linger);
    sent_ += s.sent.messages;
    received_ += s.received.messages;
    in_doubt_ += s.unconfirmed;
    accepted_ += p.accepted();
    taken_ += p.taken();
  }

  std::mt19937 dice_;
  role<A> role_a_;
  role<B> role_b_;
  engine engine_;
  std::list<player<A>> as_;
  std::list<player<B>> bs_;
  std::list<std::string> urls_;  // of the bs
  book book_;
  unsigned last_url_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t in_doubt_ = 0;
  std::size_t accepted_ = 0;
  std::size_t taken_ = 0;
};

template <class A, class B>
void account(role<A> const& a, role<B> const& b) {
  for (std::uint32_t const seed : {1u, 2u, 3u, 4u, 5u}) BOOST_TEST_CONTEXT("seed " << seed) {
      turmoil<A, B> t(seed, a, b);
      for (int i = 0; i != 3000; ++i) t.step();
      t.settle();
      BOOST_TEST_MESSAGE(t.accepted() << " accepted, " << t.sent() << " sent, " << t.received() << " received, "
                                      << t.taken() << " taken, " << t.in_doubt() << " in doubt");
      BOOST_TEST(t.accepted() > 300u);
      BOOST_TEST(t.taken() > 30u);
      BOOST_TEST(t.received() <= t.sent());
      BOOST_TEST(t.sent() <= t.received() + t.in_doubt());
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(no_message_is_lost_in_silence_by)

BOOST_AUTO_TEST_CASE(push_and_pull) { account<push, pull>({.options = {.send_queue = 3}}, {}); }

BOOST_AUTO_TEST_CASE(pub_and_sub) {
  account<pub, sub>({.options = {.queue = 2}, .what_it_says = goes::to_all},
                    {.options = {.queue = 4}, .what_it_hears = comes::once});
}

BOOST_AUTO_TEST_CASE(pub_and_sub_that_holds_back) {
  account<pub, sub>({.options = {.queue = 2}, .what_it_says = goes::to_all},
                    {.options = {.queue = 4, .hold_back = true}, .what_it_hears = comes::once});
}

BOOST_AUTO_TEST_CASE(req_and_rep) {
  account<req, rep>({.options = {.resend = resend_policy::never}, .what_it_hears = comes::once},
                    {.what_it_hears = comes::once, .answers = true});
}

BOOST_AUTO_TEST_CASE(req_that_asks_again_and_rep) {
  account<req, rep>({.options = {.resend = {.every = 5ms}}, .what_it_hears = comes::once, .what_it_says = goes::again},
                    {.what_it_hears = comes::any_time, .answers = true});
}

BOOST_AUTO_TEST_CASE(surveyor_and_respondent) {
  account<surveyor, respondent>({.options = {.receive_queue = 2, .send_queue = 2},
                                 .what_it_hears = comes::any_time,
                                 .what_it_says = goes::to_all},
                                {.what_it_hears = comes::once, .answers = true});
}

BOOST_AUTO_TEST_CASE(bus_) {
  role<bus> const all{
      .options = {.send_queue = 2, .receive_queue = 2}, .what_it_hears = comes::once, .what_it_says = goes::to_all};
  account<bus, bus>(all, all);
}

BOOST_AUTO_TEST_CASE(pair_) {
  role<pair> const all{.options = {.send_queue = 3}};
  account<pair, pair>(all, all);
}

BOOST_AUTO_TEST_CASE(pair1_) {
  role<pair1> const all{.options = {.send_queue = 3}};
  account<pair1, pair1>(all, all);
}

BOOST_AUTO_TEST_CASE(pair_that_keeps_the_newest) {
  role<pair> const all{.options = {.send_queue = 3, .conflate = true}};
  account<pair, pair>(all, all);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::conformance
