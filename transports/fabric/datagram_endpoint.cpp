// SPDX-License-Identifier: MIT
#include "fabric/datagram_endpoint.hpp"

#include <weft/error.hpp>

#include "fabric/datagram_flow.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weft::ofi {

namespace {

using namespace std::chrono_literals;

// What did not go out is tried again so soon, and what still comes is looked for.
constexpr auto tending_pause = 500us;

constexpr std::size_t largest_datagram = 16384;
constexpr std::size_t most_posted = 256;
constexpr std::size_t most_sending = 64;
constexpr std::size_t most_on_stack = 4096;
constexpr std::size_t alignment = 64;
constexpr std::size_t depth = 1024;

posting outcome(std::error_code why) noexcept {
  if (!why) return posting::posted;
  return fabric::is_again(why) || why == std::errc::not_enough_memory ? posting::again : posting::failed;
}

}  // namespace

/// A posted receive.
struct datagram_endpoint::inbox final : fabric::operation {
  inbox(datagram_endpoint& e, std::span<std::byte> m) noexcept : operation(on_arrival), home(e), memory(m) {}
  datagram_endpoint& home;
  std::span<std::byte> memory;
};

/// A datagram that the library has not copied.
struct datagram_endpoint::sending final : fabric::operation {
  sending(datagram_endpoint& e, std::span<std::byte> m) noexcept : operation(on_sent), home(e), memory(m) {}
  datagram_endpoint& home;
  std::span<std::byte> memory;
  std::shared_ptr<datagram_flow> from;
};

setup<std::shared_ptr<datagram_endpoint>> datagram_endpoint::open(ext::reactor& r, fabric::info const& chosen) {
  auto domain = fabric::domain::open(chosen);
  if (!domain) return domain.error();
  auto queue = fabric::completion_queue::open(*domain, {.depth = 2 * depth, .format = fabric::queue_format::msg});
  if (!queue) return queue.error();
  auto made = fabric::endpoint::open(*std::move(domain), chosen,
                                     {.sends = *std::move(queue), .send_depth = depth, .receive_depth = depth});
  if (!made) return made.error();
  auto e = std::make_shared<datagram_endpoint>(r, *std::move(made));
  if (auto why = e->prepare()) return *std::move(why);
  return e;
}

datagram_endpoint::datagram_endpoint(ext::reactor& r, std::unique_ptr<fabric::endpoint> e)
    : reactor_(r),
      completions_(e->sends()),
      largest_(std::min(e->max_message(), largest_datagram)),
      endpoint_(std::move(e)) {}

/// The flows want to part with their peers, for which there must be all of this.
datagram_endpoint::~datagram_endpoint() {
  for (auto& s : sendings_) s->from.reset();
  tended_.clear();
  auto const gone = std::exchange(to_tend_, {});
  auto const places = std::exchange(places_, {});
}

/// Memory for all that is posted, and the receives.
std::optional<failure> datagram_endpoint::prepare() {
  auto const stride = (largest_ + alignment - 1) / alignment * alignment;
  auto const inboxes = std::min(endpoint_->receive_depth(), most_posted);
  auto const sendings = endpoint_->inject_limit() >= largest_ && largest_ <= most_on_stack ? 0 : most_sending;
  auto const size = (inboxes + sendings) * stride;
  memory_.reset(new std::byte[size]);
  if (info().registers_locally()) {
    auto made = fabric::memory_region::make(endpoint_->domain(), {memory_.get(), size},
                                            fabric::memory_access::send | fabric::memory_access::recv,
                                            {.belongs_to = endpoint_.get()});
    if (!made) return made.error();
    registered_ = *std::move(made);
  }
  auto* at = memory_.get();
  for (std::size_t i = 0; i != sendings; ++i, at += stride) {
    sendings_.push_back(std::make_unique<sending>(*this, std::span(at, largest_)));
    idle_.push_back(sendings_.back().get());
  }
  unposted_.reserve(inboxes);
  for (std::size_t i = 0; i != inboxes; ++i, at += stride) {
    inboxes_.push_back(std::make_unique<inbox>(*this, std::span(at, largest_)));
    post(*inboxes_.back());
  }
  return {};
}

