// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/reactor.hpp>
#include <weft/ext/transport.hpp>
#include <weft/result.hpp>

#include "base/fd.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace weft::stream {

/// The eight bytes that both ends of an SP stream say first: 00 53 50 00, their protocol, 00 00.
class greeting {
 public:
  static constexpr std::size_t size = 8;
  using bytes = std::array<std::byte, size>;

  static bytes of(std::uint16_t protocol) noexcept;
  /// Nothing when all is well with what the peer said so far, else what is wrong with it.
  static std::optional<failure> fault_in(bytes const&, std::size_t come, ext::handshake const&);
};

/// Exchanges greetings over a connected socket. Reads not one byte more.
/// On the loop; ends when destroyed. Patience is the owner's.
class handshake : public std::enable_shared_from_this<handshake> {
 public:
  using handler = std::function<void(setup<base::unique_fd>)>;

  handshake(ext::reactor&, ext::handshake const&, base::unique_fd, std::string who);

  /// Calls back once, perhaps from inside.
  void start(handler);

 private:
  void ready();
  std::optional<failure> speak();
  std::optional<failure> listen();
  void finish(setup<base::unique_fd>);

  ext::reactor& reactor_;
  ext::handshake terms_;
  base::unique_fd fd_;
  std::string who_;
  handler handler_;
  std::unique_ptr<ext::watch> watch_;
  greeting::bytes heard_{};
  std::size_t heard_size_ = 0;
  std::size_t said_size_ = 0;
};

}  // namespace weft::stream
