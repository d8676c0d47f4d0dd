// SPDX-License-Identifier: MIT
#include "tls/channel.hpp"

#include <weft/error.hpp>

#include "stream/handshake.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

namespace weft::tls {

namespace {

// A peer that demands answers, and does not read them, has so much of them kept for it.
constexpr std::size_t most_unasked = 16 << 10;

}  // namespace

/// OpenSSL's view of the bytes that come and go: memory, lent for the time of one call.
struct channel::wire {
  static channel& of(BIO* b) noexcept { return *static_cast<channel*>(BIO_get_data(b)); }

  static int read(BIO* b, char* to, int size) noexcept {
    auto& come = of(b).come_;
    BIO_clear_retry_flags(b);
    if (come.empty()) {
      BIO_set_retry_read(b);
      return -1;
    }
    auto const n = std::min(come.size(), static_cast<std::size_t>(size));
    std::memcpy(to, come.data(), n);
    come = come.subspan(n);
    return static_cast<int>(n);
  }
  static int write(BIO* b, char const* from, int size) noexcept try {
    if (!of(b).has_room_for(static_cast<std::size_t>(size))) {
      of(b).flooded_ = true;
      return -1;
    }
    auto const* const first = reinterpret_cast<std::byte const*>(from);
    auto& to = *of(b).said_;
    to.insert(to.end(), first, first + size);
    return size;
  } catch (std::bad_alloc const&) {
    return -1;
  }
  static long control(BIO*, int what, long, void*) noexcept { return what == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      auto* const m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weft");
      BIO_meth_set_read(m, read);
      BIO_meth_set_write(m, write);
      BIO_meth_set_ctrl(m, control);
      return m;
    }();
    return made;
  }
};

namespace {

std::string text_of(BIO* b) {
  char const* data = nullptr;
  auto const size = BIO_get_mem_data(b, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string name_text(X509_NAME* name) {
  std::unique_ptr<BIO, int (*)(BIO*)> const out(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  return text_of(out.get());
}

std::string address_text(ASN1_OCTET_STRING const* a) {
  auto const* const d = ASN1_STRING_get0_data(a);
  bool const v6 = ASN1_STRING_length(a) == 16;
  std::string text;
  for (int i = 0; i < ASN1_STRING_length(a); i += v6 ? 2 : 1) {
    char part[8];
    std::snprintf(part, sizeof part, v6 ? "%x" : "%d", v6 ? d[i] << 8 | d[i + 1] : d[i]);
    text += (i == 0 ? "" : v6 ? ":" : ".") + std::string(part);
  }
  return text;
}

std::vector<std::string> names_in(X509* certificate) {
  std::vector<std::string> all;
  std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> const names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; names && i != sk_GENERAL_NAME_num(names.get()); ++i) {
    auto const* const n = sk_GENERAL_NAME_value(names.get(), i);
    if (n->type == GEN_DNS || n->type == GEN_EMAIL || n->type == GEN_URI)
      all.emplace_back(reinterpret_cast<char const*>(ASN1_STRING_get0_data(n->d.ia5)),
                       static_cast<std::size_t>(ASN1_STRING_length(n->d.ia5)));
    else if (n->type == GEN_IPADD)
      all.push_back(address_text(n->d.iPAddress));
  }
  return all;
}

/// What OpenSSL's queue of errors means.
failure meaning_of(unsigned long error) {
  auto const* const text = ERR_reason_error_string(error);
  auto const said = std::string(text ? text : "no reason is known");
  auto const reason = ERR_GET_REASON(error);
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
    return {errc::untrusted, "the peer showed no certificate", fault_kind::untrusted};
  if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_NO_SHARED_CIPHER)
    return {errc::unsupported, "TLS: the peer knows no version or cipher that is allowed here: " + said,
            fault_kind::tls};
  if (reason >= SSL_AD_REASON_OFFSET) return {errc::rejected, "TLS: the peer declines: " + said, fault_kind::tls};
  return {errc::malformed, "TLS: " + said, fault_kind::tls};
}

}  // namespace

channel::channel(std::shared_ptr<context> c, std::string const& name, std::unique_ptr<stream::channel> below)
    : transcoder(std::move(below)), context_(std::move(c)), ssl_(SSL_new(context_->native())) {
  auto* const bio = BIO_new(wire::method());
  if (!ssl_ || !bio) throw std::bad_alloc();
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  if (context_->side() == side::listens) {
    SSL_set_accept_state(ssl_);
  } else {
    SSL_set_connect_state(ssl_);
    expect(name);
  }
}

channel::~channel() { SSL_free(ssl_); }

/// What is written for somebody who asked is bounded by that; so is a handshake.
bool channel::has_room_for(std::size_t size) const noexcept {
  return said_ != &own_ || !shaken_ || own_.size() + size <= most_unasked;
}

void channel::expect(std::string const& name) {
  auto* const terms = SSL_get0_param(ssl_);
  if (X509_VERIFY_PARAM_set1_ip_asc(terms, name.c_str()) == 1) return;
  ERR_clear_error();
  SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // Without it, any name would do.
  if (SSL_set1_host(ssl_, name.c_str()) != 1 || SSL_set_tlsext_host_name(ssl_, name.c_str()) != 1)
    throw std::system_error(make_error_code(errc::invalid_option), "'" + name + "' is no server's name");
}

int channel::greet() {
  std::lock_guard lock(mutex_);
  ERR_clear_error();
  come_ = raw();
  auto const result = SSL_do_handshake(ssl_);
  took_raw(raw().size() - come_.size());
  shaken_ = result == 1;
  if (!own_.empty()) owe();
  return result;
}

setup<stream::step::wants> channel::shake_hands() {
  using stream::step;
  for (;;) {
    auto const result = greet();
    auto const wanted = result == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, result);
    auto why = wanted == SSL_ERROR_NONE || wanted == SSL_ERROR_WANT_READ ? failure{} : fault_of(result);
    settle_debts();
    bool const out = push();
    if (why.code) return why;
    if (!out && errno != EAGAIN) return stream::hung_up(errno);
    if (result == 1) return stream::all_of(false, !out);
    auto const n = fetch();
    if (n < 0 && errno == EAGAIN) return stream::all_of(true, !out);
    if (n <= 0) return stream::hung_up(n == 0 ? 0 : errno);
  }
}

