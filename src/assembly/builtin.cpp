// SPDX-License-Identifier: MIT
#include "core/engine.hpp"

#include "inproc/inproc.hpp"
#include "ipc/ipc.hpp"
#include "socket/socket.hpp"
#include "tcp/tcp.hpp"

#ifdef WEFT_FABRIC
#include "transports/fabric/transport.hpp"
#endif
#ifdef WEFT_TLS
#include "tls/tls.hpp"
#include "ws/ws.hpp"
#endif

// The one place that names every transport.
namespace weft::core {

std::vector<ext::transport_factory> builtin_transports() {
  return {
      transports::make_inproc,
      transports::make_tcp,
      transports::make_ipc,
      transports::make_socket,
#ifdef WEFT_FABRIC
      transports::make_fabric_transport,
#endif
#ifdef WEFT_TLS
      transports::make_tls,
      transports::make_ws,
#endif
  };
}

}  // namespace weft::core
