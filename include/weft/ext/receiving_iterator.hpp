// SPDX-License-Identifier: MIT
#pragma once

#include <weft/error.hpp>
#include <weft/result.hpp>

#include <cstddef>
#include <iterator>
#include <utility>

namespace weft::ext {

/// Range-for over whatever is received from: until it is closed. Any other error is thrown, and what it goes through
/// is as good as before.
template <class From>
class receiving_iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = typename From::value_type;
  using difference_type = std::ptrdiff_t;
  using pointer = value_type*;
  using reference = value_type&;

  explicit receiving_iterator(From& from) : from_(&from) { ++*this; }
  value_type& operator*() noexcept { return *current_; }
  receiving_iterator& operator++() {
    current_ = from_->receive_result();
    if (!current_ && current_.error() != errc::closed) raise(current_.error());
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(receiving_iterator const& i, std::default_sentinel_t) noexcept { return !i.current_; }

 private:
  From* from_;
  result<value_type> current_{make_error_code(errc::would_block)};
};

}  // namespace weft::ext