bool datagram_endpoint::poll() noexcept {
  if (chores_.load(std::memory_order_relaxed)) [[unlikely]]
    do_chores();
  auto const n = completions_->read(entries_);
  for (std::size_t i = 0; i != n; ++i) entries_[i].complete();
  if (n == 0 && completions_->broken()) [[unlikely]]
    end_all();
  return n != 0;
}

void datagram_endpoint::wait(clock::time_point until) noexcept {
  if (chores_.load(std::memory_order_relaxed)) until = std::min<clock::time_point>(until, clock::now() + tending_pause);
  completions_->wait(until);
}

// What comes.

bool datagram_endpoint::receive(inbox& i) noexcept {
  auto const local = registered_ ? registered_.local() : fabric::descriptor::none;
  return !endpoint_->post_receive(i, fabric::mutable_buffer{i.memory, local}, {});
}

void datagram_endpoint::post(inbox& i) noexcept {
  if (receive(i)) return;
  unposted_.push_back(&i);  // there is room reserved
  chores_.store(true, std::memory_order_relaxed);
}

void datagram_endpoint::on_arrival(fabric::operation& op, fabric::completion const& c) noexcept {
  auto& in = static_cast<inbox&>(op);
  if (c.error || c.bytes > in.memory.size())
    in.home.strays_.fetch_add(1, std::memory_order_relaxed);
  else
    in.home.arrived(in.memory.first(c.bytes));
  in.home.post(in);
}

void datagram_endpoint::arrived(std::span<std::byte const> datagram) noexcept {
  if (auto const h = datagram_header::read(datagram))
    if (auto const f = find(*h); f && f->arrived(*h, datagram.subspan(datagram_header_size))) return;
  strays_.fetch_add(1, std::memory_order_relaxed);
}

std::shared_ptr<datagram_flow> datagram_endpoint::find(datagram_header const& h) noexcept {
  std::lock_guard lock(mutex_);
  if (h.slot >= places_.size() || places_[h.slot].generation != h.generation) return {};
  return places_[h.slot].user;
}

// What goes.

posting datagram_endpoint::send(datagram_flow& from, fabric::peer to, datagram_header const& h,
                                std::span<std::byte const> body) noexcept {
  auto const size = datagram_header_size + body.size();
  if (size > largest_) return posting::failed;
  if (size > endpoint_->inject_limit() || size > most_on_stack) return send_pooled(from, to, h, body);
  std::array<std::byte, most_on_stack> datagram;
  h.write(datagram.data(), body.size());
  std::ranges::copy(body, datagram.begin() + datagram_header_size);
  return outcome(endpoint_->inject(std::span(datagram).first(size), {.to = to}));
}

posting datagram_endpoint::send_pooled(datagram_flow& from, fabric::peer to, datagram_header const& h,
                                       std::span<std::byte const> body) noexcept {
  sending* op;
  {
    std::lock_guard lock(mutex_);
    if (idle_.empty()) return posting::again;
    op = idle_.back();
    idle_.pop_back();
  }
  auto const datagram = op->memory.first(datagram_header_size + body.size());
  h.write(datagram.data(), body.size());
  std::ranges::copy(body, datagram.begin() + datagram_header_size);
  op->from = from.shared_from_this();
  from.in_flight_.fetch_add(1, std::memory_order_relaxed);
  auto const local = registered_ ? registered_.local() : fabric::descriptor::none;
  auto const what = outcome(endpoint_->post_send(*op, fabric::const_buffer{datagram, local}, {.to = to}));
  if (what == posting::posted) return what;
  from.in_flight_.fetch_sub(1, std::memory_order_relaxed);
  op->from.reset();
  std::lock_guard lock(mutex_);
  idle_.push_back(op);
  return what;
}

