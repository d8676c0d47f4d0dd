// SPDX-License-Identifier: MIT
// Programs that talk by weft::fabric, started for each kind of endpoint that runs here.
#pragma once

#include "process/child.hpp"
#include "process/fabric/ends.hpp"
#include "support/face.hpp"

#include <sys/mman.h>

#include <string>

namespace weft::fabric {

inline std::string type_name(kind const& k) { return k.type == endpoint_type::msg ? "MSG" : "RDM"; }

/// Where to be: over shm a name that nobody has.
inline std::string fresh_node(kind const& k) {
  static int last = 0;
  return k.is("shm") ? "weft-ends-" + std::to_string(getpid()) + "-" + std::to_string(++last) : "127.0.0.1";
}

/// A program at the other end; when it is killed it leaves its region of shm.
struct other_end {
  other_end(char const* name, kind const& k)
      : left{fresh_node(k)}, program(name, {k.provider, type_name(k), left.name}) {}

  struct region {
    ~region() { ::shm_unlink(("/" + name).c_str()); }
    std::string name;
  } left;
  process::child program;
};

}  // namespace weft::fabric
