// SPDX-License-Identifier: MIT
#include "client/telemetry.hpp"

#include <array>
#include <string>
#include <vector>

namespace weft::fabric {

namespace {

constexpr std::array<std::string_view, 4> types = {"", "MSG", "DGRAM", "RDM"};

constexpr std::string_view text_of(client_event::kind k) noexcept {
  switch (k) {
    case client_event::kind::dispatcher_started:
      return "dispatcher started";
    case client_event::kind::dispatcher_stopped:
      return "dispatcher stopped";
    case client_event::kind::queue_error:
      return "completion queue error";
    case client_event::kind::send_completed:
      return "send completed";
    case client_event::kind::send_failed:
      return "send failed";
    case client_event::kind::receive_completed:
      return "receive completed";
    case client_event::kind::receive_failed:
      return "receive failed";
  }
  return "";
}

}  // namespace

telemetry::telemetry(client_options const& o, info const& i)
    : hooks_(o.hooks),
      labels_{std::string(i.provider()), std::string(types[static_cast<std::size_t>(i.type())]), o.node, o.service} {}

void telemetry::report(client_event::kind what, std::error_code error, completion const* how,
                       std::string_view words) const {
  client_event const e{what, labels_, error, how, words};
  if (hooks_.metric) hooks_.metric(e);
  if (hooks_.log) log(e);
}

std::function<void(std::error_code)> telemetry::begin(std::string_view what) const {
  return hooks_.trace ? hooks_.trace(labels_, what) : nullptr;
}

void telemetry::log(client_event const& e) const {
  std::vector<client_log_line::field> fields = {{"provider", labels_.provider},
                                                {"endpoint_type", labels_.endpoint_type},
                                                {"node", labels_.node},
                                                {"service", labels_.service}};
  if (e.error) fields.push_back({"error", e.error.message()});
  if (!e.words.empty()) fields.push_back({"provider_says", std::string(e.words)});
  if (e.how && !e.error) fields.push_back({"bytes", std::to_string(e.how->bytes)});
  auto const level = e.error ? client_log_line::level::error : client_log_line::level::debug;
  hooks_.log({level, text_of(e.what), fields});
}

}  // namespace weft::fabric
