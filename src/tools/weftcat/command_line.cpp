// SPDX-License-Identifier: MIT
#include "command_line.hpp"

#include "../usage.hpp"
#include "abbreviations.hpp"
#include "files.hpp"

#include <weft/version.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>

namespace weftcat {

namespace {

using error = CLI::ValidationError;

constexpr char const* description = "Sends and receives messages: a client, or a server, of any scalability protocol.";
constexpr char const* footer =
    "SECS may have a fraction. Long options may be abbreviated; a value follows as the next argument, or behind \"=\" "
    "or "
    "\":\".\n"
    "Where nngcat and nanocat differ: --pair is PAIR version 0; a peer that is not there yet is waited for; -X PATH is "
    "ipc://PATH; --ascii ends each message with a newline; messages over 1 MiB need -Z. See weftcat(1).";

// CLI11 puts the flag in front of what these say.
clock::duration as_seconds(std::string const& text) {
  double value = 0;
  auto const* const end = text.data() + text.size();
  auto const [rest, failed] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  constexpr double longest = 1e9;
  if (failed != std::errc() || rest != end || !std::isfinite(value) || std::signbit(value) || value > longest)
    throw error("\"" + text + "\" is no number of seconds");
  return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(value));
}

std::uint64_t as_number(std::string const& text, std::uint64_t largest) {
  std::uint64_t value = 0;
  auto const* const end = text.data() + text.size();
  auto const [rest, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || rest != end || value > largest)
    throw error("\"" + text + "\" is no number up to " + std::to_string(largest));
  return value;
}

std::map<std::string, format> const format_names = {
    {"no", format::no},   {"raw", format::raw},         {"ascii", format::ascii}, {"quoted", format::quoted},
    {"hex", format::hex}, {"msgpack", format::msgpack}, {"json", format::json},
};

/// nanomsg's names for its tool, such as nn_req, say what it speaks.
std::map<std::string, protocol> const program_names = {
    {"nn_req", protocol::req},           {"nn_rep", protocol::rep},
    {"nn_push", protocol::push},         {"nn_pull", protocol::pull},
    {"nn_pub", protocol::pub},           {"nn_sub", protocol::sub},
    {"nn_surveyor", protocol::surveyor}, {"nn_respondent", protocol::respondent},
    {"nn_bus", protocol::bus},           {"nn_pair", protocol::pair},
};

bool is_one_of(protocol p, std::initializer_list<protocol> all) { return std::ranges::find(all, p) != all.end(); }

bool only_receives(protocol p) { return is_one_of(p, {protocol::pull, protocol::sub}); }
bool only_sends(protocol p) { return is_one_of(p, {protocol::push, protocol::pub}); }
bool begins(protocol p) { return only_sends(p) || is_one_of(p, {protocol::req, protocol::surveyor}); }
bool replies(protocol p) { return is_one_of(p, {protocol::rep, protocol::respondent}); }

bool is_secure(std::string const& url) { return url.starts_with("tls+") || url.starts_with("wss"); }

}  // namespace

command_line::command_line() : app_(description, "weftcat") {
  app_.footer(footer);
  app_.set_version_flag("-V,--version", std::string(weft::version::text));
  add_protocols();
  add_addresses();
  add_formats();
  add_input();
  add_limits();
  add_tls();
  add_rest();
}

CLI::Option* command_line::flag(char const* names, bool& target, char const* help) {
  return app_.add_flag(names, target, help);
}

CLI::Option* command_line::value(char const* names, char const* type, std::string const& help) {
  return app_.add_option(names, help)->type_name(type)->take_last();
}

CLI::Option* command_line::seconds(char const* names, std::function<void(clock::duration)> const& set,
                                   char const* help) {
  auto* const o = value(names, "SECS", help);
  o->each([=](auto const& text) { set(as_seconds(text)); });
  return o;
}

CLI::Option* command_line::addresses(char const* names, bool listens, char const* before, char const* help) {
  auto* const o = app_.add_option_function<std::vector<std::string>>(
      names, [](auto const&) {}, help);
  auto& all = listens ? settings_.listens : settings_.dials;
  o->each([=, &all](std::string const& value) { all.push_back({o->get_name(), before + value}); });
  return o->allow_extra_args(false)->group("Addresses (one or more)");
}

CLI::Option* command_line::readable_file(char const* names, std::string& target, char const* help) {
  auto* const o = app_.add_option(names, target, help)->type_name("FILE")->group("TLS");
  o->each([](std::string const& path) {
    if (::access(path.c_str(), R_OK) != 0) throw error(path + ": " + last_error());
  });
  return o;
}

