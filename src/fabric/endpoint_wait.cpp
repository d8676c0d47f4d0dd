// SPDX-License-Identifier: MIT
// The waiting and the starting forms, over transfers: nothing of the caller's is ever in libfabric's hands.
#include <weft/error.hpp>
#include <weft/fabric/completion_context.hpp>
#include <weft/fabric/endpoint.hpp>

#include "fabric/error.hpp"
#include "fabric/in_flight.hpp"

#include <algorithm>
#include <chrono>

namespace weft::fabric {

namespace {

using namespace std::chrono_literals;

// Nobody tells when a queue has room, or a connection is made.
constexpr clock::duration retry_pause = 1ms;

// A canceled receive answers at once, where it answers at all.
constexpr auto cancel_takes = 1s;

bool is_again(std::error_code e) noexcept { return fabric::is_again(e); }

/// Until it is posted, or a reason not to. Moves the queue meanwhile, since that makes room.
template <class Post>
std::error_code retry(completion_queue& q, op_options const& options, Post&& post) {
  for (;;) {
    if (options.stop.stop_requested()) return errc::canceled;
    auto const why = post();
    if (!is_again(why)) return why;
    auto const now = clock::now();
    if (now >= options.until.when()) return errc::timed_out;
    q.dispatch(std::min(options.until.when(), now + retry_pause));
  }
}

/// \param format of the queue: what is beyond it, nobody has said
received to_received(completion const& c, queue_format format) noexcept {
  received r{.bytes = c.bytes, .tag = {}, .data = {}, .from = c.source};
  if (has(c.flags, completion_flag::tagged) && format >= queue_format::tagged) r.tag = c.tag;
  if (has(c.flags, completion_flag::remote_cq_data) && format >= queue_format::data) r.data = c.data;
  return r;
}

}  // namespace

std::shared_ptr<transfer> endpoint::staged(std::size_t bytes) { return in_flight_->take(bytes); }

/// What was posted is libfabric's until it ends. \return why it was not
template <class Post>
std::error_code endpoint::begin(std::shared_ptr<transfer> const& t, Post&& post) {
  if (!in_flight_->begin(t)) return misuse::context_busy;
  auto const why = post();
  if (why) in_flight_->undo(*t);
  return why;
}

/// What gives up leaves the operation to itself: no provider takes back what is to be sent.
template <class Post>
std::error_code endpoint::finish(std::shared_ptr<transfer> const& t, op_options const& options, Post&& post) {
  if (auto const why = retry(*sends_, options, [&] { return begin(t, post); })) return why;
  if (auto const why = sends_->run_until(t->done, options)) return why;
  return t->last.error;
}

template <class Post>
std::error_code endpoint::finish_receive(std::shared_ptr<transfer> const& t, op_options const& options, Post&& post) {
  if (auto const why = retry(*receives_, options, [&] { return begin(t, post); })) return why;
  if (auto const why = receives_->run_until(t->done, options))
    if (auto const still = give_up(*t, why)) return still;
  return t->last.error;
}

/// Takes a receive back. \return nothing when it has ended after all
std::error_code endpoint::give_up(transfer& t, std::error_code why) {
  if (cancel(t)) return why;  // some cannot: the transfer lives on without us
  if (receives_->run_until(t.done, {.until = cancel_takes})) return why;
  return t.last.error == std::errc::operation_canceled ? why : std::error_code();
}

// Where nothing moves but in calls, an injected message would wait for the caller's next one.
bool endpoint::is_injected(std::size_t bytes, target const& t) const noexcept {
  return moves_by_itself_ && bytes <= inject_limit_ && t.flags == operation_flag::none;
}

std::error_code endpoint::inject(std::span<std::byte const> bytes, target const& t, op_options const& options) {
  return retry(*sends_, options, [&] { return inject(bytes, t); });
}

std::error_code endpoint::send(std::span<std::byte const> bytes, target const& to, op_options const& options) {
  if (auto const why = objection(bytes.size(), true, to.tag.has_value())) return why;
  if (is_injected(bytes.size(), to)) return inject(bytes, to, options);
  auto const t = staged(bytes.size());
  if (!t) return misuse::not_registered;
  std::ranges::copy(bytes, t->own.begin());
  auto const why = finish(t, options, [&] { return post_send(*t, t->sent(bytes.size()), to); });
  if (t->done) in_flight_->put_back(t);
  return why;
}

std::error_code endpoint::send(slice const& s, target const& to, op_options const& options) {
  if (!s.is_inside()) return misuse::outside_region;
  if (!s.region.allows(memory_access::send)) return misuse::insufficient_access;
  auto const t = staged(0);
  t->borrowed = s;
  auto const why = finish(t, options, [&] { return post_send(*t, t->sent(s.bytes), to); });
  if (t->done) in_flight_->put_back(t);
  return why;
}

result<received> endpoint::receive(std::span<std::byte> into, origin const& from, op_options const& options) {
  if (receives_->format() == queue_format::context) return misuse::not_offered;
  bool const any = !from.tag && from.from == peer::any && from.flags == operation_flag::none;
  auto t = any ? in_flight_->adopt(into.size()) : nullptr;
  bool const adopted = t != nullptr;
  if (!t) t = staged(into.size());
  if (!t) return misuse::not_registered;
  auto why = adopted ? receives_->run_until(t->done, options)
                     : finish_receive(t, options, [&] { return post_receive(*t, t->taken(into.size()), from); });
  if (!t->done) {
    if (any) in_flight_->abandon(t);
    return why;
  }
  if (adopted) why = t->last.error;
  if (adopted && why == std::errc::operation_canceled) return receive(into, from, options);  // it was, at long last
  auto const got = to_received(t->last, receives_->format());
  if (!why && got.bytes > into.size()) why = error(-FI_ETRUNC);  // adopted: it had more room than there is now
  if (!why) std::copy_n(t->own.begin(), static_cast<std::ptrdiff_t>(got.bytes), into.begin());
  in_flight_->put_back(t);
  if (why) return why;
  return got;
}

result<received> endpoint::receive(slice const& into, origin const& from, op_options const& options) {
  if (!into.is_inside()) return misuse::outside_region;
  if (!into.region.allows(memory_access::recv)) return misuse::insufficient_access;
  if (receives_->format() == queue_format::context) return misuse::not_offered;
  auto const t = staged(0);
  t->borrowed = into;
  auto const why = finish_receive(t, options, [&] { return post_receive(*t, t->taken(into.bytes), from); });
  if (!t->done) return why;
  auto const got = to_received(t->last, receives_->format());
  in_flight_->put_back(t);
  if (why) return why;
  return got;
}

std::error_code endpoint::read(std::span<std::byte> into, remote_memory const& from, op_options const& options) {
  auto const t = staged(into.size());
  if (!t) return misuse::not_registered;
  auto const why = finish(t, options, [&] { return post_read(*t, t->taken(into.size()), from); });
  if (!t->done) return why;
  if (!why) std::copy_n(t->own.begin(), static_cast<std::ptrdiff_t>(into.size()), into.begin());
  in_flight_->put_back(t);
  return why;
}

std::error_code endpoint::read(slice const& into, remote_memory const& from, op_options const& options) {
  if (!into.is_inside()) return misuse::outside_region;
  if (!into.region.allows(memory_access::read)) return misuse::insufficient_access;
  auto const t = staged(0);
  t->borrowed = into;
  auto const why = finish(t, options, [&] { return post_read(*t, t->taken(into.bytes), from); });
  if (t->done) in_flight_->put_back(t);
  return why;
}

std::error_code endpoint::write(std::span<std::byte const> bytes, remote_memory const& to, op_options const& options) {
  auto const t = staged(bytes.size());
  if (!t) return misuse::not_registered;
  std::ranges::copy(bytes, t->own.begin());
  auto const why = finish(t, options, [&] { return post_write(*t, t->sent(bytes.size()), to); });
  if (t->done) in_flight_->put_back(t);
  return why;
}

std::error_code endpoint::write(slice const& s, remote_memory const& to, op_options const& options) {
  if (!s.is_inside()) return misuse::outside_region;
  if (!s.region.allows(memory_access::write)) return misuse::insufficient_access;
  auto const t = staged(0);
  t->borrowed = s;
  auto const why = finish(t, options, [&] { return post_write(*t, t->sent(s.bytes), to); });
  if (t->done) in_flight_->put_back(t);
  return why;
}

/// Operand, comparand and result are three parts of one memory.
std::error_code endpoint::run_atomic(datatype type, atomic_op op, std::span<std::byte const> operand,
                                     std::span<std::byte const> compare, std::span<std::byte> result,
                                     remote_memory const& at, op_options const& options) {
  constexpr std::size_t widest = 8;
  auto const form = !compare.empty() ? atomic_form::compare : !result.empty() ? atomic_form::fetch : atomic_form::plain;
  if (atomic_limit(type, op, form) == 0) return misuse::not_offered;
  auto const t = staged(3 * widest);
  if (!t) return misuse::not_registered;
  auto const memory = t->taken(3 * widest);
  auto const part = [&](std::size_t i) {
    return mutable_buffer{memory.bytes.subspan(i * widest, operand.size()), memory.registered};
  };
  std::ranges::copy(operand, part(0).bytes.begin());
  std::ranges::copy(compare, part(1).bytes.begin());
  atomic_request const request{.type = type,
                               .op = op,
                               .count = 1,
                               .operand = {part(0).bytes, memory.registered},
                               .result = part(2),
                               .compare = {part(1).bytes, memory.registered},
                               .at = at};
  auto const why = finish(t, options, [&] {
    return form == atomic_form::plain   ? post_atomic(*t, request)
           : form == atomic_form::fetch ? post_fetch_atomic(*t, request)
                                        : post_compare_atomic(*t, request);
  });
  if (!t->done) return why;
  if (!why) std::ranges::copy_n(part(2).bytes.begin(), static_cast<std::ptrdiff_t>(result.size()), result.begin());
  in_flight_->put_back(t);
  return why;
}

std::error_code endpoint::start_send(completion_context& c, std::span<std::byte const> bytes, target const& to) {
  if (c.is_released()) return misuse::context_released;
  if (c.is_busy()) return misuse::context_busy;
  auto const& t = c.transfer_;
  if (!in_flight_->give_memory(*t, bytes.size())) return misuse::not_registered;
  std::ranges::copy(bytes, t->own.begin());
  return begin(t, [&] { return post_send(*t, t->sent(bytes.size()), to); });
}

std::error_code endpoint::start_send(completion_context& c, slice const& s, target const& to) {
  if (!s.is_inside()) return misuse::outside_region;
  if (!s.region.allows(memory_access::send)) return misuse::insufficient_access;
  if (c.is_released()) return misuse::context_released;
  if (c.is_busy()) return misuse::context_busy;
  auto const& t = c.transfer_;
  t->borrowed = s;
  return begin(t, [&] { return post_send(*t, t->sent(s.bytes), to); });
}

std::error_code endpoint::start_receive(completion_context& c, std::size_t bytes, origin const& from) {
  if (c.is_released()) return misuse::context_released;
  if (c.is_busy()) return misuse::context_busy;
  auto const& t = c.transfer_;
  if (!in_flight_->give_memory(*t, bytes)) return misuse::not_registered;
  return begin(t, [&] { return post_receive(*t, t->taken(bytes), from); });
}

std::error_code endpoint::start_receive(completion_context& c, slice const& into, origin const& from) {
  if (!into.is_inside()) return misuse::outside_region;
  if (!into.region.allows(memory_access::recv)) return misuse::insufficient_access;
  if (c.is_released()) return misuse::context_released;
  if (c.is_busy()) return misuse::context_busy;
  auto const& t = c.transfer_;
  t->borrowed = into;
  return begin(t, [&] { return post_receive(*t, t->taken(into.bytes), from); });
}

std::error_code endpoint::cancel(completion_context& c) noexcept { return cancel(*c.transfer_); }

}  // namespace weft::fabric
