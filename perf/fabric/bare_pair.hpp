// SPDX-License-Identifier: MIT
// Two endpoints of one process through libfabric's C interface: what weft::fabric is measured against.
#pragma once

#include "work.hpp"

#include <rdma/fabric.h>
#include <rdma/fi_cm.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace perf {

struct close_object {
  template <class Object>
  void operator()(Object* object) const {
    fi_close(&object->fid);
  }
};

class bare_pair {
 public:
  struct operation {
    fi_context2 context{};
    bool pending = false;
  };

  explicit bare_pair(std::string const& provider) : info_(find(provider)) {
    for (unsigned i : {0u, 1u}) {
      ends_[i].memory = memory_of(i);
      open(ends_[i]);
    }
    introduce(ends_[0], ends_[1]);
    introduce(ends_[1], ends_[0]);
  }

  bool send(unsigned from, operation& op, std::size_t bytes) {
    auto& e = ends_[from];
    return posted(op, fi_send(e.endpoint.get(), e.memory.data(), bytes, e.descriptor, e.peer, &op));
  }
  bool receive(unsigned at, operation& op, std::size_t bytes) {
    auto& e = ends_[at];
    return posted(op, fi_recv(e.endpoint.get(), e.memory.data(), bytes, e.descriptor, FI_ADDR_UNSPEC, &op));
  }
  bool write(unsigned from, operation& op, std::size_t bytes) {
    auto& e = ends_[from];
    auto const& to = ends_[1 - from];
    return posted(op,
                  fi_write(e.endpoint.get(), e.memory.data(), bytes, e.descriptor, e.peer, to.address, to.key, &op));
  }
  /// Takes at most so many completions.
  template <std::size_t Most>
  void reap(unsigned at) {
    std::array<fi_cq_tagged_entry, Most> entries;
    auto const got = fi_cq_read(ends_[at].queue.get(), entries.data(), Most);
    if (got < 0 && got != -FI_EAGAIN) throw std::runtime_error("fi_cq_read failed");
    for (ssize_t i = 0; i < got; ++i)
      static_cast<operation*>(entries[static_cast<std::size_t>(i)].op_context)->pending = false;
  }

 private:
  template <class Object>
  using handle = std::unique_ptr<Object, close_object>;
  struct free_info {
    void operator()(fi_info* i) const { fi_freeinfo(i); }
  };
  using info_ptr = std::unique_ptr<fi_info, free_info>;

  struct end {
    std::span<std::byte> memory;
    handle<fid_fabric> fabric;  // one for each end: in one domain, net lets threads wait for each other
    handle<fid_domain> domain;
    handle<fid_mr> region;
    handle<fid_av> peers;
    handle<fid_cq> queue;
    handle<fid_ep> endpoint;
    void* descriptor = nullptr;
    std::uint64_t address = 0;
    std::uint64_t key = 0;
    fi_addr_t peer = FI_ADDR_UNSPEC;
  };

  static void check(ssize_t rc, char const* what) {
    if (rc < 0) throw std::runtime_error(std::string(what) + ": " + fi_strerror(static_cast<int>(-rc)));
  }
  template <class Object, class Open>
  static void open(char const* what, handle<Object>& into, Open make) {
    Object* made = nullptr;
    check(make(&made), what);
    into.reset(made);
  }
  static bool posted(operation& op, ssize_t rc) {
    op.pending = rc == 0;
    if (rc != -FI_EAGAIN) check(rc, "post");
    return rc == 0;
  }

  static info_ptr find(std::string const& provider) {
    info_ptr const hints(fi_allocinfo());
    hints->caps = FI_MSG | FI_RMA;
    hints->mode = FI_CONTEXT | FI_CONTEXT2;
    hints->ep_attr->type = FI_EP_RDM;
    hints->domain_attr->mr_mode = FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY;
    hints->domain_attr->threading = FI_THREAD_SAFE;
    hints->domain_attr->resource_mgmt = FI_RM_ENABLED;
    hints->fabric_attr->prov_name = strdup(provider.c_str());  // fi_freeinfo frees it
    fi_info* found = nullptr;
    bool const has_host = provider != "shm";
    check(fi_getinfo(FI_VERSION(1, 14), has_host ? "127.0.0.1" : nullptr, nullptr, has_host ? FI_SOURCE : 0,
                     hints.get(), &found),
          "fi_getinfo");
    return info_ptr(found);
  }

  void open(end& e) {
    open("fi_fabric", e.fabric, [&](auto at) { return fi_fabric(info_->fabric_attr, at, nullptr); });
    open("fi_domain", e.domain, [&](auto at) { return fi_domain(e.fabric.get(), info_.get(), at, nullptr); });
    auto const modes = info_->domain_attr->mr_mode;
    auto const number = static_cast<std::uint64_t>(&e - ends_.data());
    open("fi_mr_reg", e.region, [&](auto at) {
      return fi_mr_reg(e.domain.get(), e.memory.data(), e.memory.size(), FI_SEND | FI_RECV | FI_WRITE | FI_REMOTE_WRITE,
                       0, number, 0, at, nullptr);
    });
    if (modes & FI_MR_LOCAL) e.descriptor = fi_mr_desc(e.region.get());
    e.key = fi_mr_key(e.region.get());
    e.address = modes & FI_MR_VIRT_ADDR ? reinterpret_cast<std::uint64_t>(e.memory.data()) : 0;
    fi_av_attr table{};
    open("fi_av_open", e.peers, [&](auto at) { return fi_av_open(e.domain.get(), &table, at, nullptr); });
    fi_cq_attr queue{};
    queue.format = FI_CQ_FORMAT_TAGGED;
    queue.wait_obj = FI_WAIT_NONE;
    open("fi_cq_open", e.queue, [&](auto at) { return fi_cq_open(e.domain.get(), &queue, at, nullptr); });
    open("fi_endpoint", e.endpoint, [&](auto at) { return fi_endpoint(e.domain.get(), info_.get(), at, nullptr); });
    check(fi_ep_bind(e.endpoint.get(), &e.peers->fid, 0), "fi_ep_bind");
    check(fi_ep_bind(e.endpoint.get(), &e.queue->fid, FI_TRANSMIT | FI_RECV), "fi_ep_bind");
    check(fi_enable(e.endpoint.get()), "fi_enable");
  }

  static void introduce(end& who, end& to) {
    std::array<char, 512> name{};
    std::size_t size = name.size();
    check(fi_getname(&who.endpoint->fid, name.data(), &size), "fi_getname");
    if (fi_av_insert(to.peers.get(), name.data(), 1, &to.peer, 0, nullptr) != 1)
      throw std::runtime_error("fi_av_insert: the address was not accepted");
  }

  info_ptr info_;
  std::array<end, 2> ends_;
};

}  // namespace perf
