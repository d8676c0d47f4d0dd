// SPDX-License-Identifier: MIT
#include <weft/c/options.h>

#include "bag.hpp"
#include "endpoint.hpp"
#include "talk.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

// weft_set_...() and weft_get_...(): whatever the id stands for, and whatever the type.
namespace weft::capi {

namespace {

int set_of(std::uint64_t id, char const* name, int type, value const& v) {
  auto const change = [&](auto const& thing, areas has) {
    auto const& o = find_option(name, type, has);
    check_range(o, v);
    thing->set(o, v);
    return WEFT_OK;
  };
  switch (kind_of(id)) {
    case kind_of_id::options:
      return change(bags::hold(id), every_area);
    case kind_of_id::socket: {
      auto const s = sockets::hold(id);
      return change(s, s->has());
    }
    case kind_of_id::context: {
      auto const c = contexts::hold(id);
      return change(c, c->has());
    }
    case kind_of_id::engine:
    case kind_of_id::dialer:
    case kind_of_id::listener:
      (void)find_option(name, type, every_area);
      throw refusal(WEFT_EREADONLY, name);
    default:
      throw refusal(WEFT_EBADID, "nothing with options");
  }
}

value get_of(std::uint64_t id, char const* name, int type) {
  switch (kind_of(id)) {
    case kind_of_id::options:
      return bags::hold(id)->get(find_option(name, type, every_area));
    case kind_of_id::socket: {
      auto const s = sockets::hold(id);
      return s->get(find_option(name, type, s->has()));
    }
    case kind_of_id::context: {
      auto const c = contexts::hold(id);
      return c->get(find_option(name, type, c->has()));
    }
    case kind_of_id::engine: {
      auto const has = area<engine_options>();
      return find_option(name, type, has).get(engines::hold(id)->it->chosen, has);
    }
    case kind_of_id::dialer:
      return find_option(name, type, dialing).get(dialers::hold(id)->chosen, dialing);
    case kind_of_id::listener:
      return find_option(name, type, listening).get(listeners::hold(id)->chosen, listening);
    default:
      throw refusal(WEFT_EBADID, "nothing with options");
  }
}

template <class Out>
int get(std::uint64_t id, char const* name, int type, Out* out) noexcept {
  return guarded([&] {
    given(out) = static_cast<Out>(std::get<std::int64_t>(get_of(id, name, type)));
    return WEFT_OK;
  });
}

int set(std::uint64_t id, char const* name, int type, value const& v) noexcept {
  return guarded([&] { return set_of(id, name, type, v); });
}

}  // namespace

int copy_out(std::string const& text, char* out, std::size_t* size) {
  auto const room = given(size);
  *size = text.size() + 1;
  if (room < *size) return WEFT_ENOSPACE;
  std::memcpy(&given(out), text.c_str(), *size);
  return WEFT_OK;
}

}  // namespace weft::capi

using namespace weft::capi;

extern "C" {

int weft_option_at(size_t index, weft_option* out) {
  return guarded([&] {
    auto& to = given(out);
    if (index >= all_options().size()) return int{WEFT_EOPTION};
    auto const& o = all_options()[index];
    to = {o.name, o.type, o.settable == access::always, o.settable == access::never, o.least, o.most};
    return int{WEFT_OK};
  });
}

int weft_options_open(weft_options* out) {
  return guarded([&] {
    auto& id = given(out).id;
    id = bags::insert(std::make_unique<bag>());
    return WEFT_OK;
  });
}

int weft_options_close(weft_options options) {
  return guarded([&] {
    (void)bags::take(options.id);
    return WEFT_OK;
  });
}

int weft_set_bool(uint64_t id, char const* name, bool v) { return set(id, name, WEFT_BOOL, std::int64_t{v}); }
int weft_set_int(uint64_t id, char const* name, int v) { return set(id, name, WEFT_INT, std::int64_t{v}); }
int weft_set_ms(uint64_t id, char const* name, int v) { return set(id, name, WEFT_MS, std::int64_t{v}); }

int weft_set_size(uint64_t id, char const* name, size_t v) {
  constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
  return set(id, name, WEFT_SIZE, static_cast<std::int64_t>(std::min(v, most)));
}

int weft_set_string(uint64_t id, char const* name, char const* v) {
  return guarded([&] { return set_of(id, name, WEFT_STRING, std::string(&given(v))); });
}

int weft_get_bool(uint64_t id, char const* name, bool* out) { return get(id, name, WEFT_BOOL, out); }
int weft_get_int(uint64_t id, char const* name, int* out) { return get(id, name, WEFT_INT, out); }
int weft_get_ms(uint64_t id, char const* name, int* out) { return get(id, name, WEFT_MS, out); }

int weft_get_size(uint64_t id, char const* name, size_t* out) {
  int const code = get(id, name, WEFT_SIZE, out);
  if (code == WEFT_OK && *out == std::numeric_limits<std::int64_t>::max()) *out = std::numeric_limits<size_t>::max();
  return code;
}

int weft_get_string(uint64_t id, char const* name, char* out, size_t* size) {
  return guarded([&] { return copy_out(std::get<std::string>(get_of(id, name, WEFT_STRING)), out, size); });
}
}
