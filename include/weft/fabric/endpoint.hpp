// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/fabric/address_vector.hpp>
#include <weft/fabric/completion_queue.hpp>
#include <weft/fabric/counter.hpp>
#include <weft/fabric/domain.hpp>
#include <weft/fabric/event_queue.hpp>
#include <weft/fabric/transfers.hpp>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::fabric {

class completion_context;
class in_flight;
class shm_guard;
struct transfer;

/// What an endpoint is opened with. What is missing, and the type of endpoint needs, is made.
struct endpoint_bindings {
  std::shared_ptr<completion_queue> sends = {};     ///< where sends, RMA and atomics end
  std::shared_ptr<completion_queue> receives = {};  ///< where receives end; by default the same
  std::shared_ptr<address_vector> peers = {};       ///< RDM and DGRAM
  std::shared_ptr<event_queue> events = {};         ///< MSG
  std::shared_ptr<counter> sends_counted = {};      ///< of sends, RMA and atomics; by default none
  std::shared_ptr<counter> receives_counted = {};   ///< of receives; by default none
  std::size_t send_depth = 0;     ///< operations in flight wished for; 0, or more than there is: the provider's default
  std::size_t receive_depth = 0;  ///< receives posted at a time, likewise
  std::size_t multi_recv_least =
      0;                  ///< room below which the buffer of a multi-receive is given back; 0: the provider's
  std::string name = {};  ///< shm only: the region's exact name in /dev/shm; empty: the library's choice
};

/// An active endpoint of any type, bound and enabled: fi_endpoint(3). It closes before what it is bound to.
///
/// Three forms of each operation:
/// - post_...: fi_msg(3), fi_tagged(3), fi_rma(3), fi_atomic(3) with nothing in between but checks. The operation and
///   the memory must outlive the completion or the endpoint. The completion comes to the operation, in the thread that
///   drives the queue. FI_EAGAIN (is_again) when the queue is full or the peer is not connected yet.
/// - with op_options: waits, retries what is_again, and gives up by stop or deadline. The bytes are copied to and from
///   memory that belongs to the endpoint (or, with a slice, are in a region that the operation holds), so that giving
///   up leaves nothing of the caller's in use. A send that was given up may still arrive. Signals do not end it: here,
///   as everywhere in weft::fabric, op_options::interruptible does not count.
/// - start_...: as the second, but does not wait: a completion_context is told.
///
/// A message longer than the buffer is std::errc::message_size (FI_ETRUNC), if the provider bears it at all: some lose
/// the connection. Errors without words of their own are fabric::category()'s; those of misuse come before libfabric.
///
/// Thread safety: any thread, at once. Only the destructor wants to be alone.
/// Over shm, give each endpoint queues of its own: 1.17 goes on looking at closed endpoints of the same process, and
/// what is kept of them for that must not be moved by others.
/// And post receives in the thread that drives the queue, or before their messages are sent: what 1.17 receives while
/// another thread posts may, once in some thousands, wait for the next receive.
class WEFT_API endpoint {
 public:
  /// What is bound to it is of the same domain, an event queue of its network. A failure names the provider.
  static setup<std::unique_ptr<endpoint>> open(std::shared_ptr<domain const>, info const&, endpoint_bindings = {});
  /// In a domain of its own.
  static setup<std::unique_ptr<endpoint>> open(info const&, endpoint_bindings = {});
  endpoint(endpoint const&) = delete;
  endpoint& operator=(endpoint const&) = delete;
  /// What has been started and has not ended ends with errc::closed; what was posted never does.
  ~endpoint();

  /// What it was opened with, and where. The depths are those of endpoint_bindings, where the provider took them.
  ///@{
  fabric::info const& info() const noexcept { return info_; }
  std::shared_ptr<fabric::domain const> const& domain() const noexcept { return domain_; }
  endpoint_type type() const noexcept { return info_.type(); }
  bool supports(capability c) const noexcept { return info_.supports(c); }
  std::size_t inject_limit() const noexcept { return inject_limit_; }  ///< bytes that inject() takes
  std::size_t max_message() const noexcept { return max_message_; }    ///< bytes of one operation
  std::size_t send_depth() const noexcept { return info_.send_depth(); }
  std::size_t receive_depth() const noexcept { return info_.receive_depth(); }
  ///@}

