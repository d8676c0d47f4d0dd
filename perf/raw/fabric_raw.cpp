// SPDX-License-Identifier: MIT
#include "fabric_raw.hpp"

#include <rdma/fi_errno.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

namespace raw {
namespace {

using info_ptr = std::unique_ptr<fi_info, free_info>;

constexpr std::uint32_t api = FI_VERSION(1, 14);
constexpr std::size_t batch = 64;

void check(ssize_t status, char const* what) {
  if (status < 0) throw std::runtime_error{std::string{what} + ": " + fi_strerror(static_cast<int>(-status))};
}

/// Calls one of libfabric's open functions and owns what it made.
template <class Object, class Open>
handle<Object> opened(char const* what, Open open) {
  Object* object = nullptr;
  check(open(&object), what);
  return handle<Object>{object};
}

info_ptr find_at(fi_info const& hints, char const* host) {
  fi_info* found = nullptr;
  check(fi_getinfo(api, host, nullptr, host ? FI_SOURCE : 0, &hints, &found), "fi_getinfo");
  return info_ptr{found};
}

/// Providers with IP addresses must use the interface that the side channel found; others name themselves.
info_ptr find(options const& chosen, side_channel const& peer) {
  info_ptr const hints{fi_allocinfo()};
  hints->caps = FI_TAGGED;
  hints->mode = FI_CONTEXT | FI_CONTEXT2;
  hints->ep_attr->type = FI_EP_RDM;
  hints->domain_attr->mr_mode = FI_MR_LOCAL | FI_MR_VIRT_ADDR | FI_MR_ALLOCATED | FI_MR_PROV_KEY;
  hints->domain_attr->threading = FI_THREAD_DOMAIN;
  hints->tx_attr->msg_order = FI_ORDER_SAS;
  hints->rx_attr->msg_order = FI_ORDER_SAS;
  hints->fabric_attr->prov_name = strdup(chosen.provider.c_str());  // fi_freeinfo frees it
  auto found = find_at(*hints, nullptr);
  auto const format = found->addr_format;
  bool const is_ip = format == FI_SOCKADDR_IN || format == FI_SOCKADDR_IN6 || format == FI_SOCKADDR;
  return is_ip ? find_at(*hints, peer.local_host().c_str()) : std::move(found);
}

std::string name_of(fid_ep& endpoint) {
  std::array<char, 512> name{};
  std::size_t size = name.size();
  check(fi_getname(&endpoint.fid, name.data(), &size), "fi_getname");
  return {name.data(), size};
}

}  // namespace

endpoint::endpoint(options const& chosen, side_channel const& peer, std::size_t bytes)
    : wait_{chosen.wait()}, memory_(bytes), info_{find(chosen, peer)} {
  fabric_ = opened<fid_fabric>("fi_fabric", [&](auto at) { return fi_fabric(info_->fabric_attr, at, nullptr); });
  domain_ =
      opened<fid_domain>("fi_domain", [&](auto at) { return fi_domain(fabric_.get(), info_.get(), at, nullptr); });
  register_memory();
  fi_av_attr table{};
  addresses_ = opened<fid_av>("fi_av_open", [&](auto at) { return fi_av_open(domain_.get(), &table, at, nullptr); });
  open_queue();
  endpoint_ =
      opened<fid_ep>("fi_endpoint", [&](auto at) { return fi_endpoint(domain_.get(), info_.get(), at, nullptr); });
  check(fi_ep_bind(endpoint_.get(), &addresses_->fid, 0), "fi_ep_bind");
  check(fi_ep_bind(endpoint_.get(), &queue_->fid, FI_TRANSMIT | FI_RECV), "fi_ep_bind");
  check(fi_enable(endpoint_.get()), "fi_enable");
  auto const theirs = peer.exchange(name_of(*endpoint_));
  int const inserted = fi_av_insert(addresses_.get(), theirs.data(), 1, &peer_, 0, nullptr);
  if (inserted != 1) throw std::runtime_error{"fi_av_insert: the peer's address was not accepted"};
}

/// Only a queue with a descriptor blocks without spinning inside the library: that is why FI_WAIT_UNSPEC is not tried.
void endpoint::open_queue() {
  auto const open = [&](fi_wait_obj wait) {
    fi_cq_attr attributes{};
    attributes.format = FI_CQ_FORMAT_TAGGED;
    attributes.wait_obj = wait;
    attributes.size = info_->tx_attr->size + info_->rx_attr->size;
    fid_cq* queue = nullptr;
    int const status = fi_cq_open(domain_.get(), &attributes, &queue, nullptr);
    queue_.reset(queue);
    return status;
  };
  can_block_ = wait_ != wait_mode::poll && open(FI_WAIT_FD) == 0;
  if (!can_block_) check(open(FI_WAIT_NONE), "fi_cq_open");
}

void endpoint::register_memory() {
  if ((info_->domain_attr->mr_mode & FI_MR_LOCAL) == 0) return;
  region_ = opened<fid_mr>("fi_mr_reg", [&](auto at) {
    return fi_mr_reg(domain_.get(), memory_.data(), memory_.size(), FI_SEND | FI_RECV, 0, 0, 0, at, nullptr);
  });
  descriptor_ = fi_mr_desc(region_.get());
}

void endpoint::send(operation& op, std::byte const* data, std::size_t size, std::uint64_t tag) {
  op.pending = true;
  auto const give_up = steady::now() + std::chrono::seconds{10};
  for (;;) {
    auto const status = fi_tsend(endpoint_.get(), data, size, descriptor_, peer_, tag, &op);
    if (status == 0) return;
    // "sockets" says that the peer does not exist while it has not yet accepted the connection.
    if ((status != -FI_EAGAIN && status != -FI_ENOENT) || steady::now() > give_up) check(status, "fi_tsend");
    if (!reap()) std::this_thread::yield();
  }
}

void endpoint::receive(operation& op, std::byte* data, std::size_t size, std::uint64_t tag) {
  op.pending = true;
  check(fi_trecv(endpoint_.get(), data, size, descriptor_, FI_ADDR_UNSPEC, tag, 0, &op), "fi_trecv");
}

void endpoint::finish(operation const& op) {
  while (op.pending) wait();
}

bool endpoint::reap() {
  std::array<fi_cq_tagged_entry, batch> entries;
  return take(entries.data(), fi_cq_read(queue_.get(), entries.data(), entries.size()));
}

void endpoint::wait() {
  if (wait_ == wait_mode::poll) {
    while (!reap()) {}
    return;
  }
  if (wait_ == wait_mode::adaptive) {
    spin pause;
    do {
      if (reap()) return;
    } while (pause.again());
  }
  block();
}

void endpoint::block() {
  while (!can_block_) {
    if (reap()) return;
    std::this_thread::yield();
  }
  constexpr int bound = 100;  // milliseconds: a provider may sleep through an event, but not for long
  std::array<fi_cq_tagged_entry, batch> entries;
  while (!take(entries.data(), fi_cq_sread(queue_.get(), entries.data(), entries.size(), nullptr, bound))) {}
}

bool endpoint::take(fi_cq_tagged_entry const* entries, ssize_t got) {
  if (got == -FI_EAGAIN || got == -FI_EINTR) return false;
  if (got == -FI_EAVAIL) fail();
  check(got, "completion queue");
  for (ssize_t i = 0; i < got; ++i) static_cast<operation*>(entries[i].op_context)->pending = false;
  return got > 0;
}

void endpoint::fail() const {
  fi_cq_err_entry error{};
  check(fi_cq_readerr(queue_.get(), &error, 0), "fi_cq_readerr");
  throw std::runtime_error{std::string{"an operation failed: "} + fi_strerror(error.err)};
}

}  // namespace raw
