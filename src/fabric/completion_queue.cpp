// SPDX-License-Identifier: MIT
#include <weft/fabric/completion_queue.hpp>
#include <weft/fabric/domain.hpp>

#include "fabric/error.hpp"
#include "fabric/info.hpp"
#include "fabric/sleeper.hpp"

#include <rdma/fi_domain.h>
#include <rdma/fi_eq.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace weft::fabric {

struct raw_queue : fi_cq_attr {};

namespace {

// An operation begins with its context.
operation* operation_of(void* context) noexcept { return static_cast<operation*>(context); }

// shm of 1.17 gives a truncation as a negative number.
completion of(fi_cq_err_entry const& e) noexcept {
  auto const number = e.err == 0 ? FI_EOTHER : std::abs(e.err);
  return {.error = {number, category()},
          .tag = e.tag,
          .flags = completion_flag(e.flags),
          .data = e.data,
          .missing = number == FI_ETRUNC ? e.olen : 0,
          .provider_error = e.prov_errno};
}

constexpr std::size_t size_of(queue_format f) noexcept {
  switch (f) {
    case queue_format::context:
      return sizeof(fi_cq_entry);
    case queue_format::msg:
      return sizeof(fi_cq_msg_entry);
    case queue_format::data:
      return sizeof(fi_cq_data_entry);
    default:
      return sizeof(fi_cq_tagged_entry);
  }
}

// Each format has the fields of the shorter ones in front.
static_assert(offsetof(fi_cq_tagged_entry, flags) == offsetof(fi_cq_msg_entry, flags) &&
              offsetof(fi_cq_tagged_entry, len) == offsetof(fi_cq_msg_entry, len) &&
              offsetof(fi_cq_tagged_entry, data) == offsetof(fi_cq_data_entry, data));

/// \param fine no error: made once for all, since that is a call into the standard library
void translate(fi_cq_tagged_entry const& r, std::error_code const& fine, entry& out) noexcept {
  out.op = operation_of(r.op_context);
  out.what = {.error = fine,
              .bytes = r.flags & FI_RECV ? r.len : 0,
              .tag = r.tag,
              .flags = completion_flag(r.flags),
              .data = r.data,
              .at = static_cast<std::byte*>(r.buf)};
}

}  // namespace

completion_queue::completion_queue(std::shared_ptr<domain const> in) noexcept : domain_(std::move(in)) {}

completion_queue::~completion_queue() = default;

setup<std::shared_ptr<completion_queue>> completion_queue::open(std::shared_ptr<domain const> in,
                                                                queue_options const& options) {
  auto const best = options.wait.value_or(facts_of(in->info()).waits_on);
  std::shared_ptr<completion_queue> q(new completion_queue(std::move(in)));
  q->sleeper_ = std::make_unique<sleeper>();
  if (long const rc = q->sleeper_->open(); rc < 0) return failed("eventfd", rc);
  long rc = q->make(best, options);
  // Some versions and environments refuse what others offer (efa before 2.4, or with its shm on).
  if (rc < 0 && !options.wait && best != wait_kind::backoff) rc = q->make(wait_kind::backoff, options);
  if (rc < 0) return failed("fi_cq_open", rc);
  return q;
}

long completion_queue::make(wait_kind kind, queue_options const& options) noexcept {
  raw_queue attr{};
  attr.size = options.depth;
  // What is parsed is asked for: each provider has a default of its own.
  format_ = options.format == queue_format::unspecified ? queue_format::tagged : options.format;
  attr.format = static_cast<fi_cq_format>(format_);
  attr.wait_obj = FI_WAIT_NONE;
  kind_ = kind;
  sources_ = options.sources && facts_of(domain_->info()).names_senders;
  switch (kind) {
    case wait_kind::descriptor:
      return make_with_descriptor(attr);
    case wait_kind::wait_set:
      return make_in_wait_set(attr);
    case wait_kind::backoff:
      break;
  }
  return make_queue(attr);
}

long completion_queue::make_queue(raw_queue const& wanted) noexcept {
  fi_cq_attr attr = wanted;
  fid_cq* raw = nullptr;
  long const rc = fi_cq_open(domain_->native_handle(), &attr, &raw, nullptr);
  cq_.reset(rc < 0 ? nullptr : raw);
  return rc;
}

