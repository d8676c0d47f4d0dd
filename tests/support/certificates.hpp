// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

typedef struct evp_pkey_st EVP_PKEY;
typedef struct x509_st X509;

namespace weft::test {

/// A certificate and its key, as PEM texts.
struct identity {
  std::string certificate;
  std::string key;
};

struct certificate_terms {
  std::string name = "weft test";
  std::string hosts = "DNS:localhost,IP:127.0.0.1,IP:::1";  ///< as OpenSSL writes alternative names
  long from = -3600;                                        ///< seconds from now
  long until = 24 * 3600;
  std::string password = {};  ///< for the key
};

/// Issues certificates, and vouches for them with its own.
class authority {
 public:
  explicit authority(std::string const& name);
  std::string const& certificate() const noexcept { return pem_; }
  identity issue(certificate_terms const& = {}) const;

 private:
  std::string name_;
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
};

/// One authority and one identity for a whole program: making them takes a while.
authority const& known_authority();
identity const& good_identity();

}  // namespace weft::test
