// SPDX-License-Identifier: MIT
#include "ipc/ipc.hpp"

#include "ipc/sockets.hpp"
#include "stream/acceptor.hpp"
#include "stream/connector.hpp"
#include "stream/handshake.hpp"
#include "stream/hub.hpp"

#include <utility>

namespace weft::transports {

namespace {

class ipc_transport final : public ext::transport {
 public:
  explicit ipc_transport(ext::reactor& r) : hub_(r) {}

  std::span<std::string_view const> schemes() const noexcept override {
    static constexpr std::string_view names[] = {"ipc", "unix", "abstract"};
    return names;
  }

  setup<std::unique_ptr<ext::connector>> dial(url const& to, ext::handshake const& h, dial_options const& o) override {
    auto address = ipc::read(to);
    if (!address) return address.error();
    stream::approach how{.framing = stream::framing::ipc,
                         .resolve = [a = *address](auto done) -> std::unique_ptr<stream::pending> {
                           done(std::vector{a});
                           return nullptr;
                         },
                         .prepare =
                             [](int fd, stream::address const&) {
                               ipc::widen(fd);
                               return std::error_code();
                             },
                         .handshake = [h] { return stream::only_a_greeting(h); },
                         .name_of_peer = ipc::peer_text};
    return std::unique_ptr<ext::connector>(
        std::make_unique<stream::connector>(hub_, to.to_string(), h, o, std::move(how)));
  }

  setup<std::unique_ptr<ext::acceptor>> listen(url const& at, ext::handshake const& h,
                                               listen_options const& o) override {
    auto address = ipc::read(at);
    if (!address) return address.error();
    bool const passed = o.listening_fd >= 0;
    auto fd = passed ? stream::adopt_listener(o.listening_fd, at.to_string())
                     : ipc::listen_at(*address, o.ipc_permissions, at.to_string());
    if (!fd) return fd.error();
    // Whoever passed it keeps the file for the next process.
    auto const path = passed ? std::string() : ipc::path_of(*address);
    auto const file = ipc::file_identity::of(path);
    return std::unique_ptr<ext::acceptor>(
        std::make_unique<stream::acceptor>(hub_, at, *std::move(fd), stream::framing::ipc, h, o,
                                           stream::welcome{.prepare = ipc::widen,
                                                           .handshake = [h] { return stream::only_a_greeting(h); },
                                                           .name_of_peer = ipc::peer_text,
                                                           .at_end = [path, file] { ipc::remove_file(path, file); }}));
  }

 private:
  stream::hub hub_;
};

}  // namespace

std::unique_ptr<ext::transport> make_ipc(ext::reactor& r) { return std::make_unique<ipc_transport>(r); }

}  // namespace weft::transports
