// SPDX-License-Identifier: MIT
#include "bag.hpp"

namespace weft::capi {

namespace {

std::size_t index_of(option const& o) noexcept { return static_cast<std::size_t>(&o - all_options().data()); }

}  // namespace

void bag::set(option const& o, value const& v) {
  if (o.settable == access::never) throw refusal(WEFT_EREADONLY, o.name);
  std::lock_guard lock(mutex_);
  o.set(values_, every_area, v);
  set_.set(index_of(o));
}

value bag::get(option const& o) {
  std::lock_guard lock(mutex_);
  return o.get(values_, every_area);
}

void bag::apply(settings& to, areas of) {
  std::lock_guard lock(mutex_);
  for (auto const& o : all_options()) {
    if (!set_.test(index_of(o))) continue;
    if (!(o.where & of)) throw refusal(WEFT_EOPTION, std::string(o.name) + ": not an option of this");
    o.set(to, of, o.get(values_, every_area));
  }
  if (of & area<watchers>()) std::get<watchers>(to) = std::get<watchers>(values_);
}

settings with_options(weft_options options, areas of, settings from) {
  if (options.id != 0) bags::hold(options.id)->apply(from, of);
  return from;
}

}  // namespace weft::capi
