// SPDX-License-Identifier: MIT
#include "fabric/body_store.hpp"

#include <weft/fabric/registered_memory.hpp>

#include "support/fabric_pair.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>

namespace weft::ofi {

namespace {

struct fixture {
  explicit fixture(bool registers = true) {
    auto wanted = fabric::local_request("ofi+tcp");
    wanted.register_locally = registers;
    domain = fabric::domain_for(wanted);
    store.emplace(*domain);
  }
  bool is_registered(message const& m) const { return fabric::registered_memory::find(domain, m.body()).has_value(); }

  std::shared_ptr<fabric::domain const> domain;
  std::optional<body_store> store;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fabric_body_store, fixture)

BOOST_AUTO_TEST_CASE(makes_bodies_that_are_registered_and_takes_them_back) {
  for (std::size_t const size : {std::size_t{1}, std::size_t{32768}, std::size_t{32769}, body_store::largest}) {
    auto m = store->make(size);
    BOOST_TEST(m.size() == size);
    BOOST_TEST(is_registered(m));
    m.mutable_body().back() = std::byte{1};
    auto const before = store->kept();
    auto const* const at = m.body().data();
    m = message();
    BOOST_TEST(store->kept() >= before + size);
    m = store->make(size);
    BOOST_TEST((m.body().data() == at));
    BOOST_TEST(store->kept() == before);
  }
}

BOOST_AUTO_TEST_CASE(leaves_very_large_bodies_to_others) {
  auto const m = store->make(body_store::largest + 1);
  BOOST_TEST(m.size() == body_store::largest + 1);
  BOOST_TEST(!is_registered(m));
}

BOOST_AUTO_TEST_CASE(keeps_no_more_than_its_share) {
  {
    std::vector<message> all;
    for (int i = 0; i != 5; ++i) all.push_back(store->make(body_store::largest));
  }
  BOOST_TEST(store->kept() == body_store::most_kept);
}

BOOST_AUTO_TEST_CASE(is_outlived_by_its_messages) {
  auto m = store->make(100000);
  store.reset();
  m.mutable_body().front() = std::byte{1};
  BOOST_TEST(is_registered(m));
  auto const shared = m.share();
  m = message();
  BOOST_TEST(is_registered(shared));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_body_store_is_ordinary_memory_where_nothing_wants_registration) {
  fixture f(false);
  auto m = f.store->make(100000);
  BOOST_TEST(!f.is_registered(m));
  m = message();
  BOOST_TEST(f.store->kept() == 0u);
}

}  // namespace weft::ofi
