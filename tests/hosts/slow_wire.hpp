// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/two_hosts.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace weft::hosts {

/// What a packet meets on its way.
struct wire_quality {
  std::chrono::milliseconds delay{};
  int percent_lost = 0;
  int percent_overtaken = 0;  ///< of what is not lost: takes twice as long
  unsigned seed = 1;
};

/// A third cable between two hosts, which takes its time: a tunnel device in each, and a thread that carries packets
/// from one to the other. For kernels without netem.
class slow_wire {
 public:
  slow_wire(two_hosts const&, wire_quality);
  slow_wire(slow_wire const&) = delete;
  slow_wire& operator=(slow_wire const&) = delete;
  ~slow_wire();

  static std::string far_address() { return "10.77.3.2"; }  ///< of `there`

 private:
  int ends_[2];
  int stop_;
  std::thread carrier_;
};

}  // namespace weft::hosts
