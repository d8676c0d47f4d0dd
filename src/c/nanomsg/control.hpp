// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/nanomsg/nn.h>
#include <weft/message.hpp>

namespace weft::nanomsg {

/// Control data of nn_sendmsg(): what a WebSocket is to call the message, and, `raw`, the protocol's header.
/// \return EINVAL for what neither can be, or 0
int read_control(nn_msghdr const&, bool raw, message& to);

/// Control data of nn_recvmsg(), as far as there is room: the message's header, which is empty unless `raw`, and what a
/// WebSocket called it. \throws std::bad_alloc
void write_control(nn_msghdr&, bool raw, message const&);

}  // namespace weft::nanomsg
