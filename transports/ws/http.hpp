// SPDX-License-Identifier: MIT
#pragma once

#include <weft/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The HTTP that stands in front of WebSocket: one request, one answer, as text.
namespace weft::ws {

using fields = std::vector<std::pair<std::string, std::string>>;

/// The longest request or answer that is read.
inline constexpr std::size_t longest_head = 8192;

/// Where the head of a request or answer ends, blank line included; npos when more must come.
std::size_t end_of_head(std::string_view) noexcept;
/// Whether it cannot become a head, whatever follows.
bool is_no_head(std::string_view) noexcept;

/// What HTTP answers to whom it does not serve.
struct refusal {
  unsigned status = 0;
  std::string reason{};
  std::string protocol{};  ///< what is spoken there instead
  std::string text() const;
};

/// A request to go on as WebSocket.
struct upgrade {
  std::string path;  ///< without what follows a '?'
  std::string key;
  std::vector<std::string> protocols;
  fields headers;

  static result<upgrade, refusal> read(std::string_view head);
};

/// "pair.sp.nanomsg.org"; empty for a number that has no name.
std::string name_of_protocol(unsigned number);

/// What proves that a server has read the key.
std::string answer_to(std::string_view key);
std::string new_key();

std::string request_text(std::string_view target, std::string_view host, std::string_view key,
                         std::string_view protocol, fields const& more);
std::string welcome_text(std::string_view key, std::string_view protocol, fields const& more);

/// The server's headers, or why it cannot be talked to.
setup<fields> read_answer(std::string_view head, std::string_view key, std::string_view protocol);

/// A header that nobody may add: it is one of ours, or would break the text.
bool is_forbidden(std::pair<std::string, std::string> const&);

}  // namespace weft::ws
