// SPDX-License-Identifier: MIT
// docs/options.md names every option, and says the default that it has.
#include <weft/weft.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <type_traits>

namespace weft {

namespace {

std::string text(clock::duration d) {
  using namespace std::chrono;
  if (d == clock::duration::max()) return "never";
  if (d == clock::duration::zero()) return "0";
  if (d % minutes(1) == clock::duration::zero()) return std::to_string(d / minutes(1)) + " min";
  if (d % seconds(1) == clock::duration::zero()) return std::to_string(d / seconds(1)) + " s";
  return std::to_string(duration_cast<milliseconds>(d).count()) + " ms";
}
std::string text(bool b) { return b ? "true" : "false"; }
template <class Number>
requires std::is_arithmetic_v<Number> std::string text(Number n) {
  return std::to_string(static_cast<std::uint64_t>(n));
}
std::string text(pub::full f) { return f == pub::full::drop_oldest ? "drop_oldest" : "?"; }
std::string text(idle i) { return i == idle::adaptive ? "adaptive" : "?"; }
std::string text(deadline d) { return d.never() ? "never" : "?"; }
std::string text(std::stop_token const& s) { return s.stop_possible() ? "?" : "none"; }
std::string text(std::optional<std::uint8_t> o) { return o ? "?" : "none"; }
std::string text(std::string const& s) { return s.empty() ? "none" : s; }
template <class F>
std::string text(std::function<F> const& f) {
  return f ? "?" : "none";
}

using defaults = std::map<std::string, std::string>;

// One binding for each field: a field that is added does not compile until it stands here.
void add_calls(defaults& all) {
  auto const& [stop, until, interruptible] = op_options{};
  all["op_options::stop"] = text(stop);
  all["op_options::until"] = text(until);
  all["op_options::interruptible"] = text(interruptible);
  auto const& [helper, how] = engine_options{};
  all["engine_options::helper"] = text(helper);
  all["engine_options::idle"] = text(how);
  auto const& [size, window, channel_send, channel_receive, effort, fail, admit, event] = socket_options{};
  all["socket_options::max_message"] = text(size);
  all["socket_options::receive_window"] = text(window);
  all["socket_options::channel_send_buffer"] = text(channel_send);
  all["socket_options::channel_receive_buffer"] = text(channel_receive);
  all["socket_options::best_effort"] = text(effort);
  all["socket_options::fail_without_peers"] = text(fail);
  all["socket_options::admit"] = text(admit);
  all["socket_options::on_event"] = text(event);
}

void add_connections(defaults& all) {
  auto const& [nodelay, keepalive, silence, interval, count, user, send, receive, tos, device] = tcp_options{};
  all["tcp_options::nodelay"] = text(nodelay);
  all["tcp_options::keepalive"] = text(keepalive);
  all["tcp_options::keepalive_idle"] = text(silence);
  all["tcp_options::keepalive_interval"] = text(interval);
  all["tcp_options::keepalive_count"] = text(count);
  all["tcp_options::user_timeout"] = text(user);
  all["tcp_options::send_buffer"] = text(send);
  all["tcp_options::receive_buffer"] = text(receive);
  all["tcp_options::tos"] = text(tos);
  all["tcp_options::device"] = text(device);
  dial_options const dial;
  all["dial_options::timeout"] = text(dial.timeout);
  all["dial_options::retry_min"] = text(dial.retry_min);
  all["dial_options::retry_max"] = text(dial.retry_max);
  all["dial_options::max_message"] = dial.max_message ? "?" : "none";
  listen_options const listen;
  all["listen_options::handshake_timeout"] = text(listen.handshake_timeout);
  all["listen_options::max_half_open"] = text(listen.max_half_open);
  all["listen_options::max_message"] = listen.max_message ? "?" : "none";
  all["listen_options::ipc_permissions"] = listen.ipc_permissions == 0600 ? "0600" : "?";
  all["listen_options::listening_fd"] = listen.listening_fd == -1 ? "none" : "?";
  for (auto const& [out, in] : {dial.priorities, listen.priorities}) {
    all["pipe_priorities::send"] = text(out);
    all["pipe_priorities::receive"] = text(in);
  }
}

void add_security(defaults& all) {
  auto const& [verify, clients, ca_file, folder, ca, name, own_file, own, key_file, key, password, oldest, newest] =
      tls_options{};
  all["tls_options::verify"] = text(verify);
  all["tls_options::clients"] = clients == client_certificate::none ? "none" : "?";
  all["tls_options::ca_file"] = text(ca_file);
  all["tls_options::ca_directory"] = text(folder);
  all["tls_options::ca"] = text(ca);
  all["tls_options::server_name"] = text(name);
  all["tls_options::certificate_file"] = text(own_file);
  all["tls_options::certificate"] = text(own);
  all["tls_options::key_file"] = text(key_file);
  all["tls_options::key"] = text(key);
  all["tls_options::key_password"] = text(password);
  all["tls_options::oldest"] = oldest == tls_version::v1_2 ? "v1_2" : "?";
  all["tls_options::newest"] = newest == tls_version::v1_3 ? "v1_3" : "?";
  auto const& [headers, frames] = websocket_options{};
  all["websocket_options::headers"] = headers.empty() ? "none" : "?";
  all["websocket_options::frames"] = frames == websocket_frames::binary ? "binary" : "?";
}

void add_one_way(defaults& all) {
  auto const& [push_queue] = push::options{};
  all["push::options::send_queue"] = text(push_queue);
  auto const& [pull_newest] = pull::options{};
  all["pull::options::conflate"] = text(pull_newest);
  auto const& [pub_queue, full, topics, bytes] = pub::options{};
  all["pub::options::queue"] = text(pub_queue);
  all["pub::options::when_full"] = text(full);
  all["pub::options::peer_topics"] = text(topics);
  all["pub::options::peer_topic_bytes"] = text(bytes);
  auto const& [sub_queue, fresh, newest, counts, holds, filter] = sub::options{};
  all["sub::options::queue"] = text(sub_queue);
  all["sub::options::prefer_new"] = text(fresh);
  all["sub::options::conflate"] = text(newest);
  all["sub::options::count_duplicates"] = text(counts);
  all["sub::options::hold_back"] = text(holds);
  all["sub::options::filter_at_publisher"] = text(filter);
  auto const& [raw_queue, raw_fresh, raw_holds] = raw_sub::options{};
  all["raw_sub::options::queue"] = text(raw_queue);
  all["raw_sub::options::prefer_new"] = text(raw_fresh);
  all["raw_sub::options::hold_back"] = text(raw_holds);
}

void add_both_ways(defaults& all) {
  auto const& [pair_queue, pair_newest] = pair::options{};
  all["pair::options::send_queue"] = text(pair_queue);
  all["pair::options::conflate"] = text(pair_newest);
  auto const& [pair1_hops, pair1_queue, pair1_newest] = pair1::options{};
  all["pair1::options::hops"] = text(pair1_hops);
  all["pair1::options::send_queue"] = text(pair1_queue);
  all["pair1::options::conflate"] = text(pair1_newest);
  auto const& [bus_send, bus_receive] = bus::options{};
  all["bus::options::send_queue"] = text(bus_send);
  all["bus::options::receive_queue"] = text(bus_receive);
}

void add_questions(defaults& all) {
  auto const& [resend, early, keep] = req::options{};
  all["req::options::early"] = text(early);
  all["req::options::keep"] = text(keep);
  auto const& [every, tries, backoff, longest] = resend;
  all["resend_policy::every"] = text(every);
  all["resend_policy::tries"] = text(tries);
  all["resend_policy::backoff"] = text(backoff);
  all["resend_policy::longest"] = text(longest);
  auto const& [rep_hops] = rep::options{};
  all["rep::options::hops"] = text(rep_hops);
  auto const& [raw_rep_hops, raw_rep_queue] = raw_rep::options{};
  all["raw_rep::options::hops"] = text(raw_rep_hops);
  all["raw_rep::options::send_queue"] = text(raw_rep_queue);
  auto const& [time, responses, surveys, keeps] = surveyor::options{};
  all["surveyor::options::survey_time"] = text(time);
  all["surveyor::options::receive_queue"] = text(responses);
  all["surveyor::options::send_queue"] = text(surveys);
  all["surveyor::options::keep"] = text(keeps);
  auto const& [raw_surveys] = raw_surveyor::options{};
  all["raw_surveyor::options::send_queue"] = text(raw_surveys);
  auto const& [respondent_hops] = respondent::options{};
  all["respondent::options::hops"] = text(respondent_hops);
  auto const& [raw_respondent_hops, raw_responses] = raw_respondent::options{};
  all["raw_respondent::options::hops"] = text(raw_respondent_hops);
  all["raw_respondent::options::send_queue"] = text(raw_responses);
}

/// The fields that rows of four cells name first in the second one, and what the last one says.
defaults documented() {
  defaults all;
  std::ifstream page(WEFT_SOURCE_DIR "/docs/options.md");
  for (std::string line; std::getline(page, line) && line != "## Where the default is not nng 2's";) {
    std::vector<std::string> cells;
    for (std::size_t at = 1, bar; (bar = line.find(" |", at)) != line.npos; at = bar + 2)
      cells.push_back(bar == at ? "" : line.substr(at + 1, bar - at - 1));
    if (cells.size() != 4 || !cells[1].starts_with('`')) continue;
    auto const name = cells[1].substr(1, cells[1].find('`', 1) - 1);
    if (name.find("::") != name.npos) all[name] = cells[3];
  }
  return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(the_page_says_every_default_as_it_is) {
  defaults actual;
  for (auto* add : {add_calls, add_connections, add_security, add_one_way, add_both_ways, add_questions}) add(actual);
  auto const page = documented();
  for (auto const& [name, value] : actual)
    BOOST_TEST((page.contains(name) && page.at(name) == value),
               name << " is " << value << ", and the page says " << (page.contains(name) ? page.at(name) : "nothing"));
  for (auto const& [name, value] : page) BOOST_TEST(actual.contains(name), name << " is no option");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft
