// SPDX-License-Identifier: MIT
#pragma once

#include <weft/fabric/constants.hpp>
#include <weft/fabric/operation.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::fabric {

/// Which client something is about.
struct client_labels {
  std::string provider;       ///< that it runs over
  std::string endpoint_type;  ///< "RDM", "MSG" or "DGRAM"
  std::string node;           ///< as in client_options: of an accepted client, its listener's
  std::string service;        ///< likewise
};

/// What happens to a client. It and what it refers to end with the call that tells of it.
struct client_event {
  /// Those of the dispatcher come with client_options::helper only.
  enum class kind {
    dispatcher_started,
    dispatcher_stopped,
    queue_error,  ///< a completion with an error, or the end of the queue itself
    send_completed,
    send_failed,
    receive_completed,
    receive_failed,
  };
  kind what;                        ///< has happened
  client_labels const& of;          ///< the client
  std::error_code error;            ///< of queue_error, send_failed and receive_failed
  completion const* how = nullptr;  ///< what libfabric said, if it did
  std::string_view words = {};      ///< the provider's, of an error
};

/// A line of a log, with the same again for machines.
struct client_log_line {
  /// `error` where the event has one.
  enum class level { debug, error };
  /// What one would search a log for.
  struct field {
    std::string_view key;  ///< the names of client_labels, and "error", "provider_says" or "bytes" where there is one
    std::string value;     ///< for people, too
  };
  level is;                       ///< as what to log it
  std::string_view text;          ///< the event's name: "send completed"
  std::span<field const> fields;  ///< good for the call only, as `text` is
};

/// Who is told what. All of them run in the thread that drives the client, or that calls it, and neither wait nor
/// throw.
struct client_hooks {
  std::function<void(client_log_line const&)> log = {};  ///< a line for each event
  std::function<void(client_event const&)> metric = {};  ///< each event: prometheus_metrics is one
  /// A span begins: "dispatcher", "send" or "receive". What is returned is called at its end, once.
  std::function<std::function<void(std::error_code)>(client_labels const&, std::string_view what)> trace = {};
};

/// What a client is opened, dialed or listened for with.
struct client_options {
  std::string provider = {};  ///< exactly this one; empty: the best that is offered
  /// unspecified: RDM if there is one, else MSG, and client::passed_over() says why; else an error with both reasons.
  endpoint_type type = endpoint_type::rdm;
  /// Whom to dial; of a listener, and of open(), where to be. Over shm the node is a name of one's own.
  std::string node = {};
  std::string service = {};             ///< the port; empty: the system chooses, unless to dial
  std::size_t max_message = 64 * 1024;  ///< bytes of the largest one: of each buffer below
  std::size_t send_buffers = 32;        ///< sends that have begun and not ended; one more waits, or is refused
  std::size_t receive_buffers = 32;     ///< messages that have arrived and are held; more wait at the provider
  /// A thread of its own, the dispatcher, that moves things. Without it they move in calls that wait and in dispatch(),
  /// without a change of threads.
  bool helper = true;
  client_hooks hooks = {};  ///< empty ones are not called
};

/// What a client has counted.
struct client_stats {
  std::uint64_t send_posted = 0;      ///< sends that were taken, those that wait for room at the provider among them
  std::uint64_t send_completed = 0;   ///< sends that libfabric has completed
  std::uint64_t send_errored = 0;     ///< sends that libfabric has failed or refused
  std::uint64_t receive_posted = 0;   ///< buffers given to libfabric to receive into
  std::uint64_t receive_matched = 0;  ///< messages that have arrived
  std::uint64_t receive_errored = 0;  ///< buffers that came back without a message
  std::size_t backlog = 0;            ///< sends that the provider has no room for yet
  std::size_t inbox = 0;              ///< messages that nobody has asked for yet
};

}  // namespace weft::fabric
