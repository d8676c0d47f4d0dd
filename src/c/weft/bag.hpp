// SPDX-License-Identifier: MIT
#pragma once

#include "option_table.hpp"
#include "table.hpp"

#include <bitset>
#include <mutex>

namespace weft::capi {

/// What weft_options stands for: values, and which of them were set.
/// Thread safety: all members.
class bag : public identified {
 public:
  void set(option const&, value const&);
  value get(option const&);
  /// Changes the functions of a program's.
  template <class Work>
  void watch(Work&& work) {
    std::lock_guard lock(mutex_);
    work(std::get<watchers>(values_));
  }
  /// Hands what was set on to a thing with these areas. \throws refusal WEFT_EOPTION for what it does not have
  void apply(settings& to, areas of);

 private:
  std::mutex mutex_;
  settings values_;
  std::bitset<128> set_;
};
using bags = table<bag, kind_of_id::options>;

/// The usual settings with what these options change. \throws refusal as bag::apply(), and for an id of none but 0
settings with_options(weft_options, areas of, settings from = {});

}  // namespace weft::capi