  /// Its bindings, made or given. Sends and receives may end in the same queue.
  ///@{
  std::shared_ptr<completion_queue> const& sends() const noexcept { return sends_; }
  std::shared_ptr<completion_queue> const& receives() const noexcept { return receives_; }
  std::shared_ptr<address_vector> const& peers() const noexcept { return peers_; }  ///< null for MSG
  std::shared_ptr<event_queue> const& events() const noexcept { return events_; }   ///< null for the others
  ///@}

  /// What peers insert; for MSG the local end. fi_getname.
  raw_address address() const;
  /// Its own address in its own address vector, for messages to itself.
  result<peer> insert_itself();

  // Connections (MSG): fi_cm(3).

  /// With `data` for the listener, at most cm_data_limit() bytes. \return the listener's answer. A refusal is
  /// std::errc::connection_refused, and `refusal` is what the listener gave as its reason
  result<std::vector<std::byte>> connect(raw_address const& to, std::span<std::byte const> data, op_options const&,
                                         std::vector<std::byte>* refusal = nullptr);
  /// Of an endpoint that was opened with event::request. Waits until it is connected.
  std::error_code accept(std::span<std::byte const> data, op_options const&);
  /// Ends the connection: the peer's events() say event::kind::shut_down. What is posted is canceled, or never ends.
  std::error_code shut_down() noexcept;
  /// Bytes that go with a connect(), an accept() or a reject(); 0 where the provider says none.
  std::size_t cm_data_limit() const noexcept;
  /// Whether an event is about this endpoint.
  bool is(event const& e) const noexcept;

  // Posting. Cost: some 10 ns beside libfabric's own: perf/fabric.

  /// One message: fi_msg(3), or with a tag fi_tagged(3). \return misuse::not_offered, misuse::not_registered;
  /// std::errc::message_size above max_message()
  std::error_code post_send(operation&, const_buffer, target const&) noexcept;
  /// Pieces as one message. \return misuse::too_many_pieces above info::iov_limit()
  std::error_code post_send(operation&, std::span<const_buffer const>, target const&) noexcept;
  /// Copies: the memory is free on return, and there is no completion. What is above inject_limit() is
  /// std::errc::message_size.
  std::error_code inject(std::span<std::byte const>, target const&) noexcept;
  /// One message, into one piece or several, or with operation_flag::multi_recv as many as fit: fi_msg(3),
  /// fi_tagged(3). \return misuse::not_offered, misuse::not_registered; misuse::too_many_pieces above
  /// info::receive_iov_limit()
  ///@{
  std::error_code post_receive(operation&, mutable_buffer, origin const&) noexcept;
  std::error_code post_receive(operation&, std::span<mutable_buffer const>, origin const&) noexcept;
  ///@}
  /// From and to a peer's memory, which is in one piece: fi_rma(3). Here it may be in several, that follow each other
  /// there. A read knows no flags and no data. \return misuse::not_offered, misuse::not_registered;
  /// misuse::too_many_pieces above info::iov_limit()
  ///@{
  std::error_code post_read(operation&, mutable_buffer, remote_memory const&) noexcept;
  std::error_code post_read(operation&, std::span<mutable_buffer const>, remote_memory const&) noexcept;
  std::error_code post_write(operation&, const_buffer, remote_memory const&) noexcept;
  std::error_code post_write(operation&, std::span<const_buffer const>, remote_memory const&) noexcept;
  ///@}
  /// On a peer's memory: fi_atomic(3). `at.data` does not count, nor do `at.flags` of those that fetch. Registration is
  /// not checked. \return misuse::not_offered where atomic_limit() is 0; std::errc::message_size above it
  ///@{
  std::error_code post_atomic(operation&, atomic_request const&) noexcept;
  std::error_code post_fetch_atomic(operation&, atomic_request const&) noexcept;
  std::error_code post_compare_atomic(operation&, atomic_request const&) noexcept;
  ///@}
  /// Which of these three.
  enum class atomic_form { plain, fetch, compare };
  /// Elements that one such operation may have; 0: there is none.
  std::size_t atomic_limit(datatype, atomic_op, atomic_form) const noexcept;

