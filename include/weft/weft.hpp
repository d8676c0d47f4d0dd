// SPDX-License-Identifier: MIT
#pragma once

#include <weft/engine.hpp>
#include <weft/error.hpp>
#include <weft/message.hpp>
#include <weft/monitor.hpp>
#include <weft/options.hpp>
#include <weft/pair.hpp>
#include <weft/pub.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>
#include <weft/result.hpp>
#include <weft/socket.hpp>
#include <weft/sub.hpp>
#include <weft/url.hpp>
#include <weft/version.hpp>
