// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/pipe.hpp>
#include <weft/ext/protocol.hpp>

#include "policy/backtrace.hpp"

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace weft::policy {

/// Base of what is sent out under an id and waits for the answer.
class request {
 public:
  request(request const&) = delete;
  request& operator=(request const&) = delete;

  bool asked() const noexcept { return id_ != 0; }
  std::uint32_t id() const noexcept { return id_; }  ///< zero when nothing is asked

 protected:
  request() noexcept = default;
  ~request() = default;

 private:
  template <std::derived_from<request> R>
  friend class request_table;

  std::uint32_t id_ = 0;
  request* next_ = nullptr;  // in the same bucket
};

/// Gives out ids, and finds who asked under one. Allocates in reserve() only.
///
/// Ids count up from a random start through all 31 bits: a late answer to an earlier run of the program, or
/// to an earlier request of this one, finds nobody rather than the wrong one. Counting makes collisions
/// rare too: what is asked at one time lies in neighbouring buckets.
/// Thread safety: none; guarded by the socket's lock.
template <std::derived_from<request> R>
class request_table {
 public:
  request_table() : request_table(std::random_device{}()) {}
  explicit request_table(std::uint32_t start) noexcept : next_id_(start) {}

  /// Makes room for so many requests at a time. \throws std::bad_alloc
  void reserve(std::size_t requests) {
    if (requests <= buckets_.size()) return;
    std::vector<request*> old(std::bit_ceil(requests));
    std::swap(old, buckets_);
    for (request* r : old)
      while (r) insert(*std::exchange(r, r->next_));
  }

  /// \pre !r.asked(), and there is room
  void ask(R& r) noexcept {
    do r.id_ = next_id_++ | id_bit;
    while (find(r.id_));  // still asked after 2^31 others
    insert(r);
  }
  /// \pre r.asked()
  void close(R& r) noexcept {
    request** link = &bucket(r.id_);
    while (*link != &r) link = &(*link)->next_;
    *link = r.next_;
    r.id_ = 0;
  }
  /// Who asked under `id`, or null.
  R* find(std::uint32_t id) noexcept {
    if (buckets_.empty()) return nullptr;
    request* r = bucket(id);
    while (r && r->id_ != id) r = r->next_;
    return static_cast<R*>(r);
  }

 private:
  request*& bucket(std::uint32_t id) noexcept { return buckets_[id & (buckets_.size() - 1)]; }
  void insert(request& r) noexcept { r.next_ = std::exchange(bucket(r.id_), &r); }

  std::vector<request*> buckets_;  // a power of two, or none
  std::uint32_t next_id_;
};

/// What `p` has goes to who asked, by `take(asker, answer)`. What nobody asked for is dropped, and who sends what is no
/// answer is closed.
template <std::derived_from<request> R, class Take>
void take_answers(ext::pipe& p, request_table<R>& asked, ext::protocol_host& host, Take&& take) {
  while (p.can_receive()) {
    message m = p.receive();
    auto const id = take_id(m);
    if (!id) {
      host.drop(drop_reason::malformed, direction::incoming, &p, std::move(m));
      return p.close(errc::malformed);
    }
    if (R* const asker = asked.find(*id))
      take(*asker, std::move(m));
    else
      host.drop(drop_reason::unasked, direction::incoming, &p, std::move(m));
  }
}

}  // namespace weft::policy
