// SPDX-License-Identifier: MIT
#include "rooms.hpp"

namespace weft::hygiene {

namespace {

// The headers in include/weft that everything else is made of: see values in rooms.cpp.
constexpr std::string_view values = "include/weft/values";
constexpr std::string_view sockets = "include/weft";
constexpr std::string_view ext = "include/weft/ext";
constexpr std::string_view all_public = "include/*";

std::vector<room> const rows = {
    {values, {}, {}},
    {ext, {values}, {}},
    {sockets, {values, ext}, {}},
    {"include/weft/fabric", {values}, {}},
    {"include/weft/asio_pending.hpp", {}, {"boost/"}},
    {"include/weft/asio_descriptors.hpp", {"include/weft/asio_pending.hpp"}, {"posix", "boost/"}},
    {"include/weft/fabric/asio.hpp", {values, "include/weft/fabric", "include/weft/asio_pending.hpp"}, {"boost/"}},
    {"include/weft/fabric/prometheus.hpp", {"include/weft/fabric"}, {"prometheus/"}},
    {"include/weft/fabric/opentelemetry.hpp", {"include/weft/fabric"}, {"opentelemetry/"}},
    {"include/weft/messenger", {values, ext, sockets}, {}},
    {"include/weft/c", {}, {"posix"}},
    {"include/weft/asio_attachment.hpp", {values, sockets}, {"posix", "boost/"}},
    {"include/weft/asio.hpp",
     {values, ext, sockets, "include/weft/asio_attachment.hpp", "include/weft/asio_descriptors.hpp",
      "include/weft/asio_pending.hpp"},
     {"boost/"}},
    {"include/weft/uv.hpp", {values, ext, sockets}, {"uv.h"}},
    {"include/weft/weft.hpp", {all_public}, {}},

    {"src/base", {}, {"posix"}},
    {"src/fabric", {values, "include/weft/fabric", "src/base"}, {"posix", "rdma/"}},
    {"src/client", {values, "include/weft/fabric"}, {}},
    {"src/core", {values, ext, sockets, "src/base"}, {"posix"}},
    {"src/async", {values, ext, sockets, "include/weft/asio.hpp", "src/base", "src/core"}, {"posix", "boost/"}},
    {"src/messenger", {values, ext, sockets, "include/weft/messenger", "src/base"}, {"boost/"}},
    {"src/assembly", {values, ext, sockets, "src/base", "src/core", "transports/*"}, {}},
    {"src/c", {all_public}, {"posix"}},
    {"src/c/nanomsg", {all_public, "src/c"}, {"posix"}},
    {"src/c/weft", {all_public, "src/c"}, {"posix"}},
    {"src/tools", {all_public}, {"posix", "boost/json.hpp", "CLI/"}},

    {"protocols", {values, ext, sockets}, {}},

    {"transports/*", {values, ext, sockets, "src/base"}, {"posix"}},
    {"transports/fabric", {values, ext, sockets, "include/weft/fabric", "src/base", "src/fabric"}, {"posix"}},
    {"transports/tcp", {values, ext, sockets, "src/base", "transports/stream"}, {"posix"}},
    {"transports/ipc", {values, ext, sockets, "src/base", "transports/stream"}, {"posix"}},
    {"transports/socket", {values, ext, sockets, "src/base", "transports/stream"}, {"posix"}},
    {"transports/tls",
     {values, ext, sockets, "src/base", "transports/stream", "transports/tcp"},
     {"posix", "boost/", "openssl/"}},
    {"transports/ws",
     {values, ext, sockets, "src/base", "transports/stream", "transports/tcp", "transports/tls"},
     {"posix", "boost/", "openssl/"}},

    {"examples", {all_public}, {"posix", "boost/"}},
    {"perf", {all_public}, {"posix", "boost/", "CLI/"}},
    {"perf/fabric", {values, "include/weft/fabric"}, {"posix", "CLI/", "rdma/"}},
    {"perf/raw", {"perf"}, {"posix", "CLI/", "rdma/"}},
    {"perf/compare", {"perf"}, {"posix", "CLI/", "nng/", "nanomsg/", "zmq.h"}},

    // A test may use what its room may, and tests/support; a unit test leans on no higher room.
    {"tests/support", {all_public, "src/*", "protocols", "transports/*"}, {"posix", "boost/", "rdma/", "openssl/"}},
    {"tests/base", {"src/base", "tests/support"}, {"posix", "boost/test/"}},
    {"tests/fabric",
     {values, "include/weft/fabric", "src/base", "src/fabric", "tests/support"},
     {"posix", "boost/test/", "rdma/"}},
    {"tests/client",
     {values, "include/weft/fabric", "include/weft/fabric/asio.hpp", "include/weft/fabric/prometheus.hpp",
      "include/weft/fabric/opentelemetry.hpp", "src/client", "tests/support"},
     {"posix", "boost/", "prometheus/", "opentelemetry/"}},
    {"tests/core", {values, ext, sockets, "src/base", "src/core", "tests/support"}, {"posix", "boost/test/"}},
    {"tests/protocols", {values, ext, sockets, "protocols", "tests/support"}, {"boost/test/"}},
    {"tests/transports",
     {all_public, "src/base", "src/fabric", "transports/*", "tests/conformance", "tests/support"},
     {"posix", "boost/test/", "openssl/"}},
    {"tests/fuzz", {values, ext, sockets, "protocols", "transports/*", "tests/support"}, {"boost/test/"}},
    {"tests/public", {all_public, "tests/support"}, {"boost/test/"}},
    {"tests/async", {all_public, "tests/support"}, {"posix", "boost/", "uv.h"}},
    {"tests/conformance", {all_public, "src/base", "transports/*", "tests/support"}, {"posix", "boost/test/"}},
    {"tests/interop", {all_public, "tests/support"}, {"posix", "boost/test/", "nng/", "nanomsg/"}},
    {"tests/nanomsg",
     {all_public, "tests/interop", "tests/process", "tests/support"},
     {"posix", "boost/test/", "nanomsg/"}},
    {"tests/capi", {all_public, "tests/support"}, {"posix", "boost/test/"}},
    {"tests/tools", {all_public, "tests/interop", "tests/support"}, {"posix", "boost/"}},
    {"tests/package", {all_public}, {"posix", "boost/", "nanomsg/"}},
    {"tests/process", {all_public, "tests/support"}, {"posix", "boost/test/"}},
    {"tests/hosts", {all_public, "tests/process", "tests/support"}, {"posix", "linux/", "boost/test/"}},
    {"tests/hygiene", {}, {"boost/test/"}},
};

}  // namespace

std::vector<room> const& plan() { return rows; }

}  // namespace weft::hygiene
