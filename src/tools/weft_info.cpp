// SPDX-License-Identifier: MIT
// weft-info: what libfabric offers on this machine, what a URL would choose, and why not the rest.
#include "usage.hpp"

#include <weft/fabric/offers.hpp>
#include <weft/version.hpp>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace weft::fabric;
namespace json = boost::json;

constexpr std::size_t page_width = 100;

using row = std::vector<std::string>;

// Columns as wide as their longest cell.
void print_table(std::vector<row> const& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (auto const& r : rows)
    for (std::size_t i = 0; i != r.size(); ++i) widths[i] = std::max(widths[i], r[i].size());
  for (auto const& r : rows) {
    std::string line;
    for (std::size_t i = 0; i != r.size(); ++i) line += "  " + r[i] + std::string(widths[i] - r[i].size(), ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << "\n";
  }
}

// A name, and a text that goes on under itself where the page ends.
void print_entry(std::string const& name, std::size_t name_width, std::string text) {
  name_width = std::max(name_width, name.size());
  auto const indent = name_width + 4;
  std::string line = "  " + name + std::string(name_width - name.size() + 2, ' ');
  while (text.size() > page_width - indent) {
    auto cut = text.rfind(' ', page_width - indent);
    if (cut == text.npos || cut == 0) break;
    std::cout << line << text.substr(0, cut) << "\n";
    line = std::string(indent, ' ');
    text.erase(0, cut + 1);
  }
  std::cout << line << text << "\n";
}

template <class Items, class Name>
std::size_t widest(Items const& items, Name&& name) {
  std::size_t width = 0;
  for (auto const& item : items) width = std::max(width, name(item).size());
  return width;
}

std::string joined(std::vector<std::string> const& words) {
  std::string text;
  for (auto const& w : words) text += (text.empty() ? "" : ", ") + w;
  return text;
}

std::string size_text(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) return "any";
  for (auto const& [unit, shift] : {std::pair{"G", 30}, {"M", 20}, {"K", 10}})
    if (auto const whole = bytes >> shift; whole << shift == bytes && whole > 0) return std::to_string(whole) + unit;
  return std::to_string(bytes);
}

// Plain ofi:// serves everybody, so it says nothing about a provider.
std::string scheme_of(std::string const& provider) {
  auto const has = [&](std::vector<std::string> const& names) { return std::ranges::count(names, provider) != 0; };
  for (auto const& s : schemes())
    if (s.name != "ofi" && has(s.automatic)) return s.name;
  for (auto const& s : schemes())
    if (s.name != "ofi" && has(s.on_request)) return s.name;
  return "ofi";
}

void print_offers(std::vector<offer> const& all) {
  std::vector<row> rows{
      {"provider", "scheme", "endpoints", "protocol", "domains", "waits by", "inject", "message", "tag bits"}};
  for (auto o = all.begin(); o != all.end();) {
    auto const next = std::find_if(o, all.end(), [&](offer const& other) {
      return other.provider != o->provider || other.endpoint != o->endpoint;
    });
    std::vector<std::string> domains;
    for (auto other = o; other != next; ++other)
      if (std::ranges::count(domains, other->domain) == 0) domains.push_back(other->domain);
    rows.push_back({o->provider, scheme_of(o->provider), o->endpoint, o->protocol, joined(domains), o->wait,
                    std::to_string(o->inject), size_text(o->max_message), std::to_string(o->tag_bits)});
    o = next;
  }
  std::cout << "\nProviders that can be used here\n\n";
  print_table(rows);
}

void print_absent(std::vector<rejection> const& all) {
  std::cout << "\nProviders that cannot\n\n";
  auto const width = widest(all, [](rejection const& r) { return r.provider; });
  for (auto const& r : all) print_entry(r.provider, width, r.reason);
}

std::string name_of(rejection const& r) {
  return r.endpoint.empty() ? r.provider : r.provider + " (" + r.endpoint + ")";
}

// For every scheme there is: why a provider is absent stands above.
void print_defaults(std::vector<choice> const& all) {
  std::cout << "\nWhat a scheme chooses\n\n";
  auto const width = widest(all, [](choice const& c) { return c.url; });
  for (auto const& c : all) {
    std::vector<std::string> better;
    for (auto const& r : c.rejected) better.push_back(name_of(r));
    auto text = c.chosen ? c.chosen->provider + " (" + c.chosen->endpoint + ")" : "nothing here";
    if (!better.empty()) text += ", for want of " + joined(better);
    print_entry(c.url, width, text);
  }
}

void print_recipes() {
  for (auto const& r : recipes()) {
    std::cout << "\n" << r.provider << " (" << r.scheme << ", " << r.endpoints << ")\n\n";
    auto const width =
        std::max(std::size_t{6}, widest(r.environment, [](recipe::variable const& v) { return v.name; }));
    print_entry("needs", width, r.needs);
    print_entry("opened", width,
                "sleeps by " + r.wait + (r.registers_buffers ? ", buffers registered" : "") +
                    (r.rendezvous == "read" ? ", large bodies read by RMA" : "") +
                    (r.ip_addresses ? ", IP addresses" : ", addresses of its own"));
    if (!r.quirks.empty()) print_entry("mind", width, r.quirks);
    for (auto const& v : r.environment) print_entry(v.name, width, v.meaning);
  }
}

