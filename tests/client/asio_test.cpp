// SPDX-License-Identifier: MIT
#include "client/clients.hpp"

#include <weft/error.hpp>
#include <weft/fabric/asio.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/data/test_case.hpp>

namespace weft::fabric {

namespace {

namespace asio = boost::asio;
auto const dependable = boost::unit_test::data::make(reliable);

}  // namespace

BOOST_AUTO_TEST_SUITE(asio_tokens_of_a_client)

BOOST_DATA_TEST_CASE(are_awaited, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  asio::io_context loop;
  std::string got;
  asio::co_spawn(
      loop,
      [&]() -> asio::awaitable<void> {
        co_await async_send(c->a, text_bytes("awaited"), asio::use_awaitable);
        auto const m = co_await async_receive(c->b, asio::use_awaitable);
        got = m.text();
      },
      [](std::exception_ptr e) {
        if (e) std::rethrow_exception(e);
      });
  loop.run();
  BOOST_TEST(got == "awaited");
}

BOOST_DATA_TEST_CASE(are_futures, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  auto got = async_receive(c->b, asio::use_future);
  async_send(c->a, text_bytes("later"), asio::use_future).get();
  BOOST_TEST(got.get().text() == "later");
  auto never = async_receive(c->b, asio::use_future);
  c->b.close();
  BOOST_CHECK_THROW(never.get(), boost::system::system_error);
}

BOOST_DATA_TEST_CASE(are_canceled_without_taking_a_message, dependable, over) {
  auto const c = couple_over(over);
  if (!c) return;
  asio::io_context loop;
  asio::cancellation_signal signal;
  std::error_code why;
  async_receive(c->b,
                asio::bind_cancellation_slot(
                    signal.slot(), asio::bind_executor(loop, [&](boost::system::error_code e, incoming) { why = e; })));
  signal.emit(asio::cancellation_type::total);
  loop.run();
  BOOST_TEST((why == errc::canceled));
  BOOST_TEST(!c->a.send(as_bytes("whole"), soon()));
  BOOST_TEST(c->b.receive(soon()).value().text() == "whole");
}

BOOST_DATA_TEST_CASE(may_be_canceled_when_the_client_is_gone, dependable, over) {
  auto c = couple_over(over);
  if (!c) return;
  asio::io_context loop;
  asio::cancellation_signal signal;
  std::error_code why;
  async_receive(c->b,
                asio::bind_cancellation_slot(
                    signal.slot(), asio::bind_executor(loop, [&](boost::system::error_code e, incoming) { why = e; })));
  c.reset();
  signal.emit(asio::cancellation_type::total);
  loop.run();
  BOOST_TEST((why == errc::closed));
}

BOOST_AUTO_TEST_CASE(take_the_messages_of_one_peer) {
  auto const c = couple_over({"sockets", endpoint_type::rdm});
  if (!c) return;
  if (!c->b.endpoint().supports(capability::source)) return skip({"sockets", endpoint_type::rdm}, "names no senders");
  auto got = async_receive_from(c->b, c->b.default_peer(), asio::use_future);
  async_send_to(c->a, c->a.default_peer(), text_bytes("mine"), asio::use_future).get();
  BOOST_TEST((got.get().from() == c->b.default_peer()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::fabric
