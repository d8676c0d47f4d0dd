// SPDX-License-Identifier: MIT
#include <weft/bus.hpp>

#include "policy/distributor.hpp"
#include "policy/fair_queue.hpp"
#include "policy/limits.hpp"

#include <optional>
#include <random>

namespace weft {

namespace {

/// `name`: stands for this socket in the headers it gives out; none when it gives out none.
class bus_protocol final : public ext::protocol {
 public:
  bus_protocol(ext::protocol_host& host, bus::options const& o, std::optional<std::uint32_t> name) noexcept
      : host_(host), most_received_(o.receive_queue), name_(name), peers_(host, o.send_queue) {}

  std::error_code attach(ext::pipe& p) override {
    if (inbox_.full()) return errc::busy;
    peers_.add(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    inbox_.keep(p);
    peers_.remove(p);
  }
  void readable(ext::pipe& p) override {
    while (p.held() > most_received_) host_.drop(drop_reason::full, direction::incoming, &p, p.receive_newest());
    inbox_.add(p);
    if (open_) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { peers_.writable(p); }
  std::size_t queued() const noexcept override { return peers_.queued(); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  pipe_id not_to(header const&) const noexcept;

  ext::protocol_host& host_;
  std::size_t const most_received_;
  std::optional<std::uint32_t> const name_;
  policy::distributor peers_;
  policy::fair_queue inbox_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class bus_protocol::conversation final : public ext::context {
 public:
  explicit conversation(bus_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return true; }
  std::error_code send(message& m) override {
    if (owner_.peers_.refuses(m.size())) return errc::message_too_large;
    auto const except = owner_.not_to(m.header());
    m.header().clear();
    owner_.peers_.send(std::move(m), except);
    return {};
  }

  bool can_receive() const noexcept override { return !owner_.inbox_.empty(); }
  std::error_code receive(message& m) override {
    owner_.inbox_.receive(m);
    m.header().clear();
    if (owner_.name_) {
      m.header().push(*owner_.name_);
      m.header().push(static_cast<std::uint32_t>(m.source()));
    }
    return {};
  }

 private:
  bus_protocol& owner_;
};

std::unique_ptr<ext::context> bus_protocol::open_context() { return std::make_unique<conversation>(*this); }

/// A pipe's id is of one socket only, and a header that another socket gave out may come with a device.
pipe_id bus_protocol::not_to(header const& h) const noexcept {
  bool const ours = name_ && (h.size() == 1 || (h.size() == 2 && h.words().front() == *name_));
  return ours ? pipe_id{h.top()} : pipe_id{};
}

void check(bus::options const& o) {
  policy::check_queue("send_queue", o.send_queue);
  policy::check_queue("receive_queue", o.receive_queue, 1);
}

}  // namespace

std::unique_ptr<ext::protocol> bus::make(ext::protocol_host& host, options const& o) {
  check(o);
  return std::make_unique<bus_protocol>(host, o, std::nullopt);
}

std::unique_ptr<ext::protocol> raw_bus::make(ext::protocol_host& host, options const& o) {
  check(o);
  return std::make_unique<bus_protocol>(host, o, std::random_device{}());
}

}  // namespace weft
