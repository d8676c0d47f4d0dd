// SPDX-License-Identifier: MIT
#pragma once

#include "policy/edge_lists.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace weft::policy {

/// A set of prefixes, each there a number of times: a radix tree whose nodes stand in one array.
///
///   "stock/nyse/ibm", "stock/nyse/msft", "stock/":      [] -- "stock/"* -- "nyse/" -- "ibm"*
///                                                                                  \- "msft"*
///
/// A node is 32 bytes, its label included; a longer label is a chain of them. No walk is recursive, so no topic is
/// too long; a match follows one path and allocates nothing.
/// Thread safety: none; guarded by the socket's lock.
class topics {
 public:
  using text = std::span<std::byte const>;

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }  ///< different prefixes
  /// Bytes on the heap.
  std::size_t memory() const noexcept { return nodes_.capacity() * sizeof(node) + lists_.memory(); }

  /// Whether one of the prefixes begins `body`.
  bool matches(text body) const noexcept {
    if (empty()) return false;
    std::uint32_t at = root;
    for (std::size_t done = 0;; done += nodes_[at].length) {
      if (nodes_[at].count > 0) return true;
      if (at = step(at, body.subspan(done)); !at) return false;
    }
  }

  bool contains(text prefix) const noexcept {
    std::uint32_t const at = find(prefix);
    return at != none && nodes_[at].count > 0;
  }

  /// \return how often it is there now \throws std::bad_alloc
  std::uint32_t add(text prefix) {
    if (nodes_.empty()) nodes_.emplace_back();
    std::uint32_t at = root;
    while (!prefix.empty()) {
      std::uint32_t const next = child(nodes_[at], prefix.front());
      if (!next) {
        at = hang(at, prefix);
        break;
      }
      std::size_t const common = in_common(nodes_[next], prefix);
      if (common < nodes_[next].length) split(next, common);
      prefix = prefix.subspan(common);
      at = next;
    }
    if (nodes_[at].count == 0) ++size_;
    return ++nodes_[at].count;
  }

  enum class removal { absent, fewer, gone };
  /// Takes it away once.
  removal remove(text prefix) noexcept {
    std::uint32_t const at = find(prefix);
    if (at == none || nodes_[at].count == 0) return removal::absent;
    if (--nodes_[at].count > 0) return removal::fewer;
    if (--size_ == 0)
      clear();
    else
      prune(prefix, at);
    return removal::gone;
  }

  void clear() noexcept {
    nodes_ = std::vector<node>();
    lists_.clear();
    unused_ = 0;
    size_ = 0;
  }

  /// Calls `f(prefix)` for each, in no order. \throws std::bad_alloc
  template <class F>
  void for_each(F&& f) const {
    struct place {
      std::uint32_t at;
      std::size_t next;  // child to visit
    };
    if (empty()) return;
    std::vector<place> path{{root, 0}};
    std::vector<std::byte> prefix;
    if (nodes_[root].count > 0) f(text(prefix));
    while (!path.empty()) {
      auto& [at, next] = path.back();
      if (next == nodes_[at].fanout) {
        prefix.resize(prefix.size() - nodes_[at].length);
        path.pop_back();
        continue;
      }
      std::uint32_t const below = child_at(nodes_[at], next++);
      node const& n = nodes_[below];
      prefix.insert(prefix.end(), n.label.begin(), n.label.begin() + n.length);
      if (n.count > 0) f(text(prefix));
      path.push_back({below, 0});
    }
  }

 private:
  static constexpr std::size_t label_size = 20;
  static constexpr std::uint32_t root = 0;
  static constexpr std::uint32_t none = 0xffff'ffff;  // no node; a child is never 0

  struct node {
    std::uint32_t count = 0;     // prefixes that end here
    std::uint32_t children = 0;  // one: its index; more: where their list is; unused: the next unused
    std::uint16_t fanout = 0;
    std::uint8_t list = 0;  // size class of the list
    std::uint8_t length = 0;
    std::array<std::byte, label_size> label{};
  };
  static_assert(sizeof(node) == 32);

  std::uint32_t child(node const& n, std::byte first) const noexcept {
    if (n.fanout == 1) return nodes_[n.children].label[0] == first ? n.children : 0;
    return n.fanout == 0 ? 0 : lists_.find(n.list, n.children, n.fanout, first);
  }
  std::uint32_t child_at(node const& n, std::size_t i) const noexcept {
    return n.fanout == 1 ? n.children : lists_.child(n.list, n.children, i);
  }
  static std::size_t in_common(node const& n, text s) noexcept {
    auto const end = n.label.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(n.length, s.size()));
    return static_cast<std::size_t>(std::mismatch(n.label.begin(), end, s.begin()).first - n.label.begin());
  }

  /// The child of `at` whose whole label begins `rest`; 0 when there is none.
  std::uint32_t step(std::uint32_t at, text rest) const noexcept {
    if (rest.empty()) return 0;
    std::uint32_t const next = child(nodes_[at], rest.front());
    if (!next || nodes_[next].length > rest.size()) return 0;
    return std::memcmp(nodes_[next].label.data(), rest.data(), nodes_[next].length) == 0 ? next : 0;
  }

  /// Where exactly `prefix` ends; none when no node is there.
  std::uint32_t find(text prefix) const noexcept {
    if (empty()) return none;
    std::uint32_t at = root;
    while (!prefix.empty()) {
      if (at = step(at, prefix); !at) return none;
      prefix = prefix.subspan(nodes_[at].length);
    }
    return at;
  }

  /// A chain of new nodes under `at`. \return its end
  std::uint32_t hang(std::uint32_t at, text rest) {
    while (!rest.empty()) {
      auto const part = rest.first(std::min(rest.size(), label_size));
      std::uint32_t const fresh = make();
      std::ranges::copy(part, nodes_[fresh].label.begin());
      nodes_[fresh].length = static_cast<std::uint8_t>(part.size());
      adopt(at, fresh);
      at = fresh;
      rest = rest.subspan(part.size());
    }
    return at;
  }

  /// Leaves `at` the first bytes of its label, and hangs a node with the others and all that was below under it.
  void split(std::uint32_t at, std::size_t keep) {
    std::uint32_t const tail = make();
    node& upper = nodes_[at];
    node& lower = nodes_[tail];
    lower = upper;
    lower.length = static_cast<std::uint8_t>(upper.length - keep);
    std::ranges::copy(std::span(upper.label).subspan(keep), lower.label.begin());
    upper.length = static_cast<std::uint8_t>(keep);
    upper.count = 0;
    upper.fanout = 1;
    upper.children = tail;
  }

  /// What ended at `at` is no more: takes away the nodes that nothing needs now.
  void prune(text prefix, std::uint32_t at) noexcept {
    if (nodes_[at].fanout > 0) return merge(at);
    // The last node on the way that is needed all the same, and the one below it: from there it is a mere chain.
    std::uint32_t needed = root, chain = 0;
    for (std::uint32_t here = root; here != at;) {
      std::uint32_t const next = step(here, prefix);
      if (here == root || nodes_[here].count > 0 || nodes_[here].fanout > 1) {
        needed = here;
        chain = next;
      }
      prefix = prefix.subspan(nodes_[next].length);
      here = next;
    }
    disown(needed, chain);
    while (chain != at) release(std::exchange(chain, nodes_[chain].children));
    release(at);
    merge(needed);
  }

  /// Joins `at` and its only child, if that is all there is to it.
  void merge(std::uint32_t at) noexcept {
    node& upper = nodes_[at];
    if (at == root || upper.count > 0 || upper.fanout != 1) return;
    std::uint32_t const below = upper.children;
    node const& lower = nodes_[below];
    if (upper.length + lower.length > label_size) return;
    std::copy_n(lower.label.begin(), lower.length, upper.label.begin() + upper.length);
    upper.length = static_cast<std::uint8_t>(upper.length + lower.length);
    upper.count = lower.count;
    upper.children = lower.children;
    upper.fanout = lower.fanout;
    upper.list = lower.list;
    release(below);
  }

  /// Hangs `below` under `at`. \pre `at` has no child that begins with the same byte
  void adopt(std::uint32_t at, std::uint32_t below) {
    node& n = nodes_[at];
    if (n.fanout == 0) {
      n.children = below;
    } else {
      make_room(n);
      lists_.put(n.list, n.children, n.fanout, nodes_[below].label[0], below);
    }
    ++n.fanout;
  }

  /// \pre n.fanout > 0
  void make_room(node& n) {
    if (n.fanout == 1) {
      std::uint32_t const list = lists_.make(0);
      lists_.put(0, list, 0, nodes_[n.children].label[0], n.children);
      n.children = list;
      n.list = 0;
    } else if (n.fanout == edge_lists::capacity(n.list)) {
      auto const wider = static_cast<std::uint8_t>(n.list + 1);
      move_list(n, wider, lists_.make(wider));
    }
  }
  void move_list(node& n, std::uint8_t size_class, std::uint32_t list) noexcept {
    for (std::size_t i = 0; i < n.fanout; ++i) lists_.copy(n.list, n.children, i, size_class, list, i);
    lists_.release(n.list, n.children);
    n.list = size_class;
    n.children = list;
  }

  /// Takes `below` off `at`, whose list stays as wide as it is until one child is left.
  void disown(std::uint32_t at, std::uint32_t below) noexcept {
    node& n = nodes_[at];
    if (--n.fanout == 0) return;
    std::size_t i = 0;
    while (lists_.child(n.list, n.children, i) != below) ++i;
    lists_.copy(n.list, n.children, n.fanout, n.list, n.children, i);
    if (n.fanout > 1) return;
    std::uint32_t const last = lists_.child(n.list, n.children, 0);
    lists_.release(n.list, n.children);
    n.children = last;
  }

  std::uint32_t make() {
    if (unused_) {
      std::uint32_t const at = std::exchange(unused_, nodes_[unused_].children);
      nodes_[at] = {};
      return at;
    }
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  void release(std::uint32_t at) noexcept {
    nodes_[at].children = unused_;
    unused_ = at;
  }

  std::vector<node> nodes_;
  edge_lists lists_;
  std::uint32_t unused_ = 0;  // the first of them; 0: none
  std::size_t size_ = 0;
};

}  // namespace weft::policy
