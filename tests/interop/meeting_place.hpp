// SPDX-License-Identifier: MIT
#pragma once

#include <weft/weft.hpp>

#include "interop/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace weft::interop {

using namespace std::chrono_literals;

inline op_options soon() { return {.until = 20s}; }

inline std::string binary(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>(i * 31 + (i >> 8) * 17 + (i >> 16));
  return text;
}

using arguments = std::vector<std::string>;

inline arguments with(arguments a, arguments const& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Over what weft and a peer of another library meet, and who listens there.
struct meeting_place {
  std::string scheme;
  bool weft_listens;
  bool of_nanomsg;  ///< the peer
  scratch_folder folder{};
  int count = 0;

  bool secure() const { return scheme == "tls+tcp"; }

  /// Where weft, or the peer, may listen.
  std::string fresh_url(bool by_weft) {
    if (scheme == "ipc") return "ipc://" + folder.path("s" + std::to_string(++count));
    // nanomsg takes no path to listen at, and nng's TLS verifies names, but no addresses.
    auto const* const path = scheme != "ws" || (of_nanomsg && !by_weft) ? "" : "/sp";
    return scheme + (secure() ? "://localhost:" : "://127.0.0.1:") + std::to_string(by_weft ? 0 : free_port()) + path;
  }
  std::string fresh_url() { return fresh_url(weft_listens); }
};

/// A dialer finds who listens a moment later.
inline dial_options eagerly() { return {.retry_min = 1ms, .retry_max = 20ms}; }

/// Adds a suite for each stream and each side that may listen, `name`_tcp_weft_listens and so on.
inline void add_suites(
    std::string const& name, arguments const& schemes,
    std::function<void(boost::unit_test::test_suite&, std::string const& scheme, bool)> const& fill) {
  for (auto const& scheme : schemes)
    for (bool const weft_listens : {true, false}) {
      auto const full =
          name + "_" + (scheme == "tls+tcp" ? "tls" : scheme) + (weft_listens ? "_weft_listens" : "_weft_dials");
      auto* const suite = new boost::unit_test::test_suite(full, __FILE__, __LINE__);  // the framework keeps it
      boost::unit_test::framework::master_test_suite().add(suite);
      fill(*suite, scheme, weft_listens);
    }
}

}  // namespace weft::interop
