// SPDX-License-Identifier: MIT
#pragma once

#include <weft/message.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace weft {

/// Who the other process is, as the kernel says it: of peers on the same host, where the transport can ask.
struct peer_credentials {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t pid = 0;
};

/// What TLS knows of a peer.
struct tls_peer {
  bool verified = false;  ///< its certificate was asked for, and is good
  std::string subject{};  ///< of its certificate, as RFC 2253 writes it; empty when it showed none
  std::vector<std::string> alternative_names{};  ///< host names and addresses in its certificate
  std::string version{};                         ///< "TLSv1.3"
  std::string cipher{};                          ///< "TLS_AES_256_GCM_SHA384"
};

/// One pipe of a socket: whom it leads to, and how.
struct pipe_info {
  pipe_id id{};
  std::string url{};    ///< as dialed or listened at
  std::string peer{};   ///< the peer's address, for people
  bool dialed = false;  ///< this side connected; otherwise the peer did
  std::optional<peer_credentials> credentials{};
  std::optional<tls_peer> tls{};  ///< of connections that TLS protects
  /// What the transport has to say besides, by name: `provider` of a fabric, for instance.
  std::vector<std::pair<std::string, std::string>> properties{};
};

}  // namespace weft