  /// Ends a posted receive in std::errc::operation_canceled. For a send it does nothing, in every provider seen.
  std::error_code cancel(operation&) noexcept;

  // Waiting. Each returns what the posting form does, errc::canceled or timed_out, or how the operation ended; with a
  // slice also misuse::outside_region and insufficient_access, with bytes misuse::not_registered when the provider
  // refuses to register the copy.

  /// Until libfabric has the message, which is not when the peer has it: see operation_flag::delivery_complete.
  ///@{
  std::error_code send(std::span<std::byte const>, target const&, op_options const& = {});
  std::error_code send(slice const&, target const&, op_options const& = {});
  ///@}
  /// One message; misuse::not_offered with a queue of queue_format::context, which has no lengths. Where the provider
  /// cannot cancel what was given up, the message that comes to it is for a later call
  /// that wants no more bytes; with a tag, a peer, a flag or a slice it is lost.
  ///@{
  result<received> receive(std::span<std::byte>, origin const&, op_options const& = {});
  result<received> receive(slice const&, origin const&, op_options const& = {});
  ///@}
  /// From and to a peer's memory. A write has ended when it was sent, unless with operation_flag::delivery_complete.
  ///@{
  std::error_code read(std::span<std::byte>, remote_memory const&, op_options const& = {});
  std::error_code read(slice const&, remote_memory const&, op_options const& = {});
  std::error_code write(std::span<std::byte const>, remote_memory const&, op_options const& = {});
  std::error_code write(slice const&, remote_memory const&, op_options const& = {});
  ///@}
  /// Any operation, without a look at what was there. It has ended as a write has. misuse::not_offered where the
  /// provider has none such.
  template <class Number>
  std::error_code atomic(atomic_op, Number operand, remote_memory const&, op_options const& = {});
  /// Any operation that fetches. misuse::not_offered where the provider has none such. \return what was there before
  template <class Number>
  result<Number> fetch_atomic(atomic_op, Number operand, remote_memory const&, op_options const& = {});
  /// Stores `desired` if there is `expected`. \return what was there before
  template <class Number>
  result<Number> compare_swap(Number expected, Number desired, remote_memory const&, op_options const& = {});

  // Starting: see completion_context.

  /// A copy of the bytes, or the slice. What the posting form refuses, is_again among it, has not begun: the context is
  /// as free as before. \return also misuse::context_busy, context_released, and for a slice those of send()
  ///@{
  std::error_code start_send(completion_context&, std::span<std::byte const>, target const&);
  std::error_code start_send(completion_context&, slice const&, target const&);
  ///@}
  /// Into memory of the context, at most so many bytes: completion_context::bytes() has them.
  std::error_code start_receive(completion_context&, std::size_t bytes, origin const&);
  /// Into the slice. Refused as a start_send().
  std::error_code start_receive(completion_context&, slice const&, origin const&);
  /// As cancel() of an operation: the context is told std::errc::operation_canceled.
  std::error_code cancel(completion_context&) noexcept;

  fid_ep* native_handle() const noexcept { return endpoint_.get(); }  ///< for other calls; stays this one's

 private:
  friend class rdm_endpoint;

  endpoint(std::shared_ptr<fabric::domain const>, fabric::info const&);

  std::optional<failure> make(endpoint_bindings&);
  std::optional<failure> make_endpoint(endpoint_bindings const&);
  std::optional<failure> make_bindings(endpoint_bindings&);
  std::optional<failure> bind_and_enable(endpoint_bindings const&);
  std::optional<failure> bind_counters(endpoint_bindings const&);
  std::optional<failure> guard_shm();

