// SPDX-License-Identifier: MIT
#include "tls/context.hpp"

#include <weft/error.hpp>

#include <boost/asio/buffer.hpp>

#include <cstdint>
#include <functional>

namespace weft::tls {

namespace {

namespace ssl = boost::asio::ssl;
using code = boost::system::error_code;

int number_of(tls_version v) noexcept { return v == tls_version::v1_2 ? TLS1_2_VERSION : TLS1_3_VERSION; }

int verify_mode(tls_options const& o, side s) noexcept {
  bool const asks = s == side::dials ? o.verify : o.clients != client_certificate::none;
  bool const insists = s == side::listens && o.clients == client_certificate::required;
  return (asks ? SSL_VERIFY_PEER : SSL_VERIFY_NONE) | (insists ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
}

/// Takes options one after another, until one is no good.
class reader {
 public:
  explicit reader(ssl::context& c) : context_(c) {}

  /// The text, or else the file, if there is one.
  template <class FromText, class FromFile>
  reader& take(std::string const& name, std::string const& text, std::string const& file, FromText from_text,
               FromFile from_file) {
    if (bad_ || (text.empty() && file.empty())) return *this;
    code why;
    if (!text.empty())
      from_text(boost::asio::buffer(text), why);
    else
      from_file(file, why);
    if (why) complain(name + (text.empty() ? "_file '" + file + "'" : ""), why);
    return *this;
  }
  void complain(std::string const& name, code const& why) {
    bad_ = failure{errc::invalid_option, "tls_options: " + name + ": " + why.message()};
  }
  void complain(std::string const& why) {
    if (!bad_) bad_ = failure{errc::invalid_option, "tls_options: " + why};
  }
  std::optional<failure> bad() const { return bad_; }
  ssl::context& context() noexcept { return context_; }

 private:
  ssl::context& context_;
  std::optional<failure> bad_;
};

void read_authorities(reader& r, tls_options const& o) {
  auto& c = r.context();
  r.take(
      "ca", o.ca, o.ca_file, [&](auto text, code& why) { c.add_certificate_authority(text, why); },
      [&](auto const& file, code& why) { c.load_verify_file(file, why); });
  r.take(
      "ca_directory", {}, o.ca_directory, [](auto, code&) {},
      [&](auto const& folder, code& why) { c.add_verify_path(folder, why); });
  if (!o.ca.empty() || !o.ca_file.empty() || !o.ca_directory.empty()) return;
  code why;
  c.set_default_verify_paths(why);
  if (why) r.complain("the system's authorities", why);
}

void read_identity(reader& r, tls_options const& o) {
  auto& c = r.context();
  c.set_password_callback(
      [password = o.key_password](std::size_t, ssl::context::password_purpose) { return password; });
  r.take(
      "certificate", o.certificate, o.certificate_file,
      [&](auto text, code& why) { c.use_certificate_chain(text, why); },
      [&](auto const& file, code& why) { c.use_certificate_chain_file(file, why); });
  bool const apart = !o.key.empty() || !o.key_file.empty();
  r.take(
      "key", apart ? o.key : o.certificate, apart ? o.key_file : o.certificate_file,
      [&](auto text, code& why) { c.use_private_key(text, ssl::context::pem, why); },
      [&](auto const& file, code& why) { c.use_private_key_file(file, ssl::context::pem, why); });
}

}  // namespace

setup<std::shared_ptr<context>> context::make(tls_options const& o, tls::side s) try {
  if (o.oldest > o.newest) return failure{errc::invalid_option, "tls_options: oldest is newer than newest"};
  if (s == side::listens && o.certificate.empty() && o.certificate_file.empty())
    return failure{errc::invalid_option, "tls_options: a listener needs certificate or certificate_file"};
  auto const mode = verify_mode(o, s);
  auto made = std::make_shared<context>(s, mode & SSL_VERIFY_PEER);
  auto* const native = made->native();
  SSL_CTX_set_min_proto_version(native, number_of(o.oldest));
  SSL_CTX_set_max_proto_version(native, number_of(o.newest));
  SSL_CTX_set_verify(native, mode, nullptr);
  // Connections last: nothing is won by resuming sessions, and tickets would be one more thing to get wrong.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  reader r(made->context_);
  read_identity(r, o);
  if (made->asks()) read_authorities(r, o);
  if (auto bad = r.bad()) return *std::move(bad);
  return made;
} catch (boost::system::system_error const& e) {
  return failure{std::make_error_code(std::errc::not_enough_memory), e.what()};
}

std::string name_to_verify(url const& dialed, tls_options const& o) {
  if (!o.server_name.empty()) return o.server_name;
  // What stands before a semicolon is where to dial from.
  return dialed.host.substr(dialed.host.find(';') + 1);
}

}  // namespace weft::tls
