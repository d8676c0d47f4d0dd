// SPDX-License-Identifier: MIT
#include "option_table.hpp"

#include "errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

// The one table of options by name. A row says where an option is by a lambda that finds the field in any of its areas.
namespace weft::capi {

namespace {

using std::chrono::milliseconds;
using headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t max_int = std::numeric_limits<int>::max();
constexpr std::int64_t queue = 8192;

// Fields as values of the API, and back. Forever is -1; what is as large as can be is `any`.
template <class Number>
value read(Number const& n) {
  if constexpr (std::is_same_v<Number, std::size_t>)
    return static_cast<std::int64_t>(std::min<std::size_t>(n, any));
  else
    return static_cast<std::int64_t>(n);
}
value read(clock::duration d) {
  return d == clock::duration::max() ? std::int64_t{-1} : std::chrono::duration_cast<milliseconds>(d).count();
}
value read(double factor) { return std::int64_t{std::lround(factor * 100)}; }
value read(std::optional<std::size_t> const& n) { return read(n.value_or(0)); }
value read(std::optional<std::uint8_t> const& n) { return n ? std::int64_t{*n} : std::int64_t{-1}; }
value read(std::string const& text) { return text; }
value read(headers const& all) {
  std::string lines;
  for (auto const& [name, content] : all) lines += name + ": " + content + "\n";
  return lines;
}

std::int64_t number(value const& v) { return std::get<std::int64_t>(v); }

template <class Number>
void write(Number& n, value const& v) {
  if constexpr (std::is_same_v<Number, std::size_t>)
    n = number(v) == any ? std::numeric_limits<std::size_t>::max() : static_cast<std::size_t>(number(v));
  else
    n = static_cast<Number>(number(v));
}
void write(clock::duration& d, value const& v) {
  d = number(v) < 0 ? clock::duration::max() : clock::duration(milliseconds(number(v)));
}
void write(double& factor, value const& v) { factor = static_cast<double>(number(v)) / 100; }
void write(std::optional<std::size_t>& n, value const& v) { write(n.emplace(), v); }
void write(std::optional<std::uint8_t>& n, value const& v) {
  n.reset();
  if (number(v) >= 0) n = static_cast<std::uint8_t>(number(v));
}
void write(std::string& text, value const& v) { text = std::get<std::string>(v); }
void write(headers& all, value const& v) {
  headers fresh;
  std::string_view rest = std::get<std::string>(v);
  while (!rest.empty()) {
    auto const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    auto const colon = line.find(':');
    if (colon == line.npos || colon == 0) throw refusal(WEFT_ERANGE, "ws.headers: lines are `name: value`");
    auto const content = line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    fresh.emplace_back(line.substr(0, colon), content);
  }
  all = std::move(fresh);
}

template <class T>
constexpr int type_of() {
  if constexpr (std::is_same_v<T, bool>)
    return WEFT_BOOL;
  else if constexpr (std::is_same_v<T, clock::duration>)
    return WEFT_MS;
  else if constexpr (std::is_same_v<T, std::size_t>)
    return WEFT_SIZE;
  else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, headers>)
    return WEFT_STRING;
  else
    return WEFT_INT;
}

/// A row of an option that is in these areas, where `Field` finds it.
template <class... Areas, class Field>
constexpr option in(char const* name, access settable, std::int64_t least, std::int64_t most, Field) {
  using first = std::tuple_element_t<0, std::tuple<Areas...>>;
  return {
      .name = name,
      .type = type_of<std::remove_cvref_t<decltype(*Field{}(std::declval<first&>()))>>(),
      .settable = settable,
      .least = least,
      .most = most,
      .where = (area<Areas>() | ...),
      .get =
          [](settings const& s, areas of) {
            value found;
            bool done = false;
            ((!done && (area<Areas>() & of) ? (void)(found = read(*Field{}(std::get<Areas>(s))), done = true)
                                            : (void)0),
             ...);
            return found;
          },
      .set = [](settings& s, areas of,
                value const& v) { ((area<Areas>() & of ? write(*Field{}(std::get<Areas>(s)), v) : (void)0), ...); }};
}
template <class... Areas, class Field>
constexpr option in(char const* name, access settable, Field f) {
  return in<Areas...>(name, settable, 0, 1, f);
}

constexpr auto before = access::before, always = access::always, never = access::never;

constexpr option rows[] = {
    in<engine_options>("engine.helper", before, [](auto& o) { return &o.helper; }),
    in<engine_options>("engine.idle", before, 0, 2, [](auto& o) { return &o.idle; }),

    in<timeouts>("send-timeout", always, -1, max_int, [](auto& o) { return &o.send; }),
    in<timeouts>("receive-timeout", always, -1, max_int, [](auto& o) { return &o.receive; }),
    in<socket_options, dial_options, listen_options>("max-message", before, 0, any,
                                                     [](auto& o) { return &o.max_message; }),
    in<socket_options>("receive-window", before, 1, 65536, [](auto& o) { return &o.receive_window; }),
    in<socket_options>("best-effort", before, [](auto& o) { return &o.best_effort; }),
    in<socket_options>("fail-without-peers", before, [](auto& o) { return &o.fail_without_peers; }),
    in<socket_facts>("protocol", never, [](auto& o) { return &o.protocol; }),
    in<socket_facts>("protocol-number", never, 0, 65535, [](auto& o) { return &o.number; }),
    in<socket_facts>("peer-protocol-number", never, 0, 65535, [](auto& o) { return &o.peer_number; }),

    in<req::options>("resend", always, 0, max_int, [](auto& o) { return &o.resend.every; }),
    in<req::options>("resend-tries", always, 0, max_int, [](auto& o) { return &o.resend.tries; }),
    in<req::options>("resend-growth", always, 100, 100'000, [](auto& o) { return &o.resend.backoff; }),
    in<req::options>("resend-most", always, -1, max_int, [](auto& o) { return &o.resend.longest; }),
    in<req::options>("early", before, [](auto& o) { return &o.early; }),
    in<req::options, surveyor::options>("keep", before, [](auto& o) { return &o.keep; }),
    in<surveyor::options>("survey-time", always, 1, max_int, [](auto& o) { return &o.survey_time; }),
    in<rep::options, raw_rep::options, respondent::options, raw_respondent::options, pair1::options>(
        "hops", always, 1, 255, [](auto& o) { return &o.hops; }),
    in<push::options, pair::options, pair1::options, bus::options, surveyor::options, raw_surveyor::options,
       raw_rep::options, raw_respondent::options>("send-queue", before, 0, queue,
                                                  [](auto& o) { return &o.send_queue; }),
    in<bus::options, surveyor::options>("receive-queue", before, 1, queue, [](auto& o) { return &o.receive_queue; }),
    in<sub::options, raw_sub::options, pub::options>("queue", before, 1, queue, [](auto& o) { return &o.queue; }),
    in<pub::options>("when-full", before, 0, 2, [](auto& o) { return &o.when_full; }),
    in<pub::options>("peer-topics", before, 0, any, [](auto& o) { return &o.peer_topics; }),
    in<pub::options>("peer-topic-bytes", before, 0, any, [](auto& o) { return &o.peer_topic_bytes; }),
    in<sub::options, raw_sub::options>("prefer-new", before, [](auto& o) { return &o.prefer_new; }),
    in<sub::options, raw_sub::options>("hold-back", before, [](auto& o) { return &o.hold_back; }),
    in<sub::options, pull::options, pair::options, pair1::options>("conflate", before,
                                                                   [](auto& o) { return &o.conflate; }),
    in<sub::options>("count-duplicates", before, [](auto& o) { return &o.count_duplicates; }),
    in<sub::options>("filter-at-publisher", before, [](auto& o) { return &o.filter_at_publisher; }),

    in<endpoint_facts>("url", never, [](auto& o) { return &o.url; }),
    in<dial_options>("dial-timeout", before, 1, max_int, [](auto& o) { return &o.timeout; }),
    in<dial_options>("retry-least", before, 0, max_int, [](auto& o) { return &o.retry_min; }),
    in<dial_options>("retry-most", before, 0, max_int, [](auto& o) { return &o.retry_max; }),
    in<listen_options>("handshake-timeout", before, 1, max_int, [](auto& o) { return &o.handshake_timeout; }),
    in<listen_options>("max-half-open", before, 1, max_int, [](auto& o) { return &o.max_half_open; }),
    in<listen_options>("listening-fd", before, -1, max_int, [](auto& o) { return &o.listening_fd; }),
    in<listen_options>("ipc-permissions", before, 0, 0777, [](auto& o) { return &o.ipc_permissions; }),
    in<dial_options, listen_options>("send-priority", before, 1, 16, [](auto& o) { return &o.priorities.send; }),
    in<dial_options, listen_options>("receive-priority", before, 1, 16, [](auto& o) { return &o.priorities.receive; }),

    in<dial_options, listen_options>("tcp.nodelay", before, [](auto& o) { return &o.tcp.nodelay; }),
    in<dial_options, listen_options>("tcp.keepalive", before, [](auto& o) { return &o.tcp.keepalive; }),
    in<dial_options, listen_options>("tcp.keepalive-idle", before, 0, max_int,
                                     [](auto& o) { return &o.tcp.keepalive_idle; }),
    in<dial_options, listen_options>("tcp.keepalive-interval", before, 0, max_int,
                                     [](auto& o) { return &o.tcp.keepalive_interval; }),
    in<dial_options, listen_options>("tcp.keepalive-count", before, 0, max_int,
                                     [](auto& o) { return &o.tcp.keepalive_count; }),
    in<dial_options, listen_options>("tcp.user-timeout", before, 0, max_int,
                                     [](auto& o) { return &o.tcp.user_timeout; }),
    in<dial_options, listen_options>("tcp.send-buffer", before, 0, max_int, [](auto& o) { return &o.tcp.send_buffer; }),
    in<dial_options, listen_options>("tcp.receive-buffer", before, 0, max_int,
                                     [](auto& o) { return &o.tcp.receive_buffer; }),
    in<dial_options, listen_options>("tcp.tos", before, -1, 255, [](auto& o) { return &o.tcp.tos; }),
    in<dial_options, listen_options>("tcp.device", before, [](auto& o) { return &o.tcp.device; }),
    in<dial_options, listen_options>("tls.verify", before, [](auto& o) { return &o.tls.verify; }),
    in<dial_options, listen_options>("tls.clients", before, 0, 2, [](auto& o) { return &o.tls.clients; }),
    in<dial_options, listen_options>("tls.ca-file", before, [](auto& o) { return &o.tls.ca_file; }),
    in<dial_options, listen_options>("tls.ca-directory", before, [](auto& o) { return &o.tls.ca_directory; }),
    in<dial_options, listen_options>("tls.ca", before, [](auto& o) { return &o.tls.ca; }),
    in<dial_options, listen_options>("tls.server-name", before, [](auto& o) { return &o.tls.server_name; }),
    in<dial_options, listen_options>("tls.certificate-file", before, [](auto& o) { return &o.tls.certificate_file; }),
    in<dial_options, listen_options>("tls.certificate", before, [](auto& o) { return &o.tls.certificate; }),
    in<dial_options, listen_options>("tls.key-file", before, [](auto& o) { return &o.tls.key_file; }),
    in<dial_options, listen_options>("tls.key", before, [](auto& o) { return &o.tls.key; }),
    in<dial_options, listen_options>("tls.key-password", before, [](auto& o) { return &o.tls.key_password; }),
    in<dial_options, listen_options>("tls.oldest", before, 0, 1, [](auto& o) { return &o.tls.oldest; }),
    in<dial_options, listen_options>("tls.newest", before, 0, 1, [](auto& o) { return &o.tls.newest; }),
    in<dial_options, listen_options>("ws.headers", before, [](auto& o) { return &o.websocket.headers; }),
    in<dial_options, listen_options>("ws.frames", before, 0, 2, [](auto& o) { return &o.websocket.frames; }),
};

}  // namespace

std::span<option const> all_options() noexcept { return rows; }

option const& find_option(char const* name, int type, areas of) {
  std::string_view const wanted = &given(name);
  for (auto const& o : rows) {
    if (o.name != wanted) continue;
    if (!(o.where & of)) throw refusal(WEFT_EOPTION, std::string(wanted) + ": not an option of this");
    if (o.type != type) throw refusal(WEFT_ETYPE, std::string(wanted) + ": is of another type");
    return o;
  }
  throw refusal(WEFT_EOPTION, std::string(wanted) + ": no such option");
}

void check_range(option const& o, value const& v) {
  auto const* const n = std::get_if<std::int64_t>(&v);
  if (!n || (*n >= o.least && *n <= o.most)) return;
  throw refusal(WEFT_ERANGE,
                std::string(o.name) + ": from " + std::to_string(o.least) + " to " + std::to_string(o.most));
}

}  // namespace weft::capi
