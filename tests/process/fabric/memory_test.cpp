// SPDX-License-Identifier: MIT
// Memory of another process, which is killed.
#include "process/fabric/other_end.hpp"

#include <weft/error.hpp>

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <cstring>

namespace weft::fabric {

namespace {

auto const dependable = boost::unit_test::data::make(reliable);

}  // namespace

/// Somebody else's, at work.
struct far_memory {
  explicit far_memory(kind const& k) : other("fabric_memory", k) {
    auto const o = options_of(k.provider, type_name(k), fresh_node(k));
    e = endpoint::open(richest(o), {.name = o.node}).value();
    auto const said = from_hex(other.program.line().value());
    if (k.type == endpoint_type::msg)
      BOOST_REQUIRE(e->connect(said, {}, soon()).has_value());
    else
      at.at = e->peers()->insert(said).value();
    BOOST_TEST(!e->send(e->address(), {.to = at.at}, soon()));
    memory_place place{};
    BOOST_TEST(e->receive(std::as_writable_bytes(std::span(&place, 1)), {}, soon()).value().bytes == sizeof place);
    at.address = place.address;
    at.key = place.key;
    at.flags = operation_flag::delivery_complete;
  }
  std::optional<std::uint64_t> tagged(std::uint64_t t) const {
    return e->info().tag_bits() ? std::optional(t) : std::nullopt;
  }
  bytes shown() const {
    bytes all(memory_bytes);
    BOOST_TEST(!e->send(text_bytes("?"), {.to = at.at, .tag = tagged(asking)}, soon()));
    BOOST_TEST(e->receive(all, {.tag = tagged(answering)}, soon()).value().bytes == memory_bytes);
    return all;
  }

  other_end other;
  std::unique_ptr<endpoint> e;
  remote_memory at;
};

BOOST_AUTO_TEST_SUITE(memory_of_another_process)

BOOST_DATA_TEST_CASE(is_written_and_read, dependable, over) {
  if (!offered(over)) return;
  far_memory const far(over);
  for (std::size_t const size : {1, 64, 4096, 100'000, 1 << 20}) {
    BOOST_TEST_INFO_SCOPE("size " << size);
    auto const out = pattern(size);
    BOOST_TEST(!far.e->write(out, far.at, soon()));
    bytes back(size);
    BOOST_TEST(!far.e->read(back, far.at, soon()));
    BOOST_TEST(back == out);
  }
  BOOST_TEST(far.shown() == pattern(memory_bytes));
}

BOOST_DATA_TEST_CASE(is_counted_in, dependable, over) {
  if (!offered(over, capability::msg | capability::rma | capability::atomic)) return;
  far_memory const far(over);
  if (far.e->atomic_limit(datatype::uint64, atomic_op::sum, endpoint::atomic_form::fetch) == 0)
    return skip(over, "adds nothing up");
  for (std::uint64_t n = 0; n != 10; ++n)
    BOOST_TEST(far.e->fetch_atomic<std::uint64_t>(atomic_op::sum, 3, far.at, soon()).value() == 3 * n);
  BOOST_TEST(far.e->compare_swap<std::uint64_t>(30, 77, far.at, soon()).value() == 30u);
  std::uint64_t last = 0;
  std::memcpy(&last, far.shown().data(), sizeof last);
  BOOST_TEST(last == 77u);
}

// Stopped first, so that it is killed before it has answered, as a rule: shm reads without the other's help.
BOOST_DATA_TEST_CASE(is_out_of_reach_when_that_is_killed, dependable, over) {
  if (!offered(over)) return;
  far_memory far(over);
  far.other.program.kill(SIGSTOP);
  bytes in(memory_bytes);
  auto reads = std::async(std::launch::async, [&] { return far.e->read(in, far.at, {.until = 1s}); });
  (void)reads.wait_for(50ms);
  far.other.program.kill();
  BOOST_TEST(!far.other.program.wait());
  (void)reads.get();
  for (int i = 0; i != 2; ++i) {
    BOOST_TEST(far.e->write(in, far.at, {.until = 200ms}));
    BOOST_TEST(far.e->read(in, far.at, {.until = 200ms}));
    BOOST_TEST(far.e->send(in, {.to = far.at.at}, {.until = 200ms}));
    BOOST_TEST(!far.e->receive(in, {}, {.until = 200ms}));
    if (!far.e->supports(capability::atomic)) continue;
    BOOST_TEST(!far.e->fetch_atomic<std::uint64_t>(atomic_op::sum, 1, far.at, {.until = 200ms}));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
