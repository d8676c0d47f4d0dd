// SPDX-License-Identifier: MIT
// The same two endpoints as in bare_pair.hpp, through weft::fabric.
#pragma once

#include "work.hpp"

#include <weft/fabric/endpoint.hpp>

#include <array>
#include <memory>
#include <string>
#include <system_error>

namespace perf {

namespace f = weft::fabric;

class face_pair {
 public:
  struct operation final : f::operation {
    operation() : f::operation(end) {}
    bool pending = false;

   private:
    static void end(f::operation& self, f::completion const& how) noexcept {
      if (!how.error) static_cast<operation&>(self).pending = false;
    }
  };

  explicit face_pair(std::string const& provider) {
    f::hints wanted{
        .provider = provider, .type = f::endpoint_type::rdm, .capabilities = f::capability::msg | f::capability::rma};
    wanted.of = f::end::local;
    if (provider != "shm") wanted.node = "127.0.0.1";
    auto const info = f::discover(wanted).value().front();
    for (unsigned i : {0u, 1u}) {
      auto& e = ends_[i];
      auto const in = f::domain::open(info).value();
      auto const queue = f::completion_queue::open(in, {.wait = f::wait_kind::backoff}).value();
      e.endpoint = f::endpoint::open(in, info, {.sends = queue}).value();
      e.memory = f::memory_region::make(in, memory_of(i),
                                        f::memory_access::send | f::memory_access::recv | f::memory_access::write |
                                            f::memory_access::remote_write)
                     .value();
    }
    for (unsigned i : {0u, 1u}) {
      auto& to = ends_[1 - i];
      ends_[i].bytes = ends_[i].memory.bytes();
      ends_[i].local = ends_[i].memory.local();
      ends_[i].peer = {.to = ends_[i].endpoint->peers()->insert(to.endpoint->address()).value()};
      ends_[i].there = {.at = ends_[i].peer.to, .address = to.memory.address(), .key = to.memory.key()};
    }
  }

  bool send(unsigned from, operation& op, std::size_t bytes) {
    auto& e = ends_[from];
    return posted(op, e.endpoint->post_send(op, {e.bytes.first(bytes), e.local}, e.peer));
  }
  bool receive(unsigned at, operation& op, std::size_t bytes) {
    auto& e = ends_[at];
    return posted(op, e.endpoint->post_receive(op, {e.bytes.first(bytes), e.local}, {}));
  }
  bool write(unsigned from, operation& op, std::size_t bytes) {
    auto& e = ends_[from];
    return posted(op, e.endpoint->post_write(op, {e.bytes.first(bytes), e.local}, e.there));
  }
  template <std::size_t Most>
  void reap(unsigned at) {
    auto& e = ends_[at];
    auto const got = e.endpoint->sends()->read(std::span(e.entries).first(Most));
    for (std::size_t i = 0; i != got; ++i) e.entries[i].complete();
  }

 private:
  struct end {
    f::memory_region memory;
    std::unique_ptr<f::endpoint> endpoint;
    std::span<std::byte> bytes;
    f::descriptor local = f::descriptor::none;
    f::target peer;
    f::remote_memory there;
    std::array<f::entry, 32> entries;
  };

  static bool posted(operation& op, std::error_code why) {
    op.pending = !why;
    if (why && !f::is_again(why)) throw std::system_error(why);
    return !why;
  }

  std::array<end, 2> ends_;
};

}  // namespace perf
