// SPDX-License-Identifier: MIT
#pragma once

#include <weft/bus.hpp>
#include <weft/counters.hpp>
#include <weft/device.hpp>
#include <weft/engine.hpp>
#include <weft/error.hpp>
#include <weft/message.hpp>
#include <weft/monitor.hpp>
#include <weft/options.hpp>
#include <weft/pair.hpp>
#include <weft/pair1.hpp>
#include <weft/pipe_info.hpp>
#include <weft/pull.hpp>
#include <weft/push.hpp>
#include <weft/raw_rep.hpp>
#include <weft/raw_req.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>
#include <weft/respondent.hpp>
#include <weft/result.hpp>
#include <weft/socket.hpp>
#include <weft/statistics.hpp>
#include <weft/surveyor.hpp>
#include <weft/url.hpp>
#include <weft/version.hpp>
