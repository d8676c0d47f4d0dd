// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/pipe.hpp>

#include <array>
#include <bit>
#include <cassert>
#include <cstdint>

namespace weft::policy {

/// Lines of pipes, one for each priority from 1 to 16: all of a lower level stand before those of a higher one.
/// Costs what a single line does as long as all pipes have the same.
/// Thread safety: none; guarded by the socket's lock.
template <ext::list_hook ext::pipe::*Hook>
class levels {
 public:
  bool empty() const noexcept {
    for (std::uint32_t left = used_; left; left &= left - 1)
      if (!lines_[lowest(left)].empty()) return false;
    return true;
  }
  /// At the end of its level's line.
  void push_back(ext::pipe& p, unsigned level) noexcept {
    assert(level >= 1 && level <= count);
    lines_[level - 1].push_back(p);
    used_ |= std::uint32_t{1} << (level - 1);
  }
  /// Who stands before all others; null when there is nobody.
  ext::pipe* first() noexcept {
    for (; used_; used_ &= used_ - 1)
      if (ext::pipe* const p = lines_[lowest(used_)].first()) return p;
    return nullptr;
  }
  /// From wherever it stands in the line of its level to the end. \pre it stands there
  void move_back(ext::pipe& p, unsigned level) noexcept {
    auto& line = lines_[level - 1];
    if (!line.next(p)) return;
    line.remove(p);
    line.push_back(p);
  }
  /// Who stands behind `p`; null at the end. \pre p stands in the line of `level`
  ext::pipe* next(ext::pipe& p, unsigned level) noexcept {
    if (ext::pipe* const same = lines_[level - 1].next(p)) return same;
    for (std::uint32_t left = used_ & (~std::uint32_t{0} << level); left; left &= left - 1)
      if (ext::pipe* const worse = lines_[lowest(left)].first()) return worse;
    return nullptr;
  }

 private:
  static constexpr unsigned count = 16;

  static std::size_t lowest(std::uint32_t bits) noexcept { return static_cast<std::size_t>(std::countr_zero(bits)); }

  std::array<ext::intrusive_list<ext::pipe, Hook>, count> lines_;
  std::uint32_t used_ = 0;  // bit n: there may be somebody in lines_[n]; pipes leave without a word
};

}  // namespace weft::policy
