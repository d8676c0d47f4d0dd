// SPDX-License-Identifier: MIT
// Who dials, and does not finish.
#pragma once

#include "client/choice.hpp"
#include "client/clients.hpp"

#include <weft/error.hpp>

#include <memory>
#include <string>

namespace weft::fabric {

/// One that has dialed, and waits for an answer.
inline std::unique_ptr<endpoint> knock(client_options o, std::string const& service) {
  o.service = service;
  auto const at = choose(o, end::remote).value().what;
  auto e = endpoint::open(at).value();
  BOOST_TEST((e->connect(at.destination(), {}, {.until = 0s}).error() == errc::timed_out));
  return e;
}

/// A door where nobody is answered until it is said so.
class closed_door {
 public:
  explicit closed_door(kind const& k)
      : options_(options_for(k)),
        at_(choose(options_, end::local).value().what),
        net_(network::open(at_).value()),
        door_(passive_endpoint::open(net_, at_).value()) {}

  std::unique_ptr<endpoint> knock() const {
    return fabric::knock(options_, std::to_string(port_of(door_->address()).value()));
  }
  std::unique_ptr<endpoint> let_in() const {
    auto const request = door_->next_request(soon()).value();
    auto e = endpoint::open(domain::open(net_, *request.request).value(), *request.request).value();
    BOOST_TEST(!e->accept({}, soon()));
    return e;
  }
  void turn_away() const { BOOST_TEST(!door_->reject(door_->next_request(soon()).value(), {})); }

 private:
  client_options options_;
  info at_;
  std::shared_ptr<network const> net_;
  std::unique_ptr<passive_endpoint> door_;
};

}  // namespace weft::fabric