void command_line::add_protocols() {
  auto const add = [&](char const* names, protocol p, std::string const& help) {
    protocols_.emplace_back(app_.add_flag(names, help)->group("Protocols (one of them)"), p);
  };
  add("--req,--req0", protocol::req, "asks");
  add("--rep,--rep0", protocol::rep, "answers");
  add("--push,--push0", protocol::push, "sends to one of its peers");
  add("--pull,--pull0", protocol::pull, "receives what is pushed");
  add("--pub,--pub0", protocol::pub, "publishes");
  add("--sub,--sub0", protocol::sub, "receives what is published");
  add("--surveyor,--surveyor0", protocol::surveyor, "asks everybody");
  add("--respondent,--respondent0", protocol::respondent, "answers surveys");
  add("--bus,--bus0", protocol::bus, "sends to all of its peers, and receives from all");
  add("--pair,--pair0", protocol::pair, "talks with one peer");
  add("--pair1", protocol::pair1, "the same, as nng's version 1 of it");
}

void command_line::add_addresses() {
  addresses("--listen,--bind", true, "", "waits for peers at this URL")->type_name("URL");
  addresses("--dial,--connect", false, "", "connects to this URL, again and again")->type_name("URL");
  addresses("-X,--bind-ipc", true, "ipc://", "listens at ipc://PATH")->type_name("PATH");
  addresses("-x,--connect-ipc", false, "ipc://", "dials ipc://PATH")->type_name("PATH");
  auto const port = [](auto* o) {
    o->type_name("PORT")->each([](std::string const& text) { as_number(text, 65535); });
  };
  port(addresses("-L,--bind-local", true, "tcp://127.0.0.1:", "listens at tcp://127.0.0.1:PORT"));
  port(addresses("-l,--connect-local", false, "tcp://127.0.0.1:", "dials tcp://127.0.0.1:PORT"));
}

void command_line::add_formats() {
  auto const group = "What is received (by default not shown)";
  app_.add_option("--format", format_name_, "as the options below; no: not at all")
      ->type_name("no|raw|ascii|quoted|hex|msgpack|json")
      ->group(group);
  auto const add = [&](char const* names, format f, std::string const& help) {
    formats_.emplace_back(app_.add_flag(names, help)->group(group), f);
  };
  add("--raw", format::raw, "as it is, with nothing between two messages");
  add("-A,--ascii", format::ascii, "a line each, with a dot for what cannot be printed");
  add("-Q,--quoted", format::quoted, "a line each, quoted and escaped as in C");
  add("--hex", format::hex, "a line each, every byte as \\xNN, quoted");
  add("--msgpack", format::msgpack, "as msgpack's binary data");
  add("--json", format::json, "a line each: an object with the text (or base64), its size, and who sent it");
}

void command_line::add_input() {
  auto const group = "What is sent";
  app_.add_option("-D,--data", data_, "this text: the message, request or answer")->type_name("DATA")->group(group);
  app_.add_option("-F,--file", file_, "what is in this file; -: standard input")->type_name("FILE")->group(group);
  seconds(
      "-i,--interval", [this](auto t) { settings_.interval = t; }, "again and again, so often")
      ->group(group);
  seconds(
      "-d,--delay", [this](auto t) { settings_.delay = t; }, "waits for so long first")
      ->group(group);
}

void command_line::add_limits() {
  auto const group = "Limits";
  auto* const count = value("-C,--count", "N", "ends after so many messages, requests or surveys; 0: no limit");
  count->group(group)->each(
      [this](std::string const& text) { settings_.count = as_number(text, std::numeric_limits<std::int64_t>::max()); });
  seconds(
      "--recv-timeout,--receive-timeout", [this](auto t) { settings_.receive_timeout = t; },
      "ends when nothing came for so long")
      ->group(group);
  seconds(
      "--send-timeout", [this](auto t) { settings_.send_timeout = t; }, "fails when nobody took it for so long")
      ->group(group);
  auto* const size = value("-Z,--recv-maxsz", "BYTES", "refuses larger messages; 0: none; by default 1048576");
  size->group(group)->each([this](std::string const& text) {
    auto const n = as_number(text, std::numeric_limits<std::int64_t>::max());
    settings_.max_message = n == 0 ? std::numeric_limits<std::int64_t>::max() : n;
  });
}

void command_line::add_tls() {
  auto& tls = settings_.tls;
  readable_file("--cacert", tls.ca_file, "certificates of those whom to believe; by default the system's");
  readable_file("-E,--cert", tls.certificate_file, "the own certificate");
  readable_file("--key", tls.key_file, "and its key; by default in the same file");
  app_.add_flag_callback(
          "-k,--insecure", [&tls] { tls.verify = false; }, "dials whoever is there")
      ->group("TLS");
}

