// SPDX-License-Identifier: MIT
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

std::chrono::nanoseconds cpu_of_this_thread() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

// One message from a to b. \return what b got: checked but for the bytes
result<received> carry(two& t, bytes const& out, bytes& in, target to = {}, origin from = {}) {
  to.to = t.to_b;
  auto got = carry(*t.a, out, to, *t.b, in, from);
  if (!got) return got;
  BOOST_TEST((got->tag == to.tag));
  // sockets does not say that there is any when the message came before the receive.
  bool const unsaid = t.a->info().provider() == "sockets" && !got->data;
  if (!unsaid) BOOST_TEST((got->data == to.data));
  BOOST_TEST((got->from == (t.b->receives()->sources() ? t.to_a : peer::any)));
  return got;
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
    auto got = carry(*t, out, in);
    BOOST_REQUIRE(got.has_value());
    in.resize(got->bytes);
    BOOST_TEST((in == out), size << " bytes, got " << got->bytes);
  }
}

BOOST_DATA_TEST_CASE(carry_a_large_message, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  if (t->a->max_message() < 300'000) return skip(over, "carries no message as large");
  auto const out = pattern(300'000);
  bytes in(out.size());
  BOOST_REQUIRE(carry(*t, out, in).has_value());
  BOOST_TEST((in == out));
}

BOOST_DATA_TEST_CASE(tell_what_came_beside_the_bytes, everything, over) {
  auto const t = two_over(over);
  if (!t) return;
  if (t->a->info().data_bytes() == 0) return skip(over, "has no remote completion queue data");
  bytes in(100);
  BOOST_TEST(carry(*t, pattern(100), in, {.data = 0}).has_value());
  BOOST_TEST(carry(*t, pattern(100), in, {.data = 77}).has_value());
  if (!t->a->supports(capability::tagged)) return;
  BOOST_TEST(carry(*t, pattern(100), in, {.tag = 0}, {.tag = 0}).has_value());
  BOOST_TEST(carry(*t, pattern(100), in, {.tag = 0x1234, .data = 77}, {.tag = 0x1234}).has_value());
}

// The receive comes first: among messages that came before, shm of 1.17 looks for the very tag, whatever is ignored.
BOOST_DATA_TEST_CASE(give_the_tag_and_the_data_of_a_message, everything, over) {
  auto const t = two_over(over, capability::msg | capability::tagged);
  if (!t) return;
  auto const out = pattern(std::min<std::size_t>(5000, t->a->max_message()));
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
  auto got = carry(*t, out, in);
  BOOST_REQUIRE(got.has_value());
  in.resize(got->bytes);
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

// Waiters of one queue must not take each other's completions. With tags, each receiver has a sender of its own.
BOOST_DATA_TEST_CASE(of_many_threads_share_a_queue, boost::unit_test::data::make(reliable), over) {
  constexpr std::size_t threads = 4, rounds = 50;
  if (over.is("shm") && running_version() < interface_version{2, 0})
    return skip(over, "of 1.17 mixes up messages whose receive is posted while another thread reads the queue");
  auto const t = two_over(over);
  if (!t) return;
  bool const tagged = t->a->supports(capability::tagged);
  auto ends = [&](bool sends) {
    std::vector<std::future<std::size_t>> all;
    for (std::size_t i = 0; i != threads; ++i)
      all.push_back(std::async(std::launch::async, [&, i, sends] {
        auto const tag = tagged ? std::optional<std::uint64_t>(i) : std::nullopt;
        std::size_t carried = 0;
        bytes in(2000);
        for (std::size_t n = 0; n != rounds; ++n) {
          auto const size = 1000 + i * rounds + n;
          if (sends) {
            if (!t->a->send(pattern(size), {.to = t->to_b, .tag = tag}, soon())) carried += size;
          } else if (auto got = t->b->receive(in, {.tag = tag}, soon())) {
            auto const out = pattern(got->bytes);
            if ((!tagged || got->bytes == size) && std::equal(out.begin(), out.end(), in.begin()))
              carried += out.size();
          }
        }
        return carried;
      }));
    return all;
  };
  auto receivers = ends(false), senders = ends(true);
  std::size_t sent = 0, received = 0, wanted = 0;
  for (auto& s : senders) sent += s.get();
  for (auto& r : receivers) received += r.get();
  for (std::size_t n = 0; n != threads * rounds; ++n) wanted += 1000 + n;
  BOOST_TEST(sent == wanted);
  BOOST_TEST(received == wanted);
}

BOOST_DATA_TEST_CASE(that_have_too_little_room_say_so, everything, over) {
  if (!over.is("sockets")) return skip(over, "does not say so, loses the connection, or hangs");
  auto const t = two_over(over);
  if (!t) return;
  bytes in(10);
  BOOST_TEST((carry(*t, pattern(100), in).error() == std::errc::message_size));
  BOOST_TEST((in == bytes(10)));
  BOOST_TEST(carry(*t, pattern(10), in).has_value());
}

BOOST_DATA_TEST_CASE(say_that_a_capability_was_not_asked_for, everything, over) {
  std::unique_ptr<two> const t = two_over(over, capability::msg);
  if (!t) return;
  bytes in(8);
  BOOST_TEST((t->a->send(in, {.to = t->to_b, .tag = 1}, soon()) == misuse::not_offered));
  BOOST_TEST((t->a->receive(in, {.tag = 1}, soon()).error() == std::errc::not_supported));
  BOOST_TEST((t->a->read(in, {.at = t->to_b}, soon()) == misuse::not_offered));
  BOOST_TEST((t->a->write(in, {.at = t->to_b}, soon()) == misuse::not_offered));
  BOOST_TEST((t->a->fetch_atomic<int>(atomic_op::sum, 1, {.at = t->to_b}, soon()).error() == misuse::not_offered));
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
