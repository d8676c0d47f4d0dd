// SPDX-License-Identifier: MIT
#include "policy/topics.hpp"

#include "support/count_allocations.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weft::protocols {

namespace {

using policy::topics;

topics::text bytes(std::string_view s) { return std::as_bytes(std::span(s)); }

struct fixture {
  bool matches(std::string_view body) const { return set.matches(bytes(body)); }
  std::uint32_t add(std::string_view prefix) { return set.add(bytes(prefix)); }
  bool gone(std::string_view prefix) { return set.remove(bytes(prefix)) == topics::removal::gone; }
  std::vector<std::string> all() const {
    std::vector<std::string> found;
    set.for_each([&](topics::text t) { found.emplace_back(reinterpret_cast<char const*>(t.data()), t.size()); });
    std::ranges::sort(found);
    return found;
  }

  topics set;
};

// What topics does, done in the plainest way.
class model {
 public:
  std::uint32_t add(std::string const& s) { return ++set_[s]; }
  topics::removal remove(std::string const& s) {
    auto const it = set_.find(s);
    if (it == set_.end()) return topics::removal::absent;
    if (--it->second > 0) return topics::removal::fewer;
    set_.erase(it);
    return topics::removal::gone;
  }
  bool matches(std::string_view body) const {
    return std::ranges::any_of(set_, [&](auto const& e) { return body.starts_with(e.first); });
  }
  std::vector<std::string> all() const {
    std::vector<std::string> found;
    for (auto const& [text, count] : set_) found.push_back(text);
    return found;
  }
  std::size_t size() const { return set_.size(); }

 private:
  std::map<std::string, std::uint32_t> set_;
};

/// Few letters and many lengths: prefixes of each other, and labels longer than a node's.
std::string random_text(std::mt19937& random, std::size_t longest) {
  std::string s(random() % (longest + 1), 'a');
  for (auto& c : s) c = random() % 8 == 0 ? static_cast<char>(random()) : random() % 2 ? 'a' : 'b';
  return s;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(topics_, fixture)

BOOST_AUTO_TEST_CASE(nothing_matches_an_empty_set) {
  BOOST_TEST(!matches(""));
  BOOST_TEST(!matches("a"));
  BOOST_TEST(set.empty());
  BOOST_TEST(!gone(""));
}

BOOST_AUTO_TEST_CASE(the_empty_prefix_matches_everything) {
  add("");
  BOOST_TEST(matches(""));
  BOOST_TEST(matches("anything"));
  BOOST_TEST(gone(""));
  BOOST_TEST(!matches("anything"));
}

BOOST_AUTO_TEST_CASE(a_prefix_matches_what_begins_with_it) {
  for (auto* p : {"stock/nyse/ibm", "stock/nyse/msft", "bond/"}) add(p);
  BOOST_TEST(matches("stock/nyse/ibm"));
  BOOST_TEST(matches("stock/nyse/ibm 120"));
  BOOST_TEST(matches("bond/7"));
  for (auto* body : {"", "s", "stock/nyse/", "stock/nyse/ib", "stock/nyse/imb", "bond", "stock/nyse/x"})
    BOOST_TEST(!matches(body), body);
}

BOOST_AUTO_TEST_CASE(a_prefix_of_a_prefix_is_one_of_its_own) {
  add("abc");
  add("a");
  BOOST_TEST(matches("ax"));
  BOOST_TEST(gone("a"));
  BOOST_TEST(!matches("ax"));
  BOOST_TEST(matches("abc"));
  BOOST_TEST(!gone("ab"));
}

BOOST_AUTO_TEST_CASE(what_is_there_twice_goes_with_the_second_removal) {
  BOOST_TEST(add("x") == 1u);
  BOOST_TEST(add("x") == 2u);
  BOOST_TEST(set.size() == 1u);
  BOOST_TEST((set.remove(bytes("x")) == topics::removal::fewer));
  BOOST_TEST(matches("x"));
  BOOST_TEST((set.remove(bytes("x")) == topics::removal::gone));
  BOOST_TEST((set.remove(bytes("x")) == topics::removal::absent));
  BOOST_TEST(!matches("x"));
}

BOOST_AUTO_TEST_CASE(every_byte_is_a_letter) {
  for (int c = 0; c < 256; ++c) add(std::string(1, static_cast<char>(c)) + "tail");
  BOOST_TEST(set.size() == 256u);
  for (int c = 0; c < 256; ++c) BOOST_TEST(matches(std::string(1, static_cast<char>(c)) + "tail!"));
  for (int c = 0; c < 255; ++c) BOOST_TEST(gone(std::string(1, static_cast<char>(c)) + "tail"));
  BOOST_TEST(matches("\xfftail"));
  BOOST_TEST(!matches("\xfetail"));
}

BOOST_AUTO_TEST_CASE(a_topic_may_be_very_long) {
  std::string const deep(1'000'000, 'x');
  add(deep);
  add(deep + "y");
  BOOST_TEST(matches(deep));
  BOOST_TEST(all().size() == 2u);
  BOOST_TEST(gone(deep));
  BOOST_TEST(!matches(deep));
  BOOST_TEST(gone(deep + "y"));
  BOOST_TEST(set.memory() == 0u);
}

BOOST_AUTO_TEST_CASE(does_as_the_plainest_set_would) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    model plain;
    topics fresh;
    std::swap(set, fresh);
    for (int i = 0; i < 2000; ++i) {
      auto const text = random_text(random, 50);
      if (i < 1000 ? random() % 3 > 0 : random() % 3 == 0)
        BOOST_REQUIRE(add(text) == plain.add(text));
      else if (auto const known = plain.all(); known.empty() || random() % 4 == 0)
        BOOST_REQUIRE(set.remove(bytes(text)) == plain.remove(text));
      else
        BOOST_REQUIRE(set.remove(bytes(known[i % known.size()])) == plain.remove(known[i % known.size()]));
      auto const body = random_text(random, 60);
      BOOST_REQUIRE(matches(body) == plain.matches(body));
      BOOST_REQUIRE(set.size() == plain.size());
    }
    BOOST_TEST(all() == plain.all());
  }
}

BOOST_AUTO_TEST_CASE(coming_and_going_takes_no_more_memory) {
  for (int i = 0; i < 1000; ++i) add("topic/" + std::to_string(i));
  auto const before = set.memory();
  for (int round = 0; round < 20; ++round) {
    for (int i = 1; i < 1000; ++i) BOOST_REQUIRE(gone("topic/" + std::to_string(i)));
    for (int i = 1; i < 1000; ++i) add("topic/" + std::to_string(i));
  }
  BOOST_TEST(set.memory() <= before * 2);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_take_less_than_a_hundred_bytes_each) {
  for (int i = 0; i < 100'000; ++i) add("market/" + std::to_string(i % 100) + "/instrument/" + std::to_string(i));
  BOOST_TEST(set.size() == 100'000u);
  BOOST_TEST(set.memory() < 100u * 100'000u);
}

BOOST_AUTO_TEST_CASE(a_match_allocates_nothing) {
  for (int i = 0; i < 1000; ++i) add(std::to_string(i));
  auto const before = test::allocations();
  for (auto* body : {"77", "x", "", "999 bottles"}) (void)matches(body);
  BOOST_TEST(test::allocations() == before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::protocols
