// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace weft::policy {

/// Lists of a tree's edges: for each the first byte of its label, and the node below. They lie in one array for each
/// size (2, 4, ... 256 edges), the bytes of a list in front of its nodes, so that one memchr finds the edge.
/// Thread safety: none.
class edge_lists {
 public:
  static constexpr std::size_t capacity(unsigned size_class) noexcept { return std::size_t{2} << size_class; }

  std::size_t memory() const noexcept {
    std::size_t words = 0;
    for (auto const& s : shelves_) words += s.words.capacity();
    return words * sizeof(std::uint32_t);
  }

  /// The node below `first`, or 0.
  std::uint32_t find(unsigned size_class, std::uint32_t list, std::size_t edges, std::byte first) const noexcept {
    auto const* const bytes = keys(size_class, list);
    auto const* const hit = static_cast<unsigned char const*>(std::memchr(bytes, static_cast<int>(first), edges));
    return hit ? child(size_class, list, static_cast<std::size_t>(hit - bytes)) : 0;
  }
  std::uint32_t child(unsigned size_class, std::uint32_t list, std::size_t i) const noexcept {
    return shelves_[size_class].words[list + key_words(size_class) + i];
  }

  /// An empty list. \throws std::bad_alloc
  std::uint32_t make(unsigned size_class) {
    auto& s = shelves_[size_class];
    if (s.unused != nothing) {
      std::uint32_t const list = s.unused;
      s.unused = s.words[list];
      return list;
    }
    auto const list = static_cast<std::uint32_t>(s.words.size());
    s.words.resize(s.words.size() + key_words(size_class) + capacity(size_class));
    return list;
  }
  void put(unsigned size_class, std::uint32_t list, std::size_t i, std::byte first, std::uint32_t child) noexcept {
    keys(size_class, list)[i] = static_cast<unsigned char>(first);
    shelves_[size_class].words[list + key_words(size_class) + i] = child;
  }
  /// Copies an edge, within a list or to another.
  void copy(unsigned from_class, std::uint32_t from, std::size_t i, unsigned to_class, std::uint32_t to,
            std::size_t j) noexcept {
    put(to_class, to, j, static_cast<std::byte>(keys(from_class, from)[i]), child(from_class, from, i));
  }
  void release(unsigned size_class, std::uint32_t list) noexcept {
    shelves_[size_class].words[list] = shelves_[size_class].unused;
    shelves_[size_class].unused = list;
  }
  void clear() noexcept { shelves_ = {}; }

 private:
  static constexpr std::uint32_t nothing = 0xffff'ffff;
  static constexpr unsigned classes = 8;

  struct shelf {
    std::vector<std::uint32_t> words;
    std::uint32_t unused = nothing;  // the first of them; each begins with the place of the next
  };

  static constexpr std::size_t key_words(unsigned size_class) noexcept { return (capacity(size_class) + 3) / 4; }

  unsigned char const* keys(unsigned size_class, std::uint32_t list) const noexcept {
    return reinterpret_cast<unsigned char const*>(shelves_[size_class].words.data() + list);
  }
  unsigned char* keys(unsigned size_class, std::uint32_t list) noexcept {
    return reinterpret_cast<unsigned char*>(shelves_[size_class].words.data() + list);
  }

  std::array<shelf, classes> shelves_;
};

}  // namespace weft::policy
