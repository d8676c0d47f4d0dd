// SPDX-License-Identifier: MIT
#include "support/knobs.hpp"

#include "fabric/provider.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <list>
#include <stdexcept>

namespace weft::fabric {

namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    auto const end = std::min(text.find(at), text.size());
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

[[noreturn]] void refuse(std::string_view what, std::string_view word, std::string_view known) {
  throw std::invalid_argument(std::string(what) + " \"" + std::string(word) + "\" is none of " + std::string(known));
}

template <class Value>
using words = std::vector<std::pair<std::string_view, Value>>;

template <class Value>
Value one_of(words<Value> const& known, std::string_view key, std::string_view word) {
  std::string all;
  for (auto const& [name, value] : known) {
    if (name == word) return value;
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  refuse(std::string(key) + ":", word, all);
}

std::size_t number(std::string_view key, std::string_view word) {
  std::size_t n = 0;
  auto const [end, error] = std::from_chars(word.data(), word.data() + word.size(), n);
  if (error != std::errc() || end != word.data() + word.size() || word.empty())
    refuse(std::string(key) + ":", word, "the numbers");
  return n;
}

void set(provider_hints& h, std::string_view key, std::string_view value) {
  if (key == "cq_format")
    h.queue.format = one_of<queue_format>(
        {{"msg", queue_format::msg}, {"data", queue_format::data}, {"tagged", queue_format::tagged}}, key, value);
  else if (key == "cq_wait")
    h.queue.wait = one_of<wait_kind>(
        {{"fd", wait_kind::descriptor}, {"set", wait_kind::wait_set}, {"none", wait_kind::backoff}}, key, value);
  else if (key == "cq_size")
    h.queue.depth = number(key, value);
  else if (key == "av_type")
    h.peers.table = one_of<address_table>({{"map", address_table::map}, {"table", address_table::table}}, key, value);
  else if (key == "av_count")
    h.peers.count = number(key, value);
  else
    refuse("the key", key, "cq_format, cq_wait, cq_size, av_type, av_count");
}

std::string_view said(std::string const& name) {
  auto const* const value = std::getenv(name.c_str());
  return value ? value : "";
}

hints_by_provider const& said_hints() {
  static auto const all = parse_hints(said("WEFT_TEST_HINTS"));
  return all;
}

}  // namespace

hints_by_provider parse_hints(std::string_view text) {
  hints_by_provider all;
  for (auto const one : split(text, ' ')) {
    auto const colon = one.find(':');
    if (colon == std::string_view::npos) throw std::invalid_argument("no colon in \"" + std::string(one) + "\"");
    auto& h = all[std::string(one.substr(0, colon))];
    for (auto const pair : split(one.substr(colon + 1), ',')) {
      auto const is = std::min(pair.find('='), pair.size());
      set(h, pair.substr(0, is), pair.substr(std::min(is + 1, pair.size())));
    }
  }
  return all;
}

std::vector<std::string> parse_providers(std::string_view list, hints_by_provider const& hints) {
  std::vector<std::string> all;
  for (auto const name : split(list, ','))
    if (facts_of(name) || hints.contains(name)) all.emplace_back(name);
  if (all.empty()) all.emplace_back("sockets");
  return all;
}

std::vector<char const*> providers_to_test(char const* type, std::vector<char const*> usual) {
  auto const list = said("WEFT_TEST_" + std::string(type) + "_PROVIDERS");
  if (list.empty()) return usual;
  static std::list<std::string> names;
  std::vector<char const*> all;
  for (auto& name : parse_providers(list, said_hints())) all.push_back(names.emplace_back(std::move(name)).c_str());
  return all;
}

provider_hints const* hints_to_test_with(std::string_view provider) {
  auto const it = said_hints().find(provider);
  return it == said_hints().end() ? nullptr : &it->second;
}

}  // namespace weft::fabric
