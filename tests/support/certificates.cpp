// SPDX-License-Identifier: MIT
#include "support/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <functional>
#include <stdexcept>

namespace weft::test {

namespace {

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL could not make a certificate");
}

std::shared_ptr<EVP_PKEY> new_key() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  check(key != nullptr);
  return key;
}

std::string pem(std::function<int(BIO*)> const& write) {
  std::unique_ptr<BIO, int (*)(BIO*)> const out(BIO_new(BIO_s_mem()), BIO_free);
  check(write(out.get()) == 1);
  char const* data = nullptr;
  auto const size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void name(X509_NAME* to, std::string const& text) {
  check(X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, reinterpret_cast<unsigned char const*>(text.c_str()), -1,
                                   -1, 0) == 1);
}

void extend(X509* c, int what, std::string const& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, c, c, nullptr, nullptr, 0);
  auto* const e = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  check(e != nullptr);
  X509_add_ext(c, e, -1);
  X509_EXTENSION_free(e);
}

std::shared_ptr<X509> blank(certificate_terms const& t, std::string const& issuer, EVP_PKEY* key) {
  std::shared_ptr<X509> c(X509_new(), X509_free);
  check(c != nullptr);
  X509_set_version(c.get(), 2);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(c.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(c.get()), t.from);
  X509_gmtime_adj(X509_getm_notAfter(c.get()), t.until);
  name(X509_get_subject_name(c.get()), t.name);
  std::unique_ptr<X509_NAME, void (*)(X509_NAME*)> const by(X509_NAME_new(), X509_NAME_free);
  name(by.get(), issuer);
  X509_set_issuer_name(c.get(), by.get());
  X509_set_pubkey(c.get(), key);
  return c;
}

std::string text_of(X509* c) {
  return pem([c](BIO* b) { return PEM_write_bio_X509(b, c); });
}

}  // namespace

authority::authority(std::string const& name)
    : name_(name), key_(new_key()), certificate_(blank({.name = name}, name, key_.get())) {
  extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  check(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
  pem_ = text_of(certificate_.get());
}

identity authority::issue(certificate_terms const& t) const {
  auto const key = new_key();
  auto const c = blank(t, name_, key.get());
  if (!t.hosts.empty()) extend(c.get(), NID_subject_alt_name, t.hosts);
  check(X509_sign(c.get(), key_.get(), EVP_sha256()) > 0);
  auto const* const cipher = t.password.empty() ? nullptr : EVP_aes_256_cbc();
  auto const* const password = t.password.empty() ? nullptr : t.password.c_str();
  return {text_of(c.get()), pem([&](BIO* b) {
            return PEM_write_bio_PKCS8PrivateKey(b, key.get(), cipher, const_cast<char*>(password),
                                                 static_cast<int>(t.password.size()), nullptr, nullptr);
          })};
}

authority const& known_authority() {
  static authority const one("weft test authority");
  return one;
}

identity const& good_identity() {
  static identity const one = known_authority().issue();
  return one;
}

}  // namespace weft::test
