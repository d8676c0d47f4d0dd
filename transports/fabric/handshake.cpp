// SPDX-License-Identifier: MIT
#include "fabric/handshake.hpp"

#include <weft/error.hpp>

#include "base/process.hpp"
#include "fabric/bootstrap.hpp"
#include "fabric/connection.hpp"
#include "fabric/datagram_connection.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace weft::ofi {

handshake::handshake(directory& d, choice const& c, ext::handshake const& terms, std::uint64_t incarnation,
                     flow::side which, base::unique_fd fd, std::string name)
    : directory_(d),
      choice_(c),
      terms_(terms),
      incarnation_(incarnation),
      side_(which),
      name_(std::move(name)),
      peer_(peer_text(fd.get()) + " via " + c.provider) {
  keep_watch(fd.get());
  lifeline_ = std::make_shared<lifeline>(d.reactor(), std::move(fd));
}

void handshake::start(handler done) {
  handler_ = std::move(done);
  lifeline_->listen(
      [weak = weak_from_this()](lifeline_kind kind, std::span<std::byte const> content) {
        if (auto const self = weak.lock()) self->heard(kind, content);
      },
      [weak = weak_from_this()](std::error_code why) {
        if (auto const self = weak.lock()) self->lost(why);
      });
  if (side_ == flow::side::listener) return;
  if (auto why = introduce({})) fail(*std::move(why));
}

void handshake::cancel() noexcept {
  handler_ = nullptr;
  linking_.reset();
  if (auto const l = std::exchange(lifeline_, nullptr)) l->close();
  if (auto* const f = std::exchange(flow_, nullptr)) {
    f->lose(errc::closed);  // nobody else will tell it
    f->abandon();
  }
  if (auto const f = std::exchange(datagrams_, nullptr)) {
    f->lose(errc::closed);
    f->abandon();
  }
}

/// Takes a slot, with its buffers posted, and tells the peer.
std::optional<failure> handshake::introduce(byte_string const& to) {
  // The way by which the peer was reached decides by which address it reaches us.
  auto const host = local_address(lifeline_->fd()).host();
  if (choice_.by == path::dgram) {
    auto admitted = directory_.admit_datagrams(choice_, host, terms_.max_message, to);
    if (!admitted) return admitted.error();
    datagrams_ = *std::move(admitted);
  } else {
    auto admitted = directory_.admit(choice_, host, terms_.max_message, to);
    if (!admitted) return admitted.error();
    flow_ = *admitted;
  }
  if (side_ == flow::side::listener) return {};
  auto mine = describe();
  if (!mine) return mine.error();
  if (!lifeline_->send(mine->encode())) return failure{errc::connection_reset, "the peer is gone"};
  return {};
}

setup<hello> handshake::describe() const {
  if (datagrams_) return directory_.introduce(*datagrams_, terms_, incarnation_);
  return directory_.introduce(*flow_, terms_, incarnation_, side_);
}

void handshake::heard(lifeline_kind kind, std::span<std::byte const> content) {
  if (kind == lifeline_kind::hello) return heard_hello(content);
  if (kind == lifeline_kind::refusal && side_ == flow::side::dialer)
    if (auto const why = refusal::decode(content)) return fail(why->as_failure());
  refuse({refusal_reason::malformed, "a hello was expected"});
  lost(errc::malformed);
}

void handshake::heard_hello(std::span<std::byte const> content) {
  auto const theirs = hello::decode(content);
  if (!theirs) {
    refuse({refusal_reason::malformed, "the hello is malformed"});
    return fail({errc::malformed, peer_ + " sent a malformed hello"});
  }
  if (side_ == flow::side::listener)
    if (auto why = introduce(theirs->address)) {
      refuse({why->code == errc::busy ? refusal_reason::room : refusal_reason::other, why->detail});
      return fail(*std::move(why));
    }
  if (auto why = accept(*theirs)) return fail(*std::move(why));
  if (!linking_) succeed();
}

