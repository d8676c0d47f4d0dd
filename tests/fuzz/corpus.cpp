// SPDX-License-Identifier: MIT
#include "fuzz/corpus.hpp"

#include "fuzz/fuzz.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace weft::fuzz {

namespace {

constexpr int offspring = 3000;
constexpr std::size_t longest = 4096;

std::vector<std::string> corpus_of(std::string_view name) {
  std::vector<std::filesystem::path> files;
  for (auto const& entry :
       std::filesystem::directory_iterator(WEFT_SOURCE_DIR "/tests/fuzz/corpus/" + std::string(name)))
    files.push_back(entry.path());
  std::ranges::sort(files);  // the same order everywhere, for the same offspring
  std::vector<std::string> all;
  for (auto const& file : files) {
    std::ifstream in(file, std::ios::binary);
    all.emplace_back(std::istreambuf_iterator(in), std::istreambuf_iterator<char>());
  }
  return all;
}

std::string hex(std::string const& input) {
  constexpr char digits[] = "0123456789abcdef";
  std::string written;
  for (unsigned char const c : input) (written += digits[c >> 4]) += digits[c & 15];
  return written;
}

void run(target const& t, std::string const& input) {
  try {
    t.run(std::as_bytes(std::span(input)));
  } catch (std::exception const& broken) {
    BOOST_TEST_FAIL("not so: " << broken.what() << ", for " << hex(input));
  }
}

class breeder {
 public:
  std::string child_of(std::vector<std::string> const& all) {
    std::string child = all[below(all.size())];
    for (auto n = 1 + below(4); n != 0; --n) mutate(child, all[below(all.size())]);
    child.resize(std::min(child.size(), longest));
    return child;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(dice_); }
  char odd_byte() {
    constexpr char odd[] = {0, 1, 0x7f, '\x80', '\xff', '/', ':', '%'};
    return odd[below(std::size(odd))];
  }
  void mutate(std::string& child, std::string const& other) {
    auto const at = below(child.size() + 1);
    switch (below(6)) {
      case 0:
        return child.resize(at);
      case 1:
        return (void)child.insert(at, 1, odd_byte());
      case 2:
        return (void)child.insert(at, other, other.empty() ? 0 : below(other.size()));
      case 3:
        return (void)child.erase(at, 1 + below(8));
      default:
        break;
    }
    if (at < child.size()) child[at] = below(2) ? odd_byte() : static_cast<char>(child[at] ^ (1 << below(8)));
  }

  std::mt19937 dice_{1};
};

}  // namespace

void play(std::string_view name) {
  auto const t = std::ranges::find(targets(), name, &target::name);
  BOOST_TEST_REQUIRE((t != targets().end()));
  auto const corpus = corpus_of(name);
  BOOST_TEST_REQUIRE(!corpus.empty());
  for (auto const& input : corpus) run(**t, input);
  breeder b;
  for (int i = 0; i != offspring; ++i) run(**t, b.child_of(corpus));
}

}  // namespace weft::fuzz