failure channel::fault_of(int result) {
  if (flooded_)
    return {errc::malformed, "TLS: the peer demands answers, and does not read them", fault_kind::tls_flood};
  if (SSL_get_error(ssl_, result) != SSL_ERROR_SSL)
    return {errc::connection_reset, "TLS: the connection broke", fault_kind::tls};
  auto const error = ERR_peek_error();
  auto const verdict = SSL_get_verify_result(ssl_);
  if (ERR_GET_REASON(error) != SSL_R_CERTIFICATE_VERIFY_FAILED || verdict == X509_V_OK) return meaning_of(error);
  return {errc::untrusted,
          std::string("the peer's certificate cannot be trusted: ") + X509_verify_cert_error_string(verdict),
          fault_kind::untrusted};
}

tls_peer channel::peer() const {
  tls_peer p{.version = SSL_get_version(ssl_), .cipher = SSL_get_cipher_name(ssl_)};
  auto* const certificate = SSL_get0_peer_certificate(ssl_);
  if (!certificate) return p;
  p.verified = context_->asks() && SSL_get_verify_result(ssl_) == X509_V_OK;
  p.subject = name_text(X509_get_subject_name(certificate));
  p.alternative_names = names_in(certificate);
  return p;
}

std::size_t channel::decode(std::span<std::byte const>& come, std::span<std::byte> room) {
  std::size_t made = 0;
  if (come.empty() && !unread_) return 0;
  std::lock_guard lock(mutex_);
  ERR_clear_error();
  come_ = come;
  int result = 1;
  while (made != room.size()) {
    std::size_t n = 0;
    result = SSL_read_ex(ssl_, room.data() + made, room.size() - made, &n);
    if (result != 1) break;
    made += n;
  }
  come = come_;
  unread_ = result == 1;
  if (!own_.empty()) owe();
  if (unread_) return made;
  auto const error = SSL_get_error(ssl_, result);
  if (error == SSL_ERROR_ZERO_RETURN)
    end();
  else if (error != SSL_ERROR_WANT_READ)
    end(fault_of(result));
  return made;
}

failure channel::cut_off() {
  return {errc::connection_reset, "TLS: the peer hung up without a goodbye", fault_kind::truncated};
}

bool channel::encode(std::span<std::byte const> plain, bytes& to) {
  std::lock_guard lock(mutex_);
  ERR_clear_error();
  to.insert(to.end(), own_.begin(), own_.end());
  own_.clear();
  said_ = &to;
  std::size_t n = 0;
  bool const good = plain.empty() || SSL_write_ex(ssl_, plain.data(), plain.size(), &n) == 1;
  said_ = &own_;
  return good;
}

void channel::say_goodbye(bytes& to) {
  std::lock_guard lock(mutex_);
  ERR_clear_error();
  to.insert(to.end(), own_.begin(), own_.end());
  own_.clear();
  said_ = &to;
  if (SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
  said_ = &own_;
}

setup<stream::step::wants> secure::advance(stream::established& e) try {
  if (!channel_) {
    auto made = std::make_unique<channel>(context_, name_, e.take_channel());
    channel_ = made.get();
    e.through = std::move(made);
  }
  auto next = channel_->shake_hands();
  if (next && *next == wants::nothing) e.more_about().tls = channel_->peer();
  return next;
} catch (std::system_error const& why) {
  return failure{why.code(), why.what()};
}

}  // namespace weft::tls
