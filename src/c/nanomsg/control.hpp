// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/nanomsg/nn.h>
#include <weft/message.hpp>

namespace weft::nanomsg {

/// Control data of nn_sendmsg(): the protocol's header, if it has one, becomes the message's.
/// \return EINVAL for one that no header can be, or 0
int read_control(nn_msghdr const&, header&);

/// Control data of nn_recvmsg(): the message's header, if there is room. \throws std::bad_alloc
void write_control(nn_msghdr&, header const&);

}  // namespace weft::nanomsg
