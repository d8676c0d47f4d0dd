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
  std::string provider;
  std::string endpoint_type;  ///< "RDM", "MSG" or "DGRAM"
  std::string node;
  std::string service;
};

/// What happens to a client.
struct client_event {
  enum class kind {
    dispatcher_started,
    dispatcher_stopped,
    queue_error,  ///< a completion with an error, or the end of the queue itself
    send_completed,
    send_failed,
    receive_completed,
    receive_failed,
  };
  kind what;
  client_labels const& of;
  std::error_code error;
  completion const* how = nullptr;  ///< what libfabric said, if it did
  std::string_view words = {};      ///< the provider's, of an error
};

/// A line of a log, with the same again for machines.
struct client_log_line {
  enum class level { debug, error };
  struct field {
    std::string_view key;
    std::string value;
  };
  level is;
  std::string_view text;
  std::span<field const> fields;
};

/// Who is told what. All of them run in the thread that drives the client, or that calls it, and neither wait nor
/// throw.
struct client_hooks {
  std::function<void(client_log_line const&)> log = {};
  std::function<void(client_event const&)> metric = {};
  /// A span begins: "dispatcher", "send" or "receive". What is returned is called at its end, once.
  std::function<std::function<void(std::error_code)>(client_labels const&, std::string_view what)> trace = {};
};

struct client_options {
  std::string provider = {};  ///< exactly this one; empty: the best that is offered
  /// unspecified: RDM if there is one, else MSG.
  endpoint_type type = endpoint_type::rdm;
  /// Whom to dial; of a listener, and of open(), where to be. Over shm the node is a name of one's own.
  std::string node = {};
  std::string service = {};
  std::size_t max_message = 64 * 1024;  ///< bytes of the largest one: of each buffer below
  std::size_t send_buffers = 32;        ///< sends that have begun and not ended; one more waits, or is refused
  std::size_t receive_buffers = 32;     ///< messages that have arrived and are held; more wait at the provider
  /// A thread of its own, the dispatcher, that moves things. Without it they move in calls that wait and in dispatch(),
  /// without a change of threads.
  bool helper = true;
  client_hooks hooks = {};
};

struct client_stats {
  std::uint64_t send_posted = 0;
  std::uint64_t send_completed = 0;
  std::uint64_t send_errored = 0;
  std::uint64_t receive_posted = 0;
  std::uint64_t receive_matched = 0;  ///< messages that have arrived
  std::uint64_t receive_errored = 0;
  std::size_t backlog = 0;  ///< sends that the provider has no room for yet
  std::size_t inbox = 0;    ///< messages that nobody has asked for yet
};

}  // namespace weft::fabric
