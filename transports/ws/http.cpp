// SPDX-License-Identifier: MIT
#include "ws/http.hpp"

#include <weft/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>

#include <openssl/evp.h>

#include "ws/mask.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace weft::ws {

namespace {

namespace http = boost::beast::http;
using boost::beast::iequals;

constexpr std::size_t most_headers = 100;
constexpr std::string_view version = "13";
constexpr std::string_view blank_line = "\r\n\r\n";

std::string base64(std::span<unsigned char const> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  auto const n =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(n));
  return text;
}

std::string view(boost::beast::string_view v) { return {v.data(), v.size()}; }

template <class Head>
fields all_of(Head const& h) {
  fields all;
  for (auto const& f : h) all.emplace_back(view(f.name_string()), view(f.value()));
  return all;
}

template <class Head>
bool names(Head const& h, http::field f, char const* token) {
  return http::token_list(h[f]).exists(token);
}

/// 16 bytes in base64.
bool is_key(std::string_view text) noexcept {
  auto const good = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '/'; };
  return text.size() == 24 && text.ends_with("==") && std::ranges::all_of(text.substr(0, 22), good);
}

template <class Parser>
bool parse(Parser& p, std::string_view head) {
  boost::system::error_code why;
  p.header_limit(static_cast<std::uint32_t>(longest_head));
  p.skip(true);  // a body
  p.put(boost::asio::buffer(head.data(), head.size()), why);
  return !why && p.is_header_done();
}

std::string lines(fields const& more) {
  std::string text;
  for (auto const& [name, value] : more) text += name + ": " + value + "\r\n";
  return text;
}

}  // namespace

std::size_t end_of_head(std::string_view text) noexcept {
  auto const at = text.find(blank_line);
  return at == text.npos ? at : at + blank_line.size();
}

bool is_no_head(std::string_view text) noexcept {
  auto const odd = [](unsigned char c) { return (c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7f; };
  return std::ranges::any_of(text.substr(0, end_of_head(text)), odd);
}

std::string refusal::text() const {
  auto const body = reason + "\n";
  std::string hint = status == 426 ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : "";
  if (!protocol.empty()) hint += "Sec-WebSocket-Protocol: " + protocol + "\r\n";
  return "HTTP/1.1 " + std::to_string(status) + " " + view(http::obsolete_reason(http::int_to_status(status))) +
         "\r\nConnection: close\r\n" + hint +
         "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

result<upgrade, refusal> upgrade::read(std::string_view head) {
  if (head.size() > longest_head) return refusal{431, "the request is too long"};
  http::request_parser<http::empty_body> p;
  if (!parse(p, head)) return refusal{400, "this is no HTTP request"};
  auto const& r = p.get();
  if (std::ranges::distance(r.begin(), r.end()) > static_cast<std::ptrdiff_t>(most_headers))
    return refusal{431, "there are too many headers"};
  if (r.method() != http::verb::get) return refusal{405, "WebSocket begins with GET"};
  if (!r.target().starts_with('/')) return refusal{400, "a path begins with a slash"};
  if (r.version() != 11) return refusal{505, "WebSocket needs HTTP/1.1"};
  if (r.count(http::field::content_length) + r.count(http::field::transfer_encoding) > 0)
    return refusal{400, "WebSocket begins with a request that has no body"};
  if (!names(r, http::field::upgrade, "websocket") || !names(r, http::field::connection, "upgrade"))
    return refusal{426, "only WebSocket is spoken here"};
  if (r[http::field::sec_websocket_version] != boost::beast::string_view(version.data(), version.size()))
    return refusal{426, "only version 13 of WebSocket is spoken here"};
  upgrade u{.path = view(r.target()), .key = view(r[http::field::sec_websocket_key]), .protocols = {}, .headers = {}};
  if (!is_key(u.key)) return refusal{400, "Sec-WebSocket-Key must be 16 bytes in base64"};
  u.path.resize(std::min(u.path.size(), u.path.find('?')));
  for (auto const t : http::token_list(r[http::field::sec_websocket_protocol])) u.protocols.push_back(view(t));
  u.headers = all_of(r);
  return u;
}

std::string name_of_protocol(unsigned number) {
  constexpr std::pair<unsigned, char const*> known[] = {
      {0x10, "pair"}, {0x11, "pair1"}, {0x20, "pub"},      {0x21, "sub"},        {0x30, "req"}, {0x31, "rep"},
      {0x50, "push"}, {0x51, "pull"},  {0x62, "surveyor"}, {0x63, "respondent"}, {0x70, "bus"}};
  for (auto const& [n, name] : known)
    if (n == number) return std::string(name) + ".sp.nanomsg.org";
  return {};
}

std::string answer_to(std::string_view key) {
  auto const text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return base64(std::span(digest).first(size));
}

std::string new_key() {
  std::array<unsigned char, 16> bytes{};
  fill_unforeseeably(std::as_writable_bytes(std::span(bytes)));
  return base64(bytes);
}

std::string request_text(std::string_view target, std::string_view host, std::string_view key,
                         std::string_view protocol, fields const& more) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + std::string(host) +
         "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
         std::string(key) + "\r\nSec-WebSocket-Protocol: " + std::string(protocol) + "\r\n" + lines(more) + "\r\n";
}

std::string welcome_text(std::string_view key, std::string_view protocol, fields const& more) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         answer_to(key) + "\r\nSec-WebSocket-Protocol: " + std::string(protocol) + "\r\n" + lines(more) + "\r\n";
}

setup<fields> read_answer(std::string_view head, std::string_view key, std::string_view protocol) {
  http::response_parser<http::empty_body> p;
  if (head.size() > longest_head || !parse(p, head))
    return failure{errc::malformed, "the server does not speak HTTP", fault_kind::upgrade};
  auto const& r = p.get();
  auto const chosen = view(r[http::field::sec_websocket_protocol]);
  if ((r.result_int() == 101 || !chosen.empty()) && chosen != protocol)
    return failure{errc::protocol_mismatch, "the server speaks '" + chosen + "', not '" + std::string(protocol) + "'",
                   fault_kind::wrong_protocol};
  if (r.result_int() != 101)
    return failure{errc::rejected, "the server answers HTTP " + std::to_string(r.result_int()) + " " + view(r.reason()),
                   fault_kind::upgrade};
  if (!names(r, http::field::upgrade, "websocket") || !names(r, http::field::connection, "upgrade"))
    return failure{errc::malformed, "the server goes on with something else than WebSocket", fault_kind::upgrade};
  if (view(r[http::field::sec_websocket_accept]) != answer_to(key))
    return failure{errc::malformed, "the server has not read the WebSocket key", fault_kind::upgrade};
  return all_of(r);
}

bool is_forbidden(std::pair<std::string, std::string> const& header) {
  auto const& [name, value] = header;
  auto const token = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  auto const printable = [](unsigned char c) { return c >= 0x20 && c != 0x7f; };
  if (name.empty() || !std::ranges::all_of(name, token) || !std::ranges::all_of(value, printable)) return true;
  for (auto const* ours : {"host", "upgrade", "connection", "content-length", "transfer-encoding"})
    if (iequals(name, ours)) return true;
  return name.size() >= 14 && iequals(name.substr(0, 14), "sec-websocket-");
}

}  // namespace weft::ws
