// SPDX-License-Identifier: MIT
#pragma once

#include <weft/ext/transport.hpp>
#include <weft/result.hpp>

#include "fabric/directory.hpp"
#include "fabric/hello.hpp"
#include "fabric/lifeline.hpp"
#include "fabric/linking.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace weft::ofi {

/// One introduction over a fresh stream socket, from either side, up to an established connection or a failure.
/// On the loop only. Whoever wants it to end early, or no later than some time, calls cancel().
class handshake : public std::enable_shared_from_this<handshake> {
 public:
  /// Called once, when it has come to an end by itself.
  using handler = std::function<void(ext::connection_result)>;

  /// \param fd connected, not blocking \param name what failures begin with, such as the URL
  handshake(directory&, choice const&, ext::handshake const&, std::uint64_t incarnation, flow::side, base::unique_fd fd,
            std::string name);
  handshake(handshake const&) = delete;
  handshake& operator=(handshake const&) = delete;
  ~handshake() { cancel(); }

  void start(handler);
  void cancel() noexcept;

 private:
  std::optional<failure> introduce(byte_string const& to);
  void heard(lifeline_kind, std::span<std::byte const>);
  void heard_hello(std::span<std::byte const>);
  void lost(std::error_code);
  std::optional<failure> accept(hello const& theirs);
  std::optional<failure> accept_rdm(hello const& mine, hello const& theirs);
  std::optional<failure> accept_msg(hello const& mine, hello const& theirs);
  std::optional<failure> accept_dgram(hello const& mine, hello theirs);
  failure bad_address(std::error_code);
  setup<hello> describe() const;
  std::unique_ptr<ext::connection> connected(std::optional<peer_credentials> const&);
  void refuse(refusal const&);
  void fail(failure);
  void succeed();

  directory& directory_;
  choice choice_;
  ext::handshake terms_;
  std::uint64_t incarnation_;
  flow::side side_;
  std::string name_;
  std::string peer_;
  std::shared_ptr<lifeline> lifeline_;
  flow* flow_ = nullptr;
  std::shared_ptr<datagram_flow> datagrams_;  // or this, with path DGRAM
  std::unique_ptr<linking> linking_;
  handler handler_;
};

}  // namespace weft::ofi
