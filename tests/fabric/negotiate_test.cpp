// SPDX-License-Identifier: MIT
#include <weft/fabric/negotiate.hpp>

#include "support/face.hpp"

#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);

// What there is, asked for in the order in which it should be given up.
std::vector<bool> offers_of(hints h) {
  std::vector<bool> found;
  for (auto const type : {h.type, endpoint_type::msg})
    for (auto const wanted : {capability::tagged, capability::msg}) {
      h.type = type;
      h.capabilities = wanted;
      found.push_back(static_cast<bool>(discover(h)));
    }
  return found;
}

hints tagged_hints(kind const& over) { return local_hints(over, capability::tagged); }

}  // namespace

BOOST_AUTO_TEST_SUITE(a_negotiation)

BOOST_DATA_TEST_CASE(gives_up_tags_and_then_connectionless_endpoints, everything, over) {
  auto wanted = tagged_hints(over);
  if (over.type == endpoint_type::msg) wanted.type = endpoint_type::rdm;
  auto const offered = offers_of(wanted);
  auto got = negotiate(wanted);
  auto const best = std::ranges::find(offered, true) - offered.begin();
  auto const last = wanted.type == endpoint_type::rdm ? 3 : 1;
  BOOST_REQUIRE(got.has_value() == (best <= last));
  if (!got) return;
  BOOST_TEST(got->given_up.size() == static_cast<std::size_t>(best));
  BOOST_TEST((got->chosen.type() == (best < 2 ? wanted.type : endpoint_type::msg)));
  BOOST_TEST(got->chosen.supports(best % 2 == 0 ? capability::tagged : capability::msg));
  BOOST_TEST(got->chosen.provider() == over.provider);
}

// Whatever it came to, one code serves it.
BOOST_DATA_TEST_CASE(comes_to_endpoints_that_carry_messages, everything, over) {
  auto got = negotiate(tagged_hints(over));
  if (!got) {
    std::cout << "SKIPPED: " << got.error().detail << "\n";
    return;
  }
  auto const t = two::of(got->chosen);
  auto const tag = got->chosen.supports(capability::tagged) ? std::optional<std::uint64_t>(4) : std::nullopt;
  auto const out = pattern(500);
  bytes in(500);
  mover const moves(*t->b);
  auto came = std::async(std::launch::async, [&] { return t->b->receive(in, {.tag = tag}, soon()); });
  BOOST_TEST(!t->a->send(out, {.to = t->to_b, .tag = tag}, soon()));
  BOOST_TEST(came.get().has_value());
  BOOST_TEST((in == out));
}

BOOST_AUTO_TEST_CASE(says_what_it_came_to_and_why) {
  auto got = negotiate(local_hints({"udp", endpoint_type::dgram}, capability::tagged));
  if (!got) {
    std::cout << "SKIPPED: " << got.error().detail << "\n";
    return;
  }
  auto const text = got->text();
  BOOST_TEST(text.starts_with("udp: any number of peers (DGRAM), unreliable, plain messages, injects "), text);
  BOOST_TEST(text.ends_with("; libfabric offers nothing here for provider udp, endpoint type DGRAM, node 127.0.0.1, "
                            "capabilities TAGGED"),
             text);
}

BOOST_AUTO_TEST_CASE(keeps_to_what_is_asked_for_besides) {
  auto wanted = local_hints({"sockets", endpoint_type::rdm}, capability::tagged);
  wanted.fabric = "no such network";
  auto const got = negotiate(wanted);
  BOOST_REQUIRE(!got.has_value());
  BOOST_TEST((got.error().code == std::errc::no_message_available));
  BOOST_TEST(got.error().detail.find("TAGGED") != std::string::npos, got.error().detail);
  BOOST_TEST(got.error().detail.find("RDM") != std::string::npos, got.error().detail);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
