// SPDX-License-Identifier: MIT
#include <weft/error.hpp>
#include <weft/url.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace weft::core {

namespace {

struct row {
  char const* text;
  char const* scheme;
  char const* host;
  int port;  // -1: none
  char const* path;
};

constexpr row rows[] = {
    {"ofi+tcp://10.0.0.1:7000", "ofi+tcp", "10.0.0.1", 7000, ""},
    {"ofi+tcp://host", "ofi+tcp", "host", -1, ""},
    {"ofi+tcp://host:0", "ofi+tcp", "host", 0, ""},
    {"ofi+tcp://host:*", "ofi+tcp", "host", 0, ""},
    {"ofi+tcp://*:65535", "ofi+tcp", "*", 65535, ""},
    {"ofi+tcp://:7000", "ofi+tcp", "", 7000, ""},
    {"ofi+tcp://", "ofi+tcp", "", -1, ""},
    {"ofi+tcp://host:7000/a/b", "ofi+tcp", "host", 7000, "/a/b"},
    {"ws://host/a:b", "ws", "host", -1, "/a:b"},
    {"ofi+tcp://[::1]:7000", "ofi+tcp", "::1", 7000, ""},
    {"ofi+tcp://[fe80::1%eth0]:7000/x", "ofi+tcp", "fe80::1%eth0", 7000, "/x"},
    {"ofi+tcp://[::1]", "ofi+tcp", "::1", -1, ""},
    {"tcp://eth0;host:7000", "tcp", "eth0;host", 7000, ""},
    {"tcp://[::1];[::2]:7000", "tcp", "::1;::2", 7000, ""},
    {"tcp://eth0;[::2]:7000", "tcp", "eth0;::2", 7000, ""},
    {"tcp://[::1];host:7000", "tcp", "::1;host", 7000, ""},
    {"ofi+verbs;ofi_rxm://h:1", "ofi+verbs;ofi_rxm", "h", 1, ""},
    {"inproc://name", "inproc", "name", -1, ""},
    {"inproc://a/b:c/", "inproc", "a/b:c/", -1, ""},
    {"lossy+inproc://a/b", "lossy+inproc", "a/b", -1, ""},
    {"ipc:///tmp/socket", "ipc", "/tmp/socket", -1, ""},
    {"ofi+shm://a/b", "ofi+shm", "a/b", -1, ""},
    {"inproc://gr\xc3\xbc\xc3\x9f", "inproc", "gr\xc3\xbc\xc3\x9f", -1, ""},
};

struct bad_row {
  std::string text;
  char const* fault;  // a word that names it
};

std::vector<bad_row> const bad_rows = {
    {"", "://"},
    {"host:7000", "://"},
    {"ofi+tcp:/host", "://"},
    {"://host:1", "scheme"},
    {"o/fi://host:1", "scheme"},
    {"ofi@tcp://host:1", "scheme"},
    {"ofi+tcp://host:65536", "65536"},
    {"ofi+tcp://host:-1", "-1"},
    {"ofi+tcp://host:+1", "+1"},
    {"ofi+tcp://host:abc", "abc"},
    {"ofi+tcp://host:1x", "1x"},
    {"ofi+tcp://host:0x10", "0x10"},
    {"ofi+tcp://host:99999999999999999999", "port"},
    {"ofi+tcp://host:", "port"},
    {"ofi+tcp://[::1]:", "port"},
    {"ofi+tcp://::1:7000", "brackets"},
    {"ofi+tcp://[::1:7000", "closed"},
    {"ofi+tcp://[::1]7000", "]"},
    {"tcp://[::1]:5;[::2]:7000", "local address"},
    {"tcp://::1;[::2]:7000", "brackets"},
    {"tcp://[::1;::2]:7000", "closed"},
    {"inproc://", "missing"},
    {"inproc://?a=b", "missing"},
    {"ofi+tcp://a b:1", "spaces"},
    {" ofi+tcp://a:1", "spaces"},
    {"ofi+tcp://a:1\n", "control"},
    {"ofi+tcp://a\x7f:1", "control"},
    {std::string("inproc://a\0b", 12), "control"},
    {"inproc://\x1b[2J", "control"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(url_text)

BOOST_AUTO_TEST_CASE(is_taken_apart) {
  for (auto const& r : rows) {
    BOOST_TEST_CONTEXT(r.text) {
      auto u = url::parse(r.text);
      BOOST_TEST_REQUIRE(u.has_value());
      BOOST_TEST(u->scheme == r.scheme);
      BOOST_TEST(u->host == r.host);
      BOOST_TEST((u->port ? *u->port : -1) == r.port);
      BOOST_TEST(u->path == r.path);
      BOOST_TEST(u->query.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(is_put_together_to_what_means_the_same) {
  for (auto const& r : rows) {
    BOOST_TEST_CONTEXT(r.text) {
      auto const first = url::parse(r.text).value();
      auto again = url::parse(first.to_string());
      BOOST_TEST_REQUIRE(again.has_value());
      BOOST_TEST(again->scheme == first.scheme);
      BOOST_TEST(again->host == first.host);
      BOOST_TEST((again->port == first.port));
      BOOST_TEST(again->path == first.path);
    }
  }
}

BOOST_AUTO_TEST_CASE(is_refused_with_the_part_at_fault) {
  for (auto const& r : bad_rows) {
    BOOST_TEST_CONTEXT(r.text) {
      auto const u = url::parse(r.text);
      BOOST_TEST_REQUIRE(!u);
      BOOST_TEST((u.error().code == errc::invalid_url));
      // Behind the text itself, which may have the word in it.
      auto const why = u.error().detail.substr(r.text.size() + 2);
      BOOST_TEST((why.find(r.fault) != why.npos), u.error().detail);
    }
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_it_could_not_write_again) {
  for (std::string_view const text :
       {"tcp://h:1?=x", "tcp://h:1?a&=", "tcp://[[::1]:80", "tcp://h]:80", "tcp://[::1]]"})
    BOOST_TEST(!url::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(has_a_query_of_keys_and_values) {
  auto const u = url::parse("ofi+tcp://h:1/p?a=1&b&c=x=y&&a=2&d=/?z").value();
  BOOST_TEST(u.path == "/p");
  BOOST_TEST(u.query.size() == 4u);
  BOOST_TEST(u.query_or("a", "-") == "2");  // the last one counts
  BOOST_TEST(u.query_or("b", "-") == "");
  BOOST_TEST(u.query_or("c", "-") == "x=y");
  BOOST_TEST(u.query_or("d", "-") == "/?z");
  BOOST_TEST(u.query_or("e", "-") == "-");
  BOOST_TEST(u.to_string() == "ofi+tcp://h:1/p?a=2&b&c=x=y&d=/?z");
}

BOOST_AUTO_TEST_CASE(may_have_a_query_behind_a_name) {
  auto const u = url::parse("lossy+inproc://a/b?drop=3").value();
  BOOST_TEST(u.host == "a/b");
  BOOST_TEST(u.query_or("drop", "") == "3");
  BOOST_TEST(url::parse("inproc://a?").value().query.empty());
}

BOOST_AUTO_TEST_CASE(is_at_most_4096_bytes_long) {
  std::string const scheme = "inproc://";
  auto const longest = scheme + std::string(4096 - scheme.size(), 'x');
  BOOST_TEST(url::parse(longest).has_value());
  auto const u = url::parse(longest + "x");
  BOOST_TEST(!u);
  BOOST_TEST((u.error().code == errc::invalid_url));
  // Nobody wants to read all of it.
  BOOST_TEST(u.error().detail.size() < 400u);
}

BOOST_AUTO_TEST_CASE(of_any_single_byte_is_taken_or_refused_but_never_altered) {
  for (int c = 0; c < 256; ++c) {
    std::string const name(1, static_cast<char>(c));
    auto u = url::parse("inproc://a" + name + "b");
    bool const allowed = c > 0x20 && c != 0x7f;
    BOOST_TEST(u.has_value() == allowed, "byte " << c);
    if (u && c != '?') BOOST_TEST(u->host == "a" + name + "b");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