long completion_queue::make_with_descriptor(raw_queue attr) noexcept {
  attr.wait_obj = FI_WAIT_FD;
  if (long const rc = make_queue(attr); rc < 0) return rc;
  long const rc = fi_control(&cq_->fid, FI_GETWAIT, &fd_);
  if (rc < 0) cq_.reset();
  return rc;
}

#if FI_MAJOR_VERSION < 2
// The queue's own descriptor would stay readable after its first event: net's fi_trywait() does not look at it.
long completion_queue::make_in_wait_set(raw_queue attr) noexcept {
  fi_wait_attr set{};
  set.wait_obj = FI_WAIT_FD;
  fid_wait* raw = nullptr;
  if (long const rc = fi_wait_open(domain_->parent()->native_handle(), &set, &raw); rc < 0) return rc;
  wait_set_.reset(raw);
  attr.wait_obj = FI_WAIT_SET;
  attr.wait_set = raw;
  long rc = make_queue(attr);
  if (rc >= 0) rc = fi_control(&wait_set_->fid, FI_GETWAIT, &fd_);
  if (rc < 0) {
    cq_.reset();
    wait_set_.reset();
  }
  return rc;
}
#else
// Deprecated since 2.0, which has no net provider to need it.
long completion_queue::make_in_wait_set(raw_queue) noexcept { return -FI_ENOSYS; }
#endif

std::size_t completion_queue::read(std::span<entry> out) noexcept {
  if (stash_begin_ != stash_end_) [[unlikely]]
    return take_stash(out);
  auto const got = take(out);
  if (got <= 0) return got == -FI_EAGAIN ? 0 : read_failed(got, out);
  return static_cast<std::size_t>(got);
}

/// \return how many entries are written, or what fi_cq_read says
long completion_queue::take(std::span<entry> out) noexcept {
  std::array<fi_cq_tagged_entry, batch> raw;
  std::array<fi_addr_t, batch> sources;
  auto const room = std::min(out.size(), batch);
  auto const got =
      sources_ ? fi_cq_readfrom(cq_.get(), raw.data(), room, sources.data()) : fi_cq_read(cq_.get(), raw.data(), room);
  if (got <= 0) return got;
  backoff_ = {};
  auto const n = static_cast<std::size_t>(got);
  std::error_code const fine;
  if (format_ == queue_format::tagged) [[likely]] {
    for (std::size_t i = 0; i != n; ++i) translate(raw[i], fine, out[i]);
  } else {
    auto const stride = size_of(format_);
    auto const* at = reinterpret_cast<std::byte const*>(raw.data());
    for (std::size_t i = 0; i != n; ++i, at += stride) {
      fi_cq_tagged_entry whole{};
      std::memcpy(&whole, at, stride);
      translate(whole, fine, out[i]);
    }
  }
  if (sources_)
    for (std::size_t i = 0; i != n; ++i)
      if (sources[i] != FI_ADDR_NOTAVAIL) out[i].what.source = peer(sources[i]);
  return got;
}

std::size_t completion_queue::take_stash(std::span<entry> out) noexcept {
  auto const n = std::min(out.size(), stash_end_ - stash_begin_);
  std::ranges::copy_n(stash_.begin() + static_cast<std::ptrdiff_t>(stash_begin_), static_cast<std::ptrdiff_t>(n),
                      out.begin());
  stash_begin_ += n;
  return n;
}

// Drains the errors one by one: each ends one operation, and they block what is behind them in the queue.
std::size_t completion_queue::read_failed(long rc, std::span<entry> out) noexcept {
  if (rc == 0) return 0;
  if (rc != -FI_EAVAIL) {
    broken_ = error(rc);
    return 0;
  }
  std::size_t n = 0;
  while (n != out.size()) {
    fi_cq_err_entry e{};
    long const got = fi_cq_readerr(cq_.get(), &e, 0);
    if (got < 0 && got != -FI_EAGAIN) broken_ = error(got);
    if (got <= 0) break;
    out[n++] = {operation_of(e.op_context), of(e)};
  }
  backoff_ = {};
  return n;
}

std::string completion_queue::text(completion const& c) const {
  std::array<char, 256> buffer{};
  char const* words = fi_cq_strerror(cq_.get(), c.provider_error, nullptr, buffer.data(), buffer.size());
  return words ? words : "";
}

}  // namespace weft::fabric
