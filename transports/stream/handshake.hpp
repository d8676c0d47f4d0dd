// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>
#include <weft/ext/transport.hpp>
#include <weft/result.hpp>

#include "stream/step.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weft::stream {

/// The eight bytes that both ends of an SP stream say first: 00 53 50 00, their protocol, 00 00.
/// Reads not one byte more.
class greeting final : public step {
 public:
  static constexpr std::size_t size = 8;
  using bytes = std::array<std::byte, size>;

  static bytes of(std::uint16_t protocol) noexcept;
  /// Nothing when all is well with what the peer said so far, else what is wrong with it.
  static std::optional<failure> fault_in(bytes const&, std::size_t come, ext::handshake const&);

  explicit greeting(ext::handshake const& h) : terms_(h) {}
  setup<wants> advance(established&) override;

 private:
  std::optional<failure> speak(established&);
  std::optional<failure> listen(established&);

  ext::handshake terms_;
  bytes heard_{};
  std::size_t heard_size_ = 0;
  std::size_t said_size_ = 0;
};

/// The handshake of SP's own wires.
inline steps only_a_greeting(ext::handshake const& h) {
  steps all;
  all.push_back(std::make_unique<greeting>(h));
  return all;
}

/// How a handshake ends when the peer has gone, or can no longer be heard. errno 0: it hung up.
failure hung_up(int error);
/// How it ends when the owner loses patience.
failure too_late(std::string const& name);

/// Takes the steps of a handshake, one after another, over a connected socket.
/// On the loop; ends when destroyed. Patience is the owner's.
class handshake : public std::enable_shared_from_this<handshake> {
 public:
  using handler = std::function<void(setup<established>)>;

  handshake(ext::reactor&, established, steps, std::string who);

  /// Calls back once, perhaps from inside.
  void start(handler);

 private:
  void ready();
  void finish(setup<established>);

  ext::reactor& reactor_;
  established ends_;
  std::unique_ptr<ext::watch> watch_;  // goes first: the number of a closed descriptor may be somebody else's at once
  steps steps_;
  std::size_t taken_ = 0;
  std::string who_;
  handler handler_;
};

}  // namespace weft::stream
