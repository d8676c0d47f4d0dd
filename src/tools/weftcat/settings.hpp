// SPDX-License-Identifier: MIT
#pragma once

#include <weft/options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weftcat {

using weft::clock;

enum class protocol { req, rep, push, pull, pub, sub, surveyor, respondent, bus, pair, pair1 };

/// How a received message is shown.
enum class format { no, raw, ascii, quoted, hex, msgpack, json };

struct address {
  std::string flag;  ///< as it stands in an error
  std::string url;
};

/// What the command line says.
struct settings {
  weftcat::protocol protocol{};
  std::vector<address> listens;
  std::vector<address> dials;
  std::vector<std::string> topics;

  weftcat::format format{};
  std::optional<std::string> data;
  std::optional<clock::duration> interval;
  clock::duration delay{};
  std::uint64_t count = 0;  ///< zero: once, or for ever
  std::optional<clock::duration> send_timeout, receive_timeout;
  std::size_t max_message = std::size_t{1} << 20;

  bool compat = false;
  bool async = false;
  weft::tls_options tls;
  std::string name;
  int verbosity = 0;
  bool stats = false;
  bool rate = false;
};

}  // namespace weftcat
