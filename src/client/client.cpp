// SPDX-License-Identifier: MIT
// How a client comes to be, and its calls.
#include <weft/fabric/client.hpp>

#include <weft/error.hpp>

#include "client/choice.hpp"
#include "client/core.hpp"

namespace weft::fabric {

namespace {

failure with_place(std::error_code why, client_options const& o, std::string const& passed_over) {
  return {why, "cannot reach " + o.node + (o.service.empty() ? "" : ":" + o.service) + ": " + why.message() +
                   (passed_over.empty() ? "" : "; " + passed_over)};
}

/// Keeps itself until it has completed.
struct promised_send final : pending_send {
  std::promise<void> promise;
  void complete() noexcept override {
    std::unique_ptr<promised_send> const self(this);
    why ? promise.set_exception(std::make_exception_ptr(std::system_error(why))) : promise.set_value();
  }
};

struct promised_receive final : pending_receive {
  std::promise<incoming> promise;
  void complete() noexcept override {
    std::unique_ptr<promised_receive> const self(this);
    if (why)
      promise.set_exception(std::make_exception_ptr(std::system_error(why)));
    else
      promise.set_value(std::move(message));
  }
};

}  // namespace

incoming& incoming::operator=(incoming&& other) noexcept {
  give_back();
  buffer_ = std::move(other.buffer_);
  size_ = other.size_;
  from_ = other.from_;
  home_ = std::move(other.home_);
  return *this;
}

incoming::~incoming() { give_back(); }

void incoming::give_back() noexcept {
  if (!buffer_) return;
  buffer_ = {};
  if (auto const core = home_.lock()) core->refill();
}

bool pending_send::cancel() noexcept {
  auto const core = home_.lock();
  return core && core->cancel(*this);
}

bool pending_receive::cancel() noexcept {
  auto const core = home_.lock();
  return core && core->cancel(*this);
}

client::client(std::shared_ptr<client_core> c) noexcept : core_(std::move(c)) {}
client::client(client&&) noexcept = default;

client& client::operator=(client&& other) noexcept {
  if (core_) core_->close();
  core_ = std::move(other.core_);
  return *this;
}

client::~client() {
  if (core_) core_->close();
}

void client::close() noexcept { core_->close(); }

setup<client> client::run(client_options o, std::unique_ptr<fabric::endpoint> e, std::string passed_over) {
  auto core = client_core::make(std::move(o), std::move(e));
  if (!core) return core.error();
  auto& at = (*core)->endpoint();
  if (passed_over.empty() && at.peers() && !at.receives()->sources())
    passed_over = "provider " + std::string(at.info().provider()) + " does not name senders";
  (*core)->passed_over = std::move(passed_over);
  return client(*std::move(core));
}

setup<client> client::open(client_options o) {
  auto found = choose(o, end::local);
  if (!found) return found.error();
  if (o.type == endpoint_type::msg) {
    auto const& why = found->passed_over;
    return failure{make_error_code(errc::unsupported),
                   why + (why.empty() ? "" : "; ") + "endpoints of type MSG are dialed, or listened for"};
  }
  endpoint_bindings bindings;
  if (o.provider == "shm") bindings.name = o.node;
  auto e = endpoint::open(found->what, std::move(bindings));
  if (!e) return e.error();
  return run(std::move(o), *std::move(e), std::move(found->passed_over));
}

setup<client> client::dial(client_options o, op_options const& options) {
  auto found = choose(o, end::remote);
  if (!found) return found.error();
  auto& [what, passed_over] = *found;
  auto made = endpoint::open(what);
  if (!made) return made.error();
  auto e = *std::move(made);
  if (e->type() == endpoint_type::msg) {
    if (auto answer = e->connect(what.destination(), {}, options); !answer)
      return with_place(answer.error(), o, passed_over);
    return run(std::move(o), std::move(e), std::move(passed_over));
  }
  auto to = e->peers()->insert_service(o.node, o.service);
  if (!to) return with_place(to.error(), o, passed_over);
  auto c = run(std::move(o), std::move(e), std::move(passed_over));
  if (c) c->set_default_peer(*to);
  return c;
}

raw_address client::address() const { return core_->endpoint().address(); }
offer client::describe() const { return core_->endpoint().info().describe(); }
std::string const& client::passed_over() const noexcept { return core_->passed_over; }
client_stats client::stats() const { return core_->stats(); }
endpoint& client::endpoint() noexcept { return core_->endpoint(); }

result<peer> client::register_peer(std::span<std::byte const> address, bool as_default) {
  if (!endpoint().peers()) return errc::unsupported;
  auto p = endpoint().peers()->insert(address);
  if (p && as_default) set_default_peer(*p);
  return p;
}

result<peer> client::register_peer(std::string const& node, std::string const& service, bool as_default) {
  if (!endpoint().peers()) return errc::unsupported;
  auto p = endpoint().peers()->insert_service(node, service);
  if (p && as_default) set_default_peer(*p);
  return p;
}

void client::set_default_peer(peer p) noexcept { core_->default_peer = p; }
peer client::default_peer() const noexcept { return core_->default_peer; }

std::error_code client::forget_peer(peer p) noexcept {
  if (!endpoint().peers()) return errc::unsupported;
  auto was_default = p;
  core_->default_peer.compare_exchange_strong(was_default, peer::any);
  core_->cancel_all_to(p);
  return endpoint().peers()->remove(p);
}

std::error_code client::send(std::span<std::byte const> bytes, op_options const& options) {
  return core_->send(core_->default_peer, bytes, options);
}
std::error_code client::send_to(peer to, std::span<std::byte const> bytes, op_options const& options) {
  return core_->send(to, bytes, options);
}
std::future<void> client::send_async(std::span<std::byte const> bytes) {
  return send_to_async(core_->default_peer, bytes);
}
std::future<void> client::send_to_async(peer to, std::span<std::byte const> bytes) {
  auto* const p = new promised_send;
  auto future = p->promise.get_future();
  core_->start(*p, to, bytes);
  return future;
}
void client::start_send(pending_send& w, peer to, std::span<std::byte const> bytes) { core_->start(w, to, bytes); }

result<incoming> client::receive(op_options const& options) { return core_->receive({}, options); }
result<incoming> client::receive_from(peer p, op_options const& options) { return core_->receive(p, options); }
std::future<incoming> client::receive_async() {
  auto* const p = new promised_receive;
  auto future = p->promise.get_future();
  core_->start(*p);
  return future;
}
void client::start_receive(pending_receive& w) { core_->start(w); }

client::registration& client::registration::operator=(registration&& other) noexcept {
  stop();
  undo_ = std::exchange(other.undo_, nullptr);
  return *this;
}

void client::registration::stop() noexcept {
  if (auto const undo = std::exchange(undo_, nullptr)) undo();
}

client::registration client::on_send(std::function<void(sent const&)> f) { return placed(core_->add(std::move(f))); }
client::registration client::on_receive(std::function<void(incoming const&)> f) {
  return placed(core_->add(std::move(f)));
}

client::registration client::placed(std::size_t number) {
  registration r;
  r.undo_ = [number, core = std::weak_ptr(core_)] {
    if (auto const c = core.lock()) c->remove_handler(number);
  };
  return r;
}

void client::dispatch(clock::time_point until) { core_->dispatch(until); }

}  // namespace weft::fabric
