// SPDX-License-Identifier: MIT
#include "client/choice.hpp"

#include "client/clients.hpp"

namespace weft::fabric {

BOOST_AUTO_TEST_SUITE(the_choice_of_an_endpoint)

BOOST_AUTO_TEST_CASE(is_rdm_where_there_is_one) {
  if (!offered({"sockets", endpoint_type::rdm})) return;
  client_options o{.provider = "sockets", .type = endpoint_type::unspecified, .node = "127.0.0.1"};
  auto const found = choose(o, end::local).value();
  BOOST_TEST((found.what.type() == endpoint_type::rdm));
  BOOST_TEST(found.passed_over == "");
  BOOST_TEST((o.type == endpoint_type::rdm));
}

BOOST_AUTO_TEST_CASE(is_msg_where_there_is_no_other) {
  constexpr kind over{"tcp", endpoint_type::msg};
  if (!offered(over)) return;
  if (supports_endpoint_type(local_hints(over), endpoint_type::rdm)) return skip(over, "is not all there is of it");
  client_options o{.provider = "tcp", .type = endpoint_type::unspecified, .node = "127.0.0.1"};
  auto const found = choose(o, end::local).value();
  BOOST_TEST((found.what.type() == endpoint_type::msg));
  BOOST_TEST(found.passed_over.find("endpoint type RDM") != std::string::npos, found.passed_over);
  BOOST_TEST((o.type == endpoint_type::msg));
}

BOOST_AUTO_TEST_CASE(names_all_that_was_tried) {
  client_options o{.provider = "nobody", .type = endpoint_type::unspecified};
  auto const none = choose(o, end::local);
  BOOST_REQUIRE(!none);
  BOOST_TEST(none.error().detail.find("RDM") != std::string::npos);
  BOOST_TEST(none.error().detail.find("MSG") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(asks_for_the_senders_name_where_it_can) {
  if (!offered({"sockets", endpoint_type::rdm}, capability::msg | capability::source)) return;
  client_options o{.provider = "sockets", .node = "127.0.0.1"};
  BOOST_TEST(choose(o, end::local).value().what.supports(capability::source));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