// For a URL that somebody wonders about.
void print_choice(choice const& c) {
  std::cout << "\n" << c.url << "\n\n";
  if (!c.chosen) return print_entry("nothing", 0, c.failure);
  auto const& o = *c.chosen;
  print_table({{"provider", o.provider},
               {"endpoints", o.endpoint},
               {"protocol", o.protocol + " (" + std::to_string(o.protocol_number) + "), version " +
                                std::to_string(o.protocol_version)},
               {"domain", o.domain},
               {"address format", o.address_format},
               {"waits by", o.wait},
               {"inject", std::to_string(o.inject)},
               {"message", size_text(o.max_message)},
               {"tag bits", std::to_string(o.tag_bits)},
               {"memory", o.memory.empty() ? "any" : joined(o.memory)}});
  auto const width = widest(c.rejected, [](rejection const& r) { return "not " + name_of(r); });
  for (auto const& r : c.rejected) print_entry("not " + name_of(r), width, r.reason);
}

json::value to_json(offer const& o) {
  return {{"provider", o.provider},
          {"endpoint", o.endpoint},
          {"fabric", o.fabric},
          {"domain", o.domain},
          {"protocol", o.protocol},
          {"protocol_number", o.protocol_number},
          {"protocol_version", o.protocol_version},
          {"address_format", o.address_format},
          {"max_message", static_cast<std::uint64_t>(o.max_message)},
          {"inject", static_cast<std::uint64_t>(o.inject)},
          {"tag_bits", o.tag_bits},
          {"wait", o.wait},
          {"memory", json::value_from(o.memory)},
          {"capabilities", json::value_from(o.capabilities)}};
}

json::value to_json(rejection const& r) {
  return {{"provider", r.provider}, {"endpoint", r.endpoint}, {"reason", r.reason}};
}

json::value to_json(recipe::variable const& v) { return {{"name", v.name}, {"meaning", v.meaning}}; }

json::value to_json(recipe const&);
json::value to_json(choice const&);

template <class Items>
json::array list_of(Items const& items) {
  json::array list;
  for (auto const& item : items) list.push_back(to_json(item));
  return list;
}

json::value to_json(choice const& c) {
  return {{"url", c.url},
          {"chosen", c.chosen ? to_json(*c.chosen) : json::value()},
          {"rejected", list_of(c.rejected)},
          {"failure", c.failure}};
}

json::value to_json(recipe const& r) {
  return {{"provider", r.provider},
          {"scheme", r.scheme},
          {"endpoints", r.endpoints},
          {"wait", r.wait},
          {"rendezvous", r.rendezvous},
          {"registers_buffers", r.registers_buffers},
          {"ip_addresses", r.ip_addresses},
          {"needs", r.needs},
          {"environment", list_of(r.environment)},
          {"quirks", r.quirks}};
}

void print_json(std::vector<choice> const& choices) {
  auto const v = versions();
  json::value const all = {
      {"weft", weft::version::text}, {"libfabric", {{"compiled", v.compiled}, {"running", v.running}}},
      {"offers", list_of(offers())}, {"absent", list_of(absent())},
      {"choices", list_of(choices)}, {"recipes", list_of(recipes())}};
  std::cout << json::serialize(all) << "\n";
}

void print_text(std::vector<choice> const& choices, bool all_schemes) {
  auto const v = versions();
  std::cout << "weft " << weft::version::text << ", libfabric " << v.running << " (compiled with " << v.compiled
            << ")\n";
  if (!all_schemes) {
    for (auto const& c : choices) print_choice(c);
    return;
  }
  print_offers(offers());
  print_absent(absent());
  print_defaults(choices);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"What libfabric offers on this machine, what a URL would choose, and why not the rest.", "weft-info"};
  bool as_json = false;
  bool only_recipes = false;
  std::vector<std::string> urls;
  app.add_flag("--json", as_json, "for programs");
  app.add_flag("--recipes", only_recipes, "what weft knows of each provider, whether or not it is here");
  app.add_option("url", urls, "look at these URLs only, such as ofi+tcp://host:7000; by default, at every scheme");
  app.set_version_flag("--version", std::string(weft::version::text));
  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    return weft::tools::answered(app, e);
  }

  if (only_recipes && !as_json) {
    print_recipes();
    return 0;
  }
  bool const all_schemes = urls.empty();
  if (all_schemes)
    for (auto const& s : schemes()) urls.push_back(s.name + "://");
  std::vector<choice> choices;
  choices.reserve(urls.size());
  for (auto const& url : urls) choices.push_back(choose(url));

  if (as_json)
    print_json(choices);
  else
    print_text(choices, all_schemes);
  bool const all_chosen = std::ranges::all_of(choices, [](choice const& c) { return c.chosen.has_value(); });
  return all_schemes || all_chosen ? 0 : 1;
}
