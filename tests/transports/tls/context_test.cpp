// SPDX-License-Identifier: MIT
#include "tls/context.hpp"

#include <weft/error.hpp>

#include "support/certificates.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace weft::tls {

namespace {

using test::good_identity;
using test::known_authority;

struct folder {
  folder() : path(std::filesystem::temp_directory_path() / ("weft-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(path);
  }
  ~folder() { std::filesystem::remove_all(path); }
  std::string file(std::string const& name, std::string const& text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
  std::filesystem::path path;
};

failure fault(tls_options const& o, side s) { return context::make(o, s).error(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_context)

BOOST_AUTO_TEST_CASE(dialing_needs_no_options) {
  auto c = context::make({}, side::dials);
  BOOST_TEST_REQUIRE(c.has_value());
  BOOST_TEST((*c)->asks());
  BOOST_TEST((SSL_CTX_get_verify_mode((*c)->native()) == SSL_VERIFY_PEER));
}

BOOST_AUTO_TEST_CASE(texts_and_files_will_both_do) {
  folder const f;
  auto const [certificate, key] = good_identity();
  BOOST_TEST(context::make({.certificate = certificate, .key = key}, side::listens).has_value());
  BOOST_TEST(context::make({.certificate = certificate + key}, side::listens).has_value());
  auto const cert_file = f.file("cert", certificate), key_file = f.file("key", key),
             both = f.file("both", certificate + key);
  BOOST_TEST(context::make({.certificate_file = cert_file, .key_file = key_file}, side::listens).has_value());
  BOOST_TEST(context::make({.certificate_file = both}, side::listens).has_value());
  BOOST_TEST(context::make({.ca_file = f.file("ca", known_authority().certificate())}, side::dials).has_value());
  BOOST_TEST(context::make({.ca_directory = f.path.string()}, side::dials).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_by_name) {
  auto const [certificate, key] = good_identity();
  auto const expect = [](failure const& f, std::string const& name) {
    BOOST_TEST(f.code == errc::invalid_option);
    BOOST_TEST(f.detail.find(name) != std::string::npos, f.detail);
  };
  expect(fault({}, side::listens), "certificate");
  expect(fault({.certificate_file = "/nowhere/c.pem"}, side::listens), "certificate_file '/nowhere/c.pem'");
  expect(fault({.certificate = certificate}, side::listens), "key");
  expect(fault({.certificate = certificate, .key = "no key"}, side::listens), "key");
  expect(fault({.certificate = certificate, .key = test::known_authority().issue().key}, side::listens), "key");
  expect(fault({.ca = "no certificate"}, side::dials), "ca");
  expect(fault({.ca_file = "/nowhere/ca.pem"}, side::dials), "ca_file '/nowhere/ca.pem'");
  expect(fault({.oldest = tls_version::v1_3, .newest = tls_version::v1_2}, side::dials), "oldest");
}

BOOST_AUTO_TEST_CASE(a_key_may_have_a_password) {
  auto const [certificate, key] = known_authority().issue({.password = "secret"});
  tls_options o{.certificate = certificate, .key = key, .key_password = "secret"};
  BOOST_TEST(context::make(o, side::listens).has_value());
  o.key_password = "wrong";
  BOOST_TEST(fault(o, side::listens).code == errc::invalid_option);
  o.key_password.clear();
  BOOST_TEST(fault(o, side::listens).code == errc::invalid_option);
}

BOOST_AUTO_TEST_CASE(who_listens_asks_for_certificates_as_told) {
  auto const [certificate, key] = good_identity();
  auto const mode = [&](client_certificate c) {
    auto made = context::make({.clients = c, .certificate = certificate, .key = key}, side::listens);
    return SSL_CTX_get_verify_mode((*made)->native());
  };
  BOOST_TEST(mode(client_certificate::none) == SSL_VERIFY_NONE);
  BOOST_TEST(mode(client_certificate::optional) == SSL_VERIFY_PEER);
  BOOST_TEST(mode(client_certificate::required) == (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT));
}

BOOST_AUTO_TEST_CASE(the_name_to_verify_is_the_urls_unless_told_otherwise) {
  auto const at = [](std::string_view text) { return url::parse(text).value(); };
  BOOST_TEST(name_to_verify(at("tls+tcp://host:1"), {}) == "host");
  BOOST_TEST(name_to_verify(at("tls+tcp://eth0;host:1"), {}) == "host");
  BOOST_TEST(name_to_verify(at("tls+tcp://[::1]:1"), {}) == "::1");
  BOOST_TEST(name_to_verify(at("tls+tcp://host:1"), {.server_name = "other"}) == "other");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::tls
