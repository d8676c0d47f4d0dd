// SPDX-License-Identifier: MIT
#include "support/count_allocations.hpp"
#include "support/face.hpp"

#include <weft/error.hpp>
#include <weft/fabric/completion_context.hpp>
#include <weft/fabric/version.hpp>

#include <boost/test/data/test_case.hpp>

#include <algorithm>
#include <ctime>

namespace weft::fabric {

namespace {

auto const everything = boost::unit_test::data::make(all_kinds);
auto const rdm = boost::unit_test::data::make(reliable_datagrams);

std::chrono::nanoseconds cpu_of_this_thread() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

// One message from a to b, with a thread at each end. \return what b got
result<received> carry(two& t, bytes const& out, bytes& in, target to = {}, origin from = {}) {
  to.to = t.to_b;
  mover const moves(*t.b);
  auto got = std::async(std::launch::async, [&] { return t.b->receive(in, from, soon()); });
  auto const why = t.a->send(out, to, soon());
  BOOST_TEST(!why, why.message());
  return got.get();
}

// \return whether the provider can
bool swap_atomically(two& t) {
  auto const region =
      memory_region::allocate(t.b->domain(), 64, memory_access::remote_read | memory_access::remote_write).value();
  remote_memory const at{.at = t.to_b, .address = region.address(), .key = region.key()};
  std::uint64_t const value = 40;
  std::memcpy(region.bytes().data(), &value, sizeof value);
  auto added = t.a->fetch_atomic<std::uint64_t>(atomic_op::sum, 2, at, soon());
  if (added.error() == std::errc::function_not_supported || added.error() == misuse::not_offered) return false;
  BOOST_TEST(std::move(added).value() == 40u);
  BOOST_TEST(t.a->compare_swap<std::uint64_t>(42, 7, at, soon()).value() == 42u);
  BOOST_TEST(t.a->compare_swap<std::uint64_t>(42, 8, at, soon()).value() == 7u);
  return true;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(waiting_calls)

BOOST_DATA_TEST_CASE(carry_messages_of_every_size_with_their_length, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  auto const limit = t->a->inject_limit();
  for (std::size_t const size : {std::size_t{0}, std::size_t{5}, limit, limit + 1, std::size_t{1200}}) {
    if (size > t->a->max_message()) continue;
    if (size == 0 && over.type == endpoint_type::dgram) continue;  // sockets loses it
    auto const out = pattern(size);
    bytes in(size + 100);
    auto const got = carry(*t, out, in);
    BOOST_REQUIRE(got.has_value());
    auto r = got;
    in.resize(r->bytes);
    BOOST_TEST((in == out), size << " bytes, got " << r->bytes);
  }
}

BOOST_DATA_TEST_CASE(carry_a_large_message, everything, over) {
  auto const t = two_over(over);
  if (!t || t->a->max_message() < 300'000) return;
  auto const out = pattern(300'000);
  bytes in(out.size());
  BOOST_REQUIRE(carry(*t, out, in).has_value());
  BOOST_TEST((in == out));
}

// The receive comes first: shm of 1.17 now and then never finds a large tagged message that came before.
BOOST_DATA_TEST_CASE(give_the_tag_and_the_data_of_a_message, rdm, over) {
  auto const t = two_over(over, capability::msg | capability::tagged);
  if (!t) return;
  auto const out = pattern(5000);
  completion_context got;
  BOOST_REQUIRE(!t->b->start_receive(got, out.size(), {.tag = 0x1230, .ignore = 0xf}));
  mover const moves(*t->b);
  BOOST_TEST(!t->a->send(out, {.to = t->to_b, .tag = 0x1234, .data = 77}, soon()));
  BOOST_REQUIRE(!got.wait(*t->b->receives(), soon()));
  if (t->b->receives()->format() == queue_format::tagged) BOOST_TEST(got.last().tag == 0x1234u);
  BOOST_TEST(got.last().data == 77u);
  BOOST_TEST(std::ranges::equal(got.bytes(), out));
}

BOOST_DATA_TEST_CASE(end_at_their_deadline_and_by_their_stop_and_leave_the_next_message_alone, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  bytes in(64);
  BOOST_TEST((t->b->receive(in, {}, {.until = 5ms}).error() == errc::timed_out));
  BOOST_TEST((t->b->receive(in, {}, {.until = -1s}).error() == errc::timed_out));
  std::stop_source stop;
  auto canceled = std::async(std::launch::async, [&] { return t->b->receive(in, {}, {.stop = stop.get_token()}); });
  stop.request_stop();
  BOOST_TEST((canceled.get().error() == errc::canceled));
  BOOST_TEST((t->a->send(in, {.to = t->to_b}, {.stop = stop.get_token()}) == errc::canceled));
  auto const out = pattern(20);
  auto const got = carry(*t, out, in);
  BOOST_REQUIRE(got.has_value());
  auto r = got;
  in.resize(r->bytes);
  BOOST_TEST((in == out));
}

BOOST_DATA_TEST_CASE(cost_no_cpu_while_nothing_comes, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  bytes in(64);
  auto const before = cpu_of_this_thread();
  BOOST_TEST((t->b->receive(in, {}, {.until = 300ms}).error() == errc::timed_out));
  BOOST_TEST((cpu_of_this_thread() - before < 60ms));
}

// Waiters of one queue must not take each other's completions.
BOOST_DATA_TEST_CASE(of_many_threads_share_a_queue, rdm, over) {
  constexpr std::size_t threads = 4, rounds = 50;
  auto const t = two_over(over, capability::msg | capability::tagged);
  if (!t) return;
  auto ends = [&](bool sends) {
    std::vector<std::future<std::size_t>> all;
    for (std::size_t i = 0; i != threads; ++i)
      all.push_back(std::async(std::launch::async, [&, i, sends] {
        std::size_t good = 0;
        bytes in(2000);
        for (std::size_t n = 0; n != rounds; ++n) {
          auto const size = 1000 + i * rounds + n;
          if (sends) {
            good += !t->a->send(pattern(size), {.to = t->to_b, .tag = i}, soon());
          } else if (auto got = t->b->receive(in, {.tag = i}, soon())) {
            good += got->bytes == size && std::equal(in.begin(), in.begin() + 1000, pattern(1000).begin());
          }
        }
        return good;
      }));
    return all;
  };
  auto receivers = ends(false), senders = ends(true);
  for (auto& s : senders) BOOST_TEST(s.get() == rounds);
  for (auto& r : receivers) BOOST_TEST(r.get() == rounds);
}

BOOST_DATA_TEST_CASE(read_and_write_a_peers_memory, rdm, over) {
  auto const t = two_over(over, capability::msg | capability::rma);
  if (!t) return;
  auto const region =
      memory_region::allocate(t->b->domain(), 8192, memory_access::remote_read | memory_access::remote_write).value();
  remote_memory at{
      .at = t->to_b, .address = region.address(), .key = region.key(), .flags = operation_flag::delivery_complete};
  mover const moves(*t->b);
  auto const out = pattern(8192);
  auto const wrote = t->a->write(out, at, soon());
  BOOST_TEST(!wrote, wrote.message());
  BOOST_TEST(std::equal(out.begin(), out.end(), region.bytes().begin()));
  bytes in(100);
  at.address += 50;
  BOOST_TEST(!t->a->read(in, at, soon()));
  BOOST_TEST(std::equal(in.begin(), in.end(), out.begin() + 50));
  auto const local = memory_region::allocate(t->a->domain(), 256, memory_access::read | memory_access::write).value();
  BOOST_TEST(!t->a->read(slice{local, 6, 250}, at, soon()));
  BOOST_TEST(std::equal(out.begin() + 50, out.begin() + 300, local.bytes().begin() + 6));
  BOOST_TEST((t->a->read(slice{local, 7, 250}, at, soon()) == misuse::outside_region));
  BOOST_TEST((t->a->send(slice{local, 0, 1}, {.to = t->to_b}, soon()) ==
              (t->a->info().registers_locally() ? std::error_code() : misuse::insufficient_access)));
}

BOOST_DATA_TEST_CASE(on_a_slice_allocate_nothing_the_second_time, rdm, over) {
  auto const t = two_over(over, capability::msg | capability::rma);
  if (!t) return;
  auto const region =
      memory_region::allocate(t->b->domain(), 64, memory_access::remote_read | memory_access::remote_write).value();
  auto const own = memory_region::allocate(t->a->domain(), 64, memory_access::read | memory_access::write).value();
  remote_memory const at{.at = t->to_b, .address = region.address(), .key = region.key()};
  slice const local{own, 0, 64};
  mover const moves(*t->b);
  auto const both = [&] { return !t->a->write(local, at, soon()) && !t->a->read(local, at, soon()); };
  BOOST_REQUIRE(both());
  auto const before = weft::test::allocations();
  bool const again = both();
  auto const after = weft::test::allocations();
  BOOST_TEST(again);
  BOOST_TEST(after == before);
}

BOOST_DATA_TEST_CASE(fetch_and_swap_atomically_where_that_is_offered, rdm, over) {
  auto const t = two_over(over, capability::msg | capability::atomic);
  if (!t) return;
  if (std::string_view(over.provider) == "udp;ofi_rxd" && running_version() < interface_version{2, 0}) {
    std::cout << "SKIPPED: " << over << " of 1.17 answers zero, and crashes\n";
    return;
  }
  mover const moves(*t->b);
  if (!swap_atomically(*t)) std::cout << "SKIPPED: " << over << " advertises atomics, and has none\n";  // net of 1.17
}

BOOST_AUTO_TEST_CASE(say_that_a_capability_was_not_asked_for) {
  auto const t = two_over({"tcp", endpoint_type::msg});
  if (!t) return;
  bytes in(8);
  BOOST_TEST((t->a->send(in, {.tag = 1}, soon()) == misuse::not_offered));
  BOOST_TEST((t->a->receive(in, {.tag = 1}, soon()).error() == std::errc::not_supported));
  BOOST_TEST((t->a->fetch_atomic<int>(atomic_op::sum, 1, {}, soon()).error() == misuse::not_offered));
}

BOOST_DATA_TEST_CASE(that_gave_up_leave_their_callers_memory_alone, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  bytes mine(64, std::byte{7}), in(64);
  BOOST_TEST((t->b->receive(mine, {}, {.until = 5ms}).error() == errc::timed_out));
  BOOST_REQUIRE(carry(*t, pattern(20), in).has_value());
  BOOST_TEST((mine == bytes(64, std::byte{7})));
}

// Above 4096 bytes nothing ends over shm until the peer, which nobody moves, answers.
BOOST_AUTO_TEST_CASE(that_send_give_up_at_their_deadline) {
  auto const t = two_over({"shm", endpoint_type::rdm});
  if (!t) return;
  auto const begun = clock::now();
  BOOST_TEST((t->a->send(pattern(300'000), {.to = t->to_b}, {.until = 5ms}) == errc::timed_out));
  BOOST_TEST((clock::now() - begun < 900ms));  // it does not wait for a cancellation that never comes, which is 1 s
}

BOOST_AUTO_TEST_CASE(invent_no_tags) {
  auto const i = offered({"sockets", endpoint_type::rdm}, capability::msg | capability::tagged);
  if (!i) return;
  for (auto const format : {queue_format::context, queue_format::msg}) {
    auto const d = domain::open(*i).value();
    endpoint_bindings bindings;
    bindings.sends = completion_queue::open(d, {.format = format}).value();
    auto const e = endpoint::open(d, *i, std::move(bindings)).value();
    auto const self = e->peers()->insert(e->address()).value();
    BOOST_TEST(!e->send(pattern(5), {.to = self, .tag = 9}, soon()));
    bytes in(8);
    auto const got = e->receive(in, {.tag = 9}, soon());
    if (format == queue_format::context) {
      BOOST_TEST((got.error() == misuse::not_offered));
    } else {
      BOOST_REQUIRE(got.has_value());
      BOOST_TEST(!(*result<received>(got)).tag.has_value());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
