// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>

namespace weft::tls {

/// A peer that is OpenSSL itself, and does what weft never would. Its descriptor may block.
class stranger {
 public:
  explicit stranger(int fd)
      : fd_(fd), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), ssl_(SSL_new(context_.get()), SSL_free) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
  }

  /// Goes on with the handshake. \return whether it is done
  bool shakes_hands() {
    listen();
    int const done = SSL_do_handshake(ssl_.get());
    speak();
    return done == 1;
  }
  bool says(std::string_view text) {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0 && speak();
  }
  /// All there is now.
  std::string hears() {
    listen();
    std::string text(4096, '\0');
    int const n = SSL_read(ssl_.get(), text.data(), static_cast<int>(text.size()));
    text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return text;
  }
  /// Demands that the other end changes its key, and reads nothing. \return whether the kernel took that
  bool demands_new_keys() {
    if (!unsaid_.empty()) return speak();
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl_.get());
    return speak();
  }

 private:
  void listen() {
    char bytes[4096];
    for (ssize_t n; (n = ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
      BIO_write(SSL_get_rbio(ssl_.get()), bytes, static_cast<int>(n));
  }
  bool speak() {
    char bytes[4096];
    for (int n; (n = BIO_read(SSL_get_wbio(ssl_.get()), bytes, sizeof bytes)) > 0;)
      unsaid_.append(bytes, static_cast<std::size_t>(n));
    auto const n = ::send(fd_, unsaid_.data(), unsaid_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) unsaid_.erase(0, static_cast<std::size_t>(n));
    return unsaid_.empty();
  }

  int fd_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  std::string unsaid_;
};

}  // namespace weft::tls
