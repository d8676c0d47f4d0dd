// SPDX-License-Identifier: MIT
#include "support/demanding_provider.hpp"

#include <rdma/fabric.h>
#include <rdma/fi_domain.h>
#include <rdma/fi_endpoint.h>
#include <rdma/fi_eq.h>
#include <rdma/fi_errno.h>
#include <rdma/fi_rma.h>
#include <rdma/fi_tagged.h>

#include <dlfcn.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>

namespace weft::fabric {

namespace {

constexpr std::size_t context_bytes = 64;  // of fi_context2

struct piece {
  std::byte const* data;
  std::size_t bytes;
};
struct posted {
  fid_ep* at;
  std::vector<void*> descriptors;
};

// All there is, for one at a time.
struct {
  std::mutex mutex;
  std::optional<demands> now;
  std::vector<std::string> violations;
  std::size_t posts = 0, reads = 0, injects = 0, registered = 0, calls = 0;
  std::map<void*, piece> memory;   // by descriptor
  std::map<void*, posted> in_use;  // by context
  std::map<fid_domain*, fi_ep_type> domains;
} state;

void violated(std::string what) {
  if (state.violations.size() < 20) state.violations.push_back(std::move(what));
}

// Tables of functions, ours in front of libfabric's. They stay for ever, as what is opened may be closed late.
template <class Ops>
struct wrapped {
  Ops mine;
  Ops* real;
};
template <class Ops>
wrapped<Ops>* wrap(Ops*& ops) {
  static std::deque<wrapped<Ops>> all;
  auto& w = all.emplace_back(*ops, ops);
  ops = &w.mine;
  return &w;
}
template <class Ops>
Ops& real(Ops* mine) {
  return *reinterpret_cast<wrapped<Ops>*>(mine)->real;
}

bool covers(void* descriptor, void const* data, std::size_t bytes) {
  auto const it = state.memory.find(descriptor);
  if (it == state.memory.end()) return false;
  auto const* first = static_cast<std::byte const*>(data);
  return first >= it->second.data && first + bytes <= it->second.data + it->second.bytes;
}

bool is_full() {
  std::lock_guard lock(state.mutex);
  return state.now && state.now->full_every && ++state.calls % state.now->full_every == 0;
}

void note(fid_ep* ep, std::span<iovec const> pieces, void** descriptors, void* context) {
  std::lock_guard lock(state.mutex);
  if (!state.now) return;
  posted p{ep, {}};
  for (std::size_t i = 0; i != pieces.size(); ++i) {
    auto* const d = descriptors ? descriptors[i] : nullptr;
    if (state.now->local && pieces[i].iov_len != 0 && !covers(d, pieces[i].iov_base, pieces[i].iov_len))
      violated("a buffer of " + std::to_string(pieces[i].iov_len) + " bytes is not registered");
    p.descriptors.push_back(d);
  }
  if (state.now->contexts) std::memset(context, 0xee, context_bytes);
  if (!state.in_use.emplace(context, std::move(p)).second) violated("a context is in use twice");
  ++state.posts;
}

void done(void* context) {
  std::lock_guard lock(state.mutex);
  if (state.in_use.erase(context) != 0 && state.now && state.now->contexts) std::memset(context, 0xdd, context_bytes);
}

template <class Call>
ssize_t post(fid_ep* ep, std::span<iovec const> pieces, void** descriptors, void* context, Call const& call) {
  note(ep, pieces, descriptors, context);
  auto const rc = call();
  if (rc != 0) done(context);
  return rc;
}

template <class Call>
ssize_t post_send(fid_ep* ep, std::span<iovec const> pieces, void** descriptors, void* context, Call const& call) {
  return is_full() ? -FI_EAGAIN : post(ep, pieces, descriptors, context, call);
}

template <class Call>
ssize_t inject(std::size_t bytes, Call const& call) {
  if (is_full()) return -FI_EAGAIN;
  {
    std::lock_guard lock(state.mutex);
    if (state.now && bytes > state.now->inject) violated("injected " + std::to_string(bytes) + " bytes");
    ++state.injects;
  }
  return call();
}

iovec as_piece(void const* data, std::size_t bytes) { return {const_cast<void*>(data), bytes}; }

void wrap_tagged(fid_ep* ep) {
  auto& o = wrap(ep->tagged)->mine;
  o.recv = [](fid_ep* e, void* b, size_t n, void* d, fi_addr_t from, uint64_t tag, uint64_t ignore, void* c) {
    auto const all = as_piece(b, n);
    return post(e, {&all, 1}, &d, c, [&] { return real(e->tagged).recv(e, b, n, nullptr, from, tag, ignore, c); });
  };
  o.send = [](fid_ep* e, void const* b, size_t n, void* d, fi_addr_t to, uint64_t tag, void* c) {
    auto const all = as_piece(b, n);
    return post_send(e, {&all, 1}, &d, c, [&] { return real(e->tagged).send(e, b, n, nullptr, to, tag, c); });
  };
  o.sendv = [](fid_ep* e, iovec const* v, void** d, size_t n, fi_addr_t to, uint64_t tag, void* c) {
    return post_send(e, {v, n}, d, c, [&] { return real(e->tagged).sendv(e, v, nullptr, n, to, tag, c); });
  };
  o.inject = [](fid_ep* e, void const* b, size_t n, fi_addr_t to, uint64_t tag) {
    return inject(n, [&] { return real(e->tagged).inject(e, b, n, to, tag); });
  };
}

void wrap_plain(fid_ep* ep) {
  auto& o = wrap(ep->msg)->mine;
  o.recv = [](fid_ep* e, void* b, size_t n, void* d, fi_addr_t from, void* c) {
    auto const all = as_piece(b, n);
    return post(e, {&all, 1}, &d, c, [&] { return real(e->msg).recv(e, b, n, nullptr, from, c); });
  };
  o.send = [](fid_ep* e, void const* b, size_t n, void* d, fi_addr_t to, void* c) {
    auto const all = as_piece(b, n);
    return post_send(e, {&all, 1}, &d, c, [&] { return real(e->msg).send(e, b, n, nullptr, to, c); });
  };
  o.sendv = [](fid_ep* e, iovec const* v, void** d, size_t n, fi_addr_t to, void* c) {
    return post_send(e, {v, n}, d, c, [&] { return real(e->msg).sendv(e, v, nullptr, n, to, c); });
  };
  o.inject = [](fid_ep* e, void const* b, size_t n, fi_addr_t to) {
    return inject(n, [&] { return real(e->msg).inject(e, b, n, to); });
  };
}

void wrap_rma(fid_ep* ep) {
  auto& o = wrap(ep->rma)->mine;
  o.read = [](fid_ep* e, void* b, size_t n, void* d, fi_addr_t from, uint64_t address, uint64_t key, void* c) {
    auto const all = as_piece(b, n);
    auto const rc =
        post_send(e, {&all, 1}, &d, c, [&] { return real(e->rma).read(e, b, n, nullptr, from, address, key, c); });
    std::lock_guard lock(state.mutex);
    state.reads += rc == 0;
    return rc;
  };
}

int close_endpoint(fid* f) {
  auto& ops = real(f->ops);
  auto const rc = ops.close(f);
  std::lock_guard lock(state.mutex);
  std::erase_if(state.in_use, [f](auto const& item) { return &item.second.at->fid == f; });
  return rc;
}

int open_endpoint(fid_domain* d, fi_info* like, fid_ep** out, void* context) {
  int const rc = real(d->ops).endpoint(d, like, out, context);
  if (rc != 0) return rc;
  {
    // net makes its RDM endpoints of MSG ones, in the same domain.
    std::lock_guard lock(state.mutex);
    if (auto const it = state.domains.find(d); it == state.domains.end() || it->second != like->ep_attr->type) return 0;
  }
  if ((*out)->tagged) wrap_tagged(*out);
  if ((*out)->msg) wrap_plain(*out);
  if ((*out)->rma) wrap_rma(*out);
  wrap((*out)->fid.ops)->mine.close = close_endpoint;
  return 0;
}

// Of any format the context is the first field.
template <std::size_t Size>
ssize_t note_ends(ssize_t got, void const* out) {
  for (ssize_t i = 0; i < got; ++i) {
    void* context = nullptr;
    std::memcpy(&context, static_cast<std::byte const*>(out) + static_cast<std::size_t>(i) * Size, sizeof context);
    done(context);
  }
  return got;
}
template <std::size_t Size>
ssize_t read_queue(fid_cq* q, void* out, size_t n) {
  return note_ends<Size>(real(q->ops).read(q, out, n), out);
}
template <std::size_t Size>
ssize_t read_queue_with_sources(fid_cq* q, void* out, size_t n, fi_addr_t* from) {
  return note_ends<Size>(real(q->ops).readfrom(q, out, n, from), out);
}

ssize_t read_error(fid_cq* q, fi_cq_err_entry* e, uint64_t flags) {
  auto const got = real(q->ops).readerr(q, e, flags);
  if (got > 0) done(e->op_context);
  return got;
}

int open_queue(fid_domain* d, fi_cq_attr* attr, fid_cq** out, void* context) {
  if (attr->wait_obj != FI_WAIT_NONE) {
    std::lock_guard lock(state.mutex);
    if (state.now && state.now->no_wait) return -FI_ENOSYS;
  }
  int const rc = real(d->ops).cq_open(d, attr, out, context);
  if (rc != 0) return rc;
  auto& o = wrap((*out)->ops)->mine;
  o.read = attr->format == FI_CQ_FORMAT_TAGGED ? read_queue<sizeof(fi_cq_tagged_entry)>
                                               : read_queue<sizeof(fi_cq_data_entry)>;
  o.readfrom = read_queue_with_sources<sizeof(fi_cq_tagged_entry)>;
  o.readerr = read_error;
  return 0;
}

int close_memory(fid* f) {
  auto* const descriptor = reinterpret_cast<fid_mr*>(f)->mem_desc;
  {
    std::lock_guard lock(state.mutex);
    for (auto const& [context, p] : state.in_use)
      if (std::ranges::find(p.descriptors, descriptor) != p.descriptors.end())
        violated("memory is given up before its operation has ended");
    state.memory.erase(descriptor);
  }
  return real(f->ops).close(f);
}

int register_memory(fid* f, iovec const* v, size_t n, uint64_t access, uint64_t offset, uint64_t key, uint64_t flags,
                    fid_mr** out, void* context) {
  auto* const d = reinterpret_cast<fid_domain*>(f);
  int const rc = real(d->mr).regv(f, v, n, access, offset, key, flags, out, context);
  if (rc != 0) return rc;
  wrap((*out)->fid.ops)->mine.close = close_memory;
  std::lock_guard lock(state.mutex);
  (*out)->mem_desc = *out;  // none of these providers looks at it
  state.memory[*out] = {static_cast<std::byte const*>(v->iov_base), v->iov_len};
  ++state.registered;
  return 0;
}

int open_domain(fid_fabric* f, fi_info* like, fid_domain** out, void* context) {
  int const rc = real(f->ops).domain(f, like, out, context);
  if (rc != 0) return rc;
  {
    std::lock_guard lock(state.mutex);
    state.domains[*out] = like->ep_attr->type;
  }
  auto& o = wrap((*out)->ops)->mine;
  o.endpoint = open_endpoint;
  o.cq_open = open_queue;
  wrap((*out)->mr)->mine.regv = register_memory;
  return 0;
}

template <class Function>
Function* next(char const* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::optional<demands> demanded() {
  std::lock_guard lock(state.mutex);
  return state.now;
}

void demand(fi_info& i, demands const& d) {
  if (d.local) i.domain_attr->mr_mode |= FI_MR_LOCAL;
  if (d.virt_addr) i.domain_attr->mr_mode |= FI_MR_VIRT_ADDR;
  if (d.prov_key) i.domain_attr->mr_mode |= FI_MR_PROV_KEY;
  if (d.contexts) i.mode |= FI_CONTEXT | FI_CONTEXT2;
  i.tx_attr->inject_size = std::min(i.tx_attr->inject_size, d.inject);
}

}  // namespace

demanding_provider::demanding_provider(demands const& d) {
  std::lock_guard lock(state.mutex);
  state.now = d;
  state.violations.clear();
  state.in_use.clear();
  state.posts = state.reads = state.injects = state.registered = state.calls = 0;
}

demanding_provider::~demanding_provider() {
  std::lock_guard lock(state.mutex);
  state.now.reset();
}

std::vector<std::string> demanding_provider::violations() const {
  std::lock_guard lock(state.mutex);
  return state.violations;
}
std::size_t demanding_provider::posts() const {
  std::lock_guard lock(state.mutex);
  return state.posts;
}
std::size_t demanding_provider::reads() const {
  std::lock_guard lock(state.mutex);
  return state.reads;
}
std::size_t demanding_provider::injects() const {
  std::lock_guard lock(state.mutex);
  return state.injects;
}
std::size_t demanding_provider::registered() const {
  std::lock_guard lock(state.mutex);
  return state.registered;
}
std::size_t demanding_provider::outstanding() const {
  std::lock_guard lock(state.mutex);
  return state.in_use.size();
}

}  // namespace weft::fabric

extern "C" {

int fi_getinfo(uint32_t version, char const* node, char const* service, uint64_t flags, fi_info const* hints,
               fi_info** out) {
  int const rc = weft::fabric::next<decltype(fi_getinfo)>("fi_getinfo")(version, node, service, flags, hints, out);
  if (auto const d = weft::fabric::demanded(); d && rc == 0 && !(flags & FI_PROV_ATTR_ONLY))
    for (auto* i = *out; i; i = i->next) weft::fabric::demand(*i, *d);
  return rc;
}

int fi_fabric(fi_fabric_attr* attr, fid_fabric** out, void* context) {
  int const rc = weft::fabric::next<decltype(fi_fabric)>("fi_fabric")(attr, out, context);
  if (rc == 0 && weft::fabric::demanded()) weft::fabric::wrap((*out)->ops)->mine.domain = weft::fabric::open_domain;
  return rc;
}
}