  bool objects(std::size_t bytes, bool registered, bool tagged) const noexcept;
  std::error_code objection(std::size_t bytes, bool registered, bool tagged) const noexcept;
  std::error_code atomic_objection(atomic_request const&, atomic_form) const noexcept;
  bool misdirects(origin const& o) const noexcept { return !o.tag && o.from != peer::any && !directs_untagged_; }
  std::optional<std::error_code> rma_objection(std::size_t pieces, bool registered, peer at) const noexcept;
  result<std::vector<std::byte>> wait_connected(op_options const&, std::vector<std::byte>* refusal);

  std::shared_ptr<transfer> staged(std::size_t bytes);
  template <class Post>
  std::error_code begin(std::shared_ptr<transfer> const&, Post&&);
  template <class Post>
  std::error_code finish(std::shared_ptr<transfer> const&, op_options const&, Post&&);
  template <class Post>
  std::error_code finish_receive(std::shared_ptr<transfer> const&, op_options const&, Post&&);
  std::error_code give_up(transfer&, std::error_code why);
  bool goes_nowhere(peer to) const noexcept { return has_peers_ && to == peer::any; }
  std::error_code inject(std::span<std::byte const>, target const&, op_options const&);
  std::error_code run_atomic(datatype, atomic_op, std::span<std::byte const> operand,
                             std::span<std::byte const> compare, std::span<std::byte> result, remote_memory const&,
                             op_options const&);
  bool is_injected(std::size_t bytes, target const&) const noexcept;

  // Closed from the last to the first: the endpoint before what it is bound to.
  std::shared_ptr<fabric::domain const> domain_;
  fabric::info info_;
  std::shared_ptr<address_vector> peers_;
  std::shared_ptr<completion_queue> sends_;
  std::shared_ptr<completion_queue> receives_;
  std::shared_ptr<event_queue> events_;
  std::shared_ptr<counter> sends_counted_;
  std::shared_ptr<counter> receives_counted_;
  std::unique_ptr<in_flight> in_flight_;  // what libfabric has of ours, until the endpoint is closed
  std::shared_ptr<shm_guard> guard_;      // closing can hang on a dead peer's lock, too
  std::shared_ptr<void> house_;           // shm: see shm_neighbours
  handle<fid_ep> endpoint_;

  // Asked for at every call.
  std::size_t inject_limit_ = 0;
  std::size_t max_message_ = 0;
  std::size_t iov_limit_ = 1;
  std::size_t receive_iov_limit_ = 1;
  bool registers_ = false;
  bool moves_by_itself_ = false;
  bool has_msg_ = false;
  bool has_peers_ = false;  // whom each operation must name
  bool has_tagged_ = false;
  bool directs_untagged_ = true;
  bool has_rma_ = false;
  bool has_atomic_ = false;
};

template <class Number>
std::error_code endpoint::atomic(atomic_op op, Number operand, remote_memory const& at, op_options const& o) {
  return run_atomic(datatype_of<Number>, op, std::as_bytes(std::span(&operand, 1)), {}, {}, at, o);
}

template <class Number>
result<Number> endpoint::fetch_atomic(atomic_op op, Number operand, remote_memory const& at, op_options const& o) {
  Number before{};
  auto const why = run_atomic(datatype_of<Number>, op, std::as_bytes(std::span(&operand, 1)), {},
                              std::as_writable_bytes(std::span(&before, 1)), at, o);
  if (why) return why;
  return before;
}

template <class Number>
result<Number> endpoint::compare_swap(Number expected, Number desired, remote_memory const& at, op_options const& o) {
  Number before{};
  auto const why =
      run_atomic(datatype_of<Number>, atomic_op::compare_swap, std::as_bytes(std::span(&desired, 1)),
                 std::as_bytes(std::span(&expected, 1)), std::as_writable_bytes(std::span(&before, 1)), at, o);
  if (why) return why;
  return before;
}

}  // namespace weft::fabric
