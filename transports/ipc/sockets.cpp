// SPDX-License-Identifier: MIT
#include "ipc/sockets.hpp"

#include <weft/error.hpp>

#include "base/process.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>

namespace weft::ipc {

namespace {

constexpr std::size_t path_offset = offsetof(sockaddr_un, sun_path);

/// %41 is A. Nothing when an escape is none.
std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    if (text[0] != '%') {
      plain += text[0];
      text.remove_prefix(1);
      continue;
    }
    unsigned char byte = 0;
    if (text.size() < 3) return {};
    auto const [end, why] = std::from_chars(text.data() + 1, text.data() + 3, byte, 16);
    if (why != std::errc{} || end != text.data() + 3) return {};
    plain += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return plain;
}

stream::address address_of(std::string const& name, bool abstract) noexcept {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  std::memcpy(a.sun_path + (abstract ? 1 : 0), name.data(), name.size());
  return stream::address::from(reinterpret_cast<sockaddr*>(&a), static_cast<socklen_t>(path_offset + name.size() + 1));
}

/// A listener that still listens answers or has its hands full; only a dead one's socket refuses.
bool is_dead(stream::address const& a) noexcept {
  auto const fd = stream::new_socket(AF_UNIX);
  return fd && stream::begin_connect(fd.get(), a) == ECONNREFUSED;
}

bool is_socket(std::string const& path) noexcept {
  struct stat s {};
  return ::lstat(path.c_str(), &s) == 0 && S_ISSOCK(s.st_mode);
}

/// The file has its permissions from the first moment on, for bind() gives those of the descriptor.
int bind_with(int fd, stream::address const& a, unsigned permissions) noexcept {
  auto const path = path_of(a);
  if (!path.empty()) ::fchmod(fd, static_cast<mode_t>(permissions));
  if (::bind(fd, a.get(), a.size) != 0) return errno;
  // The umask took some away.
  if (!path.empty() && ::chmod(path.c_str(), static_cast<mode_t>(permissions)) != 0) return errno;
  return 0;
}

}  // namespace

setup<stream::address> read(url const& u) {
  auto const bad = [&](std::string const& why) { return failure{errc::invalid_url, u.to_string() + ": " + why}; };
  if (!u.query.empty()) return bad("no option '" + u.query.begin()->first + "'");
  bool const abstract = u.scheme == "abstract";
  auto const name = abstract ? unescaped(u.host) : std::optional(u.host);
  if (!name) return bad("'%' begins an escape of two hexadecimal digits");
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (name->size() > longest)
    return bad("the name is too long by " + std::to_string(name->size() - longest) + " bytes");
  return address_of(*name, abstract);
}

std::string path_of(stream::address const& a) {
  auto const& un = reinterpret_cast<sockaddr_un const&>(a.storage);
  if (a.size <= path_offset || un.sun_path[0] == 0) return {};
  return un.sun_path;
}

setup<base::unique_fd> listen_at(stream::address const& a, unsigned permissions, std::string const& name) {
  auto const path = path_of(a);
  auto fd = stream::new_socket(AF_UNIX);
  int error = fd ? bind_with(fd.get(), a, permissions) : errno;
  if (error == EADDRINUSE && !path.empty() && is_socket(path) && is_dead(a) && ::unlink(path.c_str()) == 0)
    error = bind_with(fd.get(), a, permissions);
  if (error == 0 && ::listen(fd.get(), SOMAXCONN) != 0) error = errno;
  if (error == 0) return fd;
  auto const code = stream::bind_error(error);
  return failure{code, name + ": cannot listen there: " + code.message()};
}

file_identity file_identity::of(std::string const& path) noexcept {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0) return {};
  return {s.st_dev, s.st_ino};
}

void remove_file(std::string const& path, file_identity const& mine) noexcept {
  if (!path.empty() && is_socket(path) && file_identity::of(path) == mine) ::unlink(path.c_str());
}

std::string peer_text(int fd) {
  auto const who = base::peer_process(fd);
  return who ? "process " + std::to_string(who->pid) + ", user " + std::to_string(who->uid) : "local";
}

void widen(int fd) noexcept {
  constexpr int bytes = 512 << 10;  // of which the kernel makes twice as many, for what it keeps beside them
  int now = 0;
  socklen_t size = sizeof now;
  if (::getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &now, &size) != 0 || now >= 2 * bytes) return;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

}  // namespace weft::ipc