void command_line::add_rest() {
  app_.add_option("--subscribe", settings_.topics, "what begins so (--sub only); by default everything")
      ->type_name("PREFIX")
      ->allow_extra_args(false);
  flag("--async", settings_.async, "sends although the dialed peers of a bus, publisher or surveyor are not there yet");
  flag("--compat", settings_.compat, "the same, and no --count: as nanocat");
  app_.add_option("--socket-name", settings_.name, "of the socket, in --stats")->type_name("NAME")->take_last();
  flag("--stats", settings_.stats, "tells at the end, on standard error, what became of all messages and connections");
  flag("--rate", settings_.rate, "tells at the end, and meanwhile if standard error is a terminal, how fast it went");
  app_.add_flag_function(
      "-v,--verbose", [this](auto n) { settings_.verbosity += static_cast<int>(n); },
      "tells of every connection, on standard error");
  app_.add_flag_function(
      "-q,--silent", [this](auto n) { settings_.verbosity -= static_cast<int>(n); }, "tells of no trouble with peers");
}

settings command_line::parse(int argc, char const* const* argv) {
  auto words = written_out(app_, argc, argv);
  app_.parse(std::move(words));
  choose_protocol(std::filesystem::path(argc > 0 ? argv[0] : "").filename());
  choose_format();
  check();
  if (given("--data")) settings_.data = data_;
  if (given("--file")) settings_.data = contents("--file", file_);
  return std::move(settings_);
}

int command_line::answer(CLI::ParseError const& e) const { return weft::tools::answered(app_, e); }

void command_line::choose_protocol(std::string const& program) {
  std::string chosen;
  if (auto const it = program_names.find(program); it != program_names.end()) {
    chosen = "the name " + program;
    settings_.protocol = it->second;
  }
  for (auto const& [option, p] : protocols_) {
    if (option->count() == 0) continue;
    if (!chosen.empty() || option->count() > 1)
      throw error(option->get_name(), "one protocol only" + (chosen.empty() ? "" : ", and " + chosen + " was first"));
    chosen = option->get_name();
    settings_.protocol = p;
  }
  if (chosen.empty()) throw error("protocol", "one is needed: --req, --rep, --push, --pull, ...: see --help");
}

void command_line::choose_format() {
  std::string chosen;
  if (!format_name_.empty()) {
    auto const it = format_names.find(format_name_);
    if (it == format_names.end()) throw error("--format", "\"" + format_name_ + "\" is no format");
    settings_.format = it->second;
    chosen = "--format";
  }
  for (auto const& [option, f] : formats_) {
    if (option->count() == 0) continue;
    if (!chosen.empty() || option->count() > 1)
      throw error(option->get_name(), "one format only" + (chosen.empty() ? "" : ", and " + chosen + " was first"));
    chosen = option->get_name();
    settings_.format = f;
  }
  if (!chosen.empty() && only_sends(settings_.protocol)) throw error(chosen, "this protocol receives nothing");
}

void command_line::check() const {
  if (settings_.listens.empty() && settings_.dials.empty())
    throw error("address", "one is needed: --listen, --dial, -L, -l, -X or -x");
  if (settings_.compat) {
    if (settings_.async) throw error("--async", "not with --compat, which implies it");
    if (settings_.count != 0) throw error("--count", "not with --compat");
    if (settings_.protocol == protocol::pair1) throw error("--pair1", "not with --compat");
  }
  check_protocol();
  check_tls();
}

void command_line::check_protocol() const {
  auto const p = settings_.protocol;
  if (!settings_.topics.empty() && p != protocol::sub) throw error("--subscribe", "for --sub only");
  bool const has_data = given("--data") || given("--file");
  if (given("--data") && given("--file")) throw error("--file", "not together with --data");
  if (has_data && only_receives(p)) throw error(given("--file") ? "--file" : "--data", "this protocol sends nothing");
  if (!has_data && begins(p)) throw error("--data, --file", "one of them is needed: this protocol speaks first");
  if (!settings_.interval) return;
  if (only_receives(p)) throw error("--interval", "this protocol sends nothing");
  if (replies(p)) throw error("--interval", "this protocol speaks when it is asked");
  if (!has_data) throw error("--interval", "with --data or --file only");
}

void command_line::check_tls() const {
  if (given("--key") && !given("--cert")) throw error("--key", "with --cert only");
  auto const it = std::ranges::find_if(settings_.listens, [](address const& a) { return is_secure(a.url); });
  if (it != settings_.listens.end() && !given("--cert")) throw error("--cert", "needed to listen at " + it->url);
}

}  // namespace weftcat