std::optional<failure> handshake::accept(hello const& theirs) {
  auto mine = describe();
  if (!mine) {
    refuse({refusal_reason::other, mine.error().detail});
    return mine.error();
  }
  if (auto const why = objection(*mine, theirs)) {
    refuse(*why);
    return failure{why->reason == refusal_reason::protocols ? errc::protocol_mismatch : errc::unsupported,
                   peer_ + " refused: " + why->text};
  }
  if (mine->by == path::dgram) return accept_dgram(*mine, theirs);
  return mine->by == path::msg ? accept_msg(*mine, theirs) : accept_rdm(*mine, theirs);
}

failure handshake::bad_address(std::error_code why) {
  refuse({refusal_reason::address, "the fabric address cannot be used: " + why.message()});
  return {errc::malformed, peer_ + " gave a fabric address that cannot be used: " + why.message()};
}

std::optional<failure> handshake::accept_rdm(hello const& mine, hello const& theirs) {
  auto address = flow_->home().meet(theirs.address);
  if (!address) return bad_address(address.error());
  flow_->connect(theirs, *address, side_, lifeline_);
  lifeline_->serve(*flow_);
  // Not before: the answer to it may be in the completion queue at once. If the peer is gone, the lifeline will tell.
  if (side_ == flow::side::listener) (void)lifeline_->send(mine.encode());
  return {};
}

/// Its datagrams go to who is at the other end of the lifeline, and to no third party, whatever address it gives.
std::optional<failure> handshake::accept_dgram(hello const& mine, hello theirs) {
  if (choice_.ip_address) {
    auto there = fabric::at_host(theirs.address, peer_address(lifeline_->fd()).host());
    if (!there) return bad_address(make_error_code(std::errc::invalid_argument));
    theirs.address = *std::move(there);
  }
  if (auto const why = datagrams_->connect(mine, theirs, lifeline_)) return bad_address(why);
  lifeline_->serve(*datagrams_);
  if (side_ == flow::side::listener) (void)lifeline_->send(mine.encode());
  return {};
}

/// The lifeline is not read before the links are connected: what the peer says there is for the connection.
std::optional<failure> handshake::accept_msg(hello const& mine, hello const& theirs) {
  linking_ = std::make_unique<linking>(*flow_, theirs, lifeline_, [this](std::optional<failure> why) {
    if (why) return fail({why->code, peer_ + ": " + why->detail});
    lifeline_->serve(*flow_);
    succeed();
  });
  lifeline_->pause();
  if (side_ == flow::side::dialer) return linking_->dial();
  linking_->expect(mine.key);
  (void)lifeline_->send(mine.encode());
  return {};
}

/// A dialer that does not like the answer says goodbye, for the listener has a connection by now.
void handshake::refuse(refusal const& why) {
  if (side_ == flow::side::listener)
    (void)lifeline_->send(why.encode());
  else
    (void)lifeline_->send(goodbye{errc::rejected, 0, 0, why.text}.encode());
}

void handshake::lost(std::error_code why) {
  if (why == errc::unsupported) {
    refuse({refusal_reason::version, "this end speaks version 1"});
    return fail({why, peer_ + " speaks another version of the wire"});
  }
  if (why == errc::malformed) return fail({why, peer_ + " sent bytes that are no handshake"});
  fail({errc::connection_reset, peer_ + " left during the handshake"});
}

void handshake::fail(failure why) {
  auto const keep = shared_from_this();
  auto const done = std::exchange(handler_, nullptr);
  cancel();
  why.detail = name_ + ": " + why.detail;
  if (done) done(std::move(why));
}

void handshake::succeed() {
  auto const keep = shared_from_this();
  auto const done = std::exchange(handler_, nullptr);
  std::optional<peer_credentials> who;
  if (auto const process = base::peer_process(lifeline_->fd()))
    who = {.uid = process->uid, .gid = process->gid, .pid = static_cast<std::uint32_t>(process->pid)};
  linking_.reset();
  lifeline_.reset();
  auto made = connected(who);
  if (done) done(std::move(made));
}

std::unique_ptr<ext::connection> handshake::connected(std::optional<peer_credentials> const& who) {
  if (datagrams_) return std::make_unique<datagram_connection>(std::exchange(datagrams_, nullptr), peer_, who);
  return std::make_unique<connection>(*std::exchange(flow_, nullptr), peer_, who);
}

}  // namespace weft::ofi
