// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>

#include "settings.hpp"
#include "table.hpp"

#include <memory>

namespace weft::capi {

/// An engine, which everything that is made with it keeps.
struct home {
  explicit home(settings const& s) : chosen(s), engine(std::get<engine_options>(s)) {}

  settings const chosen;
  weft::engine engine;
  unsigned const made_in = process();

  bool has_helper() const noexcept { return std::get<engine_options>(chosen).helper; }
  /// Whether this process made it, and is not a fork.
  bool ours() const noexcept { return process() == made_in; }
  ext::reactor& loop() noexcept { return engine.reactor(); }
};

struct engine_entry : identified {
  std::shared_ptr<home> it;
};
using engines = table<engine_entry, kind_of_id::engine>;

/// \throws refusal
std::shared_ptr<home> home_of(weft_engine);

}  // namespace weft::capi
