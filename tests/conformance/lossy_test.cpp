// SPDX-License-Identifier: MIT
#include "conformance/lossy.hpp"

#include "conformance/stage.hpp"
#include "inproc/inproc.hpp"

#include <future>

namespace weft::conformance {

namespace {

transport_under_test inproc_with(std::string name, transports::lossy_options const& faults) {
  return {.name = std::move(name),
          .fresh_url = numbered("lossy+inproc://conformance-"),
          .set_up = wrapped(transports::make_inproc, faults),
          .survives_loss = loses(faults)};
}

transport_suite const calm_1(inproc_with("lossy_inproc_late_1", late(1)));
transport_suite const calm_2(inproc_with("lossy_inproc_late_2", late(2)));
transport_suite const rough_1(inproc_with("lossy_inproc_lost_1", lost(1)));
transport_suite const rough_2(inproc_with("lossy_inproc_lost_2", lost(2)));
transport_suite const rough_3(inproc_with("lossy_inproc_lost_3", lost(3)));

}  // namespace

// The suites above prove something only if faults do happen.
BOOST_AUTO_TEST_CASE(what_is_to_happen_over_lossy_happens) {
  auto faults = lost(1);
  faults.counters = std::make_shared<transports::lossy_counters>();
  engine e;
  wrapped(transports::make_inproc, faults)(e);
  rep_socket rep(e);
  req_socket req(e, {.resend = {.every = 10ms}});
  req.dial(rep.listen("lossy+inproc://counted"), {.retry_min = 1ms, .retry_max = 10ms});
  auto service = std::async(std::launch::async, [&] {
    for (std::error_code why; !why;) {
      auto m = rep.receive(soon(), why);
      if (!why) rep.send(m, soon(), why);
    }
  });
  for (int i = 0; i != 300; ++i) {
    req.send("q", soon());
    BOOST_TEST(req.receive(soon()).text() == "q");
  }
  rep.close();
  auto const& happened = *faults.counters;
  BOOST_TEST(happened.dropped > 0u);
  BOOST_TEST(happened.delayed > 0u);
  BOOST_TEST(happened.withheld > 0u);
  BOOST_TEST(happened.reset > 0u);
  BOOST_TEST(happened.refused > 0u);
}

}  // namespace weft::conformance
