// SPDX-License-Identifier: MIT
// One libfabric endpoint, used as plainly as the C interface allows: the distance to it is the price of weft.
#pragma once

#include "raw_program.hpp"

#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>
#include <rdma/fi_tagged.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raw {

/// A send or a receive. libfabric owns the context from the post to the completion.
struct operation {
  fi_context2 context{};
  bool pending = false;
};

struct close_object {
  template <class Object>
  void operator()(Object* object) const {
    fi_close(&object->fid);
  }
};

struct free_info {
  void operator()(fi_info* info) const { fi_freeinfo(info); }
};

template <class Object>
using handle = std::unique_ptr<Object, close_object>;

/// A reliable-datagram endpoint with tagged messages, its one peer, and the memory all messages live in.
/// Thread safety: none.
class endpoint {
 public:
  /// Opens it with `bytes` of message memory and exchanges addresses over the side channel.
  endpoint(options const& chosen, side_channel const& peer, std::size_t bytes);

  std::byte* memory() noexcept { return memory_.data(); }

  /// Data is within memory(). Waits while the provider's queue is full or the connection is being made.
  void send(operation& op, std::byte const* data, std::size_t size, std::uint64_t tag);

  /// Data is within memory().
  void receive(operation& op, std::byte* data, std::size_t size, std::uint64_t tag);

  /// Waits in the chosen way until the operation is complete; others complete meanwhile.
  void finish(operation const& op);

  /// Takes the completions that are there, without waiting; true if there were any.
  bool reap();

 private:
  void open_queue();
  void register_memory();
  void wait();
  void block();
  bool take(fi_cq_tagged_entry const* entries, ssize_t got);
  [[noreturn]] void fail() const;

  wait_mode wait_;
  bool can_block_ = false;  ///< otherwise blocking means yielding
  std::vector<std::byte> memory_;
  std::unique_ptr<fi_info, free_info> info_;
  handle<fid_fabric> fabric_;
  handle<fid_domain> domain_;
  handle<fid_mr> region_;
  handle<fid_av> addresses_;
  handle<fid_cq> queue_;
  handle<fid_ep> endpoint_;
  void* descriptor_ = nullptr;
  fi_addr_t peer_ = FI_ADDR_UNSPEC;
};

}  // namespace raw