void datagram_endpoint::on_sent(fabric::operation& op, fabric::completion const& c) noexcept {
  auto& done = static_cast<sending&>(op);
  auto const from = std::exchange(done.from, nullptr);
  {
    std::lock_guard lock(done.home.mutex_);
    done.home.idle_.push_back(&done);
  }
  if (from) from->sent(c.error);
}

// Chores: by the driver, before it reads.

void datagram_endpoint::watch(std::shared_ptr<datagram_flow> f) noexcept {
  if (f->watched_.exchange(true, std::memory_order_seq_cst)) return;
  busy_.fetch_add(1, std::memory_order_relaxed);
  {
    std::lock_guard lock(mutex_);
    to_tend_.push_back(std::move(f));
    chores_.store(true, std::memory_order_relaxed);
  }
  reactor_.attend(*this);
}

void datagram_endpoint::do_chores() noexcept {
  {
    std::lock_guard lock(mutex_);
    chores_.store(false, std::memory_order_relaxed);
    std::ranges::move(to_tend_, std::back_inserter(tended_));
    to_tend_.clear();
  }
  std::erase_if(unposted_, [this](inbox* i) { return receive(*i); });
  auto const now = clock::now();
  std::erase_if(tended_, [&](auto& f) {
    if (f->tend(now)) return false;
    f->watched_.store(false, std::memory_order_seq_cst);
    busy_.fetch_sub(1, std::memory_order_relaxed);
    if (f->tend(now)) watch(f);  // who asked for it meanwhile found it watched
    return true;
  });
  if (!tended_.empty() || !unposted_.empty()) chores_.store(true, std::memory_order_relaxed);
}

/// The completion queue itself has failed: nothing will ever come again.
void datagram_endpoint::end_all() noexcept {
  if (std::exchange(broken_, true)) return;
  std::vector<std::shared_ptr<datagram_flow>> all;
  {
    std::lock_guard lock(mutex_);
    for (auto const& p : places_)
      if (p.user) all.push_back(p.user);
  }
  for (auto const& f : all) f->fail();
}

// Flows come and go.

setup<std::shared_ptr<datagram_flow>> datagram_endpoint::admit(std::size_t max_message) {
  std::lock_guard lock(mutex_);
  if (free_places_.empty()) {
    if (places_.size() == tag::slots) return failure{errc::busy, "no slot for another peer"};
    free_places_.reserve(places_.size() + 1);  // so that release() cannot fail
    places_.emplace_back();
    free_places_.push_back(static_cast<std::uint32_t>(places_.size() - 1));
  }
  auto const slot = free_places_.back();
  auto& p = places_[slot];
  auto const generation = p.generation == tag::low_mask ? 1 : p.generation + 1;
  p.user = std::make_shared<datagram_flow>(*this, slot, generation, max_message);
  p.generation = generation;
  free_places_.pop_back();
  return p.user;
}

void datagram_endpoint::release(datagram_flow& f) noexcept {
  std::shared_ptr<datagram_flow> gone;
  std::lock_guard lock(mutex_);
  auto& p = places_[f.slot()];
  if (p.user.get() != &f) return;
  gone = std::move(p.user);
  free_places_.push_back(f.slot());
}

result<fabric::peer> datagram_endpoint::meet(std::span<std::byte const> raw) {
  std::lock_guard lock(mutex_);
  fabric::raw_address const address(raw.begin(), raw.end());
  auto known = peers_.find(address);
  if (known == peers_.end()) {
    auto inserted = endpoint_->peers()->insert(raw);
    if (!inserted) return inserted.error();
    known = peers_.emplace(address, acquaintance{.as = *inserted}).first;
  }
  ++known->second.users;
  return known->second.as;
}

void datagram_endpoint::part(std::span<std::byte const> raw) noexcept {
  std::lock_guard lock(mutex_);
  auto const known = std::ranges::find_if(peers_, [&](auto const& p) { return std::ranges::equal(p.first, raw); });
  if (known == peers_.end() || --known->second.users != 0) return;
  (void)endpoint_->peers()->remove(known->second.as);
  peers_.erase(known);
}

}  // namespace weft::ofi
