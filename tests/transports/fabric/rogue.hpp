// SPDX-License-Identifier: MIT
#pragma once

#include "fabric/bootstrap.hpp"
#include "fabric/frame.hpp"
#include "fabric/hello.hpp"
#include "fabric/info.hpp"
#include "fabric/rdm_endpoint.hpp"
#include "fabric/tag.hpp"
#include "small_network.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft::ofi {

/// A peer made by hand, that says on the wire whatever a test wants. It dials what `net.right` listens at.
class rogue {
 public:
  explicit rogue(small_network& network, std::string scheme = "ofi+tcp") : net(network), scheme_(std::move(scheme)) {
    acceptor_ = net.right->listen(url::parse(free_place(scheme_)).value(), net.terms, {}).value();
    acceptor_->start([this](ext::connection_result r) {
      if (r)
        victim = std::make_unique<small_socket>(*std::move(r));
      else
        refused = r.error();
    });
    connect_lifeline();
    open_endpoint();
    mine.self = mine.peer = 0x10;
    mine.slot = 5;
    mine.generation = 6;
    mine.max_message = 1 << 30;
    mine.frame_size = frame_size;
    mine.protocol = endpoint->info()->ep_attr->protocol;
    mine.protocol_version = endpoint->info()->ep_attr->protocol_version;
    mine.provider = endpoint->info().provider();
    mine.address = endpoint->address();
  }
  ~rogue() { victim.reset(); }

  /// Introduces itself as `mine` says; the victim is there then, and may speak.
  void shake_hands() {
    say(mine.encode());
    auto const answer = hear_until(lifeline_kind::hello);
    theirs = hello::decode(answer).value();
    to_ = endpoint->insert(theirs.address).value();
    if (!until([this] { return victim != nullptr; })) raise(make_error_code(errc::timed_out));
    send_frame(frame_kind::control, 0);
    victim->grant(128);
  }

  void say(std::span<std::byte const> bytes) const { (void)::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

  /// The content of the next lifeline message of that kind; empty when the lifeline ends first.
  byte_string hear_until(lifeline_kind kind) {
    byte_string content;
    bool found = false;
    (void)until([&] {
      for (lifeline_reader::item item; reader_.next(item) == lifeline_reader::outcome::item;)
        if (item.kind == kind) {
          content.assign(item.content.begin(), item.content.end());
          return found = true;
        }
      return is_hung_up();
    });
    return content;
  }
  std::optional<goodbye> hear_goodbye() { return goodbye::decode(hear_until(lifeline_kind::goodbye)); }
  bool is_hung_up() {
    std::array<std::byte, 512> some;
    auto const n = ::recv(fd.get(), some.data(), some.size(), MSG_DONTWAIT);
    if (n > 0) reader_.feed(std::span(some).first(static_cast<std::size_t>(n)));
    return n == 0 || (n < 0 && errno != EAGAIN);
  }

  using records = std::function<void(record_writer&)>;

  /// A frame to the victim, with a header as one wants it.
  void send_frame(frame_header const& h, records const& write = {}) {
    byte_string frame(frame_size);
    h.write(frame.data());
    record_writer out(frame.data() + frame_header_size);
    if (write) write(out);
    frame.resize(static_cast<std::size_t>(out.end() - frame.data()));
    send_raw(frame, tag::frame(theirs.slot, theirs.generation));
  }
  void send_frame(frame_kind kind, std::uint32_t sequence, records const& write = {}) {
    send_frame({kind, 0, sequence, 0}, write);
  }
  void send_text(std::uint32_t sequence, std::string_view text) {
    send_frame(frame_kind::data, sequence, [&](record_writer& out) { out.add_message(message(text)); });
  }
  void send_raw(byte_string const& bytes, std::uint64_t to_tag) {
    auto& op = sends_.emplace_back(bytes);
    (void)until([&] { return endpoint->tsend(op, op.memory.data(), op.memory.size(), nullptr, to_, to_tag) == 0; });
  }

  /// The next frame from the victim of that kind; empty when none comes.
  byte_string next_frame(frame_kind kind) {
    byte_string found;
    (void)until([&] {
      while (!come_.empty() && found.empty()) {
        auto const h = frame_header::read(come_.front());
        if (h && h->kind == kind) found = come_.front();
        come_.pop_front();
      }
      return !found.empty();
    });
    return found;
  }

  /// Moves everything until it holds. \return whether it does
  bool until(std::function<bool()> const& holds) {
    return net.reactor.until([&] {
      drive();
      if (victim) victim->answer();
      return holds();
    });
  }
  void turn_for(clock::duration d) {
    for (auto const end = clock::now() + d; clock::now() < end;) {
      net.reactor.turn();
      drive();
      if (victim) victim->answer();
    }
  }
  bool victim_ends_in(std::error_code why) {
    return until([&] { return victim->is_over(); }) && *victim->closed == why;
  }

  small_network& net;
  hello mine;
  hello theirs;
  base::unique_fd fd;
  std::unique_ptr<fabric::rdm_endpoint> endpoint;
  std::unique_ptr<small_socket> victim;
  failure refused;

 private:
  struct sending final : fabric::operation {
    explicit sending(byte_string m)
        : operation([](operation&, fabric::completion const&) noexcept {}), memory(std::move(m)) {}
    byte_string memory;
  };
  struct receiving final : fabric::operation {
    receiving() : operation(on_complete) {}
    static void on_complete(operation& self, fabric::completion const& c) noexcept {
      auto& it = static_cast<receiving&>(self);
      if (!c.error)
        it.home->come_.emplace_back(it.memory.begin(), it.memory.begin() + static_cast<std::ptrdiff_t>(c.bytes));
      it.home->post(it);
    }
    rogue* home = nullptr;
    byte_string memory = byte_string(frame_size);
  };

  void connect_lifeline() {
    auto const kind = scheme_ == "ofi+shm" ? fabric::bootstrap_kind::unix_domain : fabric::bootstrap_kind::tcp;
    auto const places = resolve(acceptor_->local(), kind, false).value();
    int error = 0;
    fd = begin_connect(places.at(0), std::nullopt, error);
  }
  void open_endpoint() {
    fabric::request wanted;
    wanted.scheme = scheme_;
    wanted.node = scheme_ == "ofi+shm" ? "" : "127.0.0.1";
    static int names = 0;
    auto const in = fabric::domain::open(fabric::select(wanted).value().chosen).value();
    endpoint = fabric::rdm_endpoint::open(
                   in, {.name = "weft-rogue-" + std::to_string(::getpid()) + "-" + std::to_string(++names)})
                   .value();
    for (auto& r : receives_) {
      r.home = this;
      post(r);
    }
  }
  void post(receiving& r) noexcept {
    (void)endpoint->trecv(r, r.memory.data(), r.memory.size(), nullptr, tag::frame(0, 0), tag::any);
  }
  void drive() {
    std::array<fabric::entry, 8> some;
    for (auto n = endpoint->completions().read(some); n > 0;) some[--n].complete();
  }

  std::string scheme_;
  std::unique_ptr<ext::acceptor> acceptor_;
  lifeline_reader reader_;
  fi_addr_t to_ = FI_ADDR_UNSPEC;
  std::deque<sending> sends_;
  std::array<receiving, 64> receives_;
  std::deque<byte_string> come_;
};

}  // namespace weft::ofi
