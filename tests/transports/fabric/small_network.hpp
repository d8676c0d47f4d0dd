// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>

#include "fabric/transport.hpp"
#include "small_reactor.hpp"
#include "small_socket.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

namespace weft::ofi {

/// Two transports, as of two processes, turned by one thread.
struct small_network {
  small_reactor reactor;
  std::unique_ptr<ext::transport> left = transports::make_fabric_transport(reactor);
  std::unique_ptr<ext::transport> right = transports::make_fabric_transport(reactor);

  ext::handshake terms{0x10, 0x10, std::size_t{1} << 30};

  /// Two connected ends; nothing when that fails.
  std::pair<std::unique_ptr<small_socket>, std::unique_ptr<small_socket>> connect(std::string const& at) {
    auto acceptor = right->listen(url::parse(at).value(), terms, {}).value();
    std::unique_ptr<small_socket> dialed, accepted;
    acceptor->start([&](ext::connection_result r) {
      if (r) accepted = std::make_unique<small_socket>(*std::move(r));
    });
    auto connector = left->dial(acceptor->local(), terms, {}).value();
    failure why;
    connector->connect([&](ext::connection_result r) {
      if (r)
        dialed = std::make_unique<small_socket>(*std::move(r));
      else
        why = r.error();
    });
    if (!reactor.until([&] { return (dialed && accepted) || why.code; }) || why.code)
      raise(why.code ? why : failure{errc::timed_out, "no connection"});
    return {std::move(dialed), std::move(accepted)};
  }
};

/// Where nobody else listens. \param what a scheme, with the options of the URL if there are any
inline std::string free_place(std::string const& what) {
  static int last = 0;
  auto const mark = std::min(what.find('?'), what.size());
  auto const scheme = what.substr(0, mark), options = what.substr(mark);
  if (scheme == "ofi+shm")
    return scheme + "://test-" + std::to_string(::getpid()) + "-" + std::to_string(++last) + options;
  return scheme + "://127.0.0.1:0" + options;
}

/// Two ends with grants.
struct couple : small_network {
  explicit couple(std::string const& scheme = "ofi+tcp") {
    std::tie(a, b) = connect(free_place(scheme));
    a->grant(128);
    b->grant(128);
  }
  ~couple() {
    a.reset();
    b.reset();
  }
  bool both_over() {
    return reactor.until([&] {
      bool const one = a->is_over();
      return b->is_over() && one;
    });
  }
  std::unique_ptr<small_socket> a, b;
};

}  // namespace weft::ofi
