// SPDX-License-Identifier: MIT
#include "policy/interest.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weft::protocols {

namespace {

namespace interest = policy::interest;
using interest::verb;

interest::text bytes(std::string_view s) { return std::as_bytes(std::span(s)); }

std::string text(interest::text t) { return {reinterpret_cast<char const*>(t.data()), t.size()}; }

/// "+a -b" for what a message asks for; "?" behind it when it makes no sense.
std::string said(std::string_view message) {
  interest::reader r(bytes(message));
  std::string all;
  while (auto const e = r.next()) all += (e->verb == verb::want ? "+" : "-") + text(e->prefix) + " ";
  return r.is_valid() ? all : all + "?";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(interest_)

BOOST_AUTO_TEST_CASE(what_is_written_stands_as_the_documentation_has_it) {
  interest::writer w;
  BOOST_TEST(w.empty());
  w.flag(interest::begins);
  BOOST_TEST(!w.empty());
  w.add(verb::want, bytes("ab"));
  w.add(verb::forget, {});
  std::vector<std::byte> message(w.bytes().begin(), w.bytes().end());
  interest::number(message, 0x0203);
  BOOST_TEST(text(message) == std::string("\1\1\2\3"
                                          "\1\0\2ab"
                                          "\2\0\0",
                                          12));
  w.clear();
  BOOST_TEST(w.empty());
}

BOOST_AUTO_TEST_CASE(what_was_written_is_read) {
  interest::writer w;
  std::string const longest(interest::longest, 'x');
  w.flag(interest::ends);
  for (auto const& p : {std::string("a"), std::string(), longest}) w.add(verb::want, bytes(p));
  interest::reader r(w.bytes());
  BOOST_TEST(r.is(interest::ends));
  BOOST_TEST(!r.is(interest::begins));
  BOOST_TEST(text(r.next()->prefix) == "a");
  BOOST_TEST(r.next()->prefix.empty());
  BOOST_TEST(text(r.next()->prefix) == longest);
  BOOST_TEST(!r.next());
  BOOST_TEST(r.is_valid());
}

BOOST_AUTO_TEST_CASE(nonsense_is_noticed) {
  auto const message = [](std::string_view entries) { return std::string("\1\0\0\0", 4).append(entries); };
  BOOST_TEST(said(message("")) == "");
  BOOST_TEST(said("") == "?");
  BOOST_TEST(said(std::string_view("\1\0\0", 3)) == "?");
  BOOST_TEST(said(std::string_view("\2\0\0\0", 4)) == "?");         // version
  BOOST_TEST(said(std::string_view("\1\4\0\0", 4)) == "?");         // flags
  BOOST_TEST(said(message(std::string_view("\0\0\0", 3))) == "?");  // verb
  BOOST_TEST(said(message(std::string_view("\3\0\0", 3))) == "?");
  BOOST_TEST(said(message(std::string_view("\1\0", 2))) == "?");
  BOOST_TEST(said(message(std::string_view("\1\0\1a\1\0\2b", 8))) == "+a ?");  // cut short
  std::string too_long = message("\1\4\1");
  too_long.resize(too_long.size() + 1025, 'x');
  BOOST_TEST(said(too_long) == "?");
}

BOOST_AUTO_TEST_CASE(any_bytes_are_read_without_harm) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string junk(random() % 40, 0);
    for (auto& c : junk) c = static_cast<char>(random() % 4);
    if (!junk.empty()) junk[0] = 1;
    auto const out = said(junk);
    BOOST_REQUIRE(out.size() <= 2 * junk.size() + 1);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
