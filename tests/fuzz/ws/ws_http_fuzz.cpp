// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"
#include "ws/http.hpp"

namespace weft::fuzz {

namespace {

constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view protocol = "pair.sp.nanomsg.org";

// As a port reads it: byte by byte until the head is there, or cannot come any more.
std::size_t head_of(std::string_view all) {
  for (std::size_t come = 1; come <= std::min(all.size(), ws::longest_head); ++come) {
    auto const so_far = all.substr(0, come);
    if (auto const end = ws::end_of_head(so_far); end != std::string_view::npos) {
      require(end <= come, "a head ends within what has come");
      return end;
    }
    if (ws::is_no_head(so_far)) {
      require(ws::is_no_head(all.substr(0, std::min(all.size(), come + 1))), "what is no head stays none");
      return 0;
    }
  }
  return 0;
}

// Who speaks: a client that asks, or a server that answers.
void run(bytes all) {
  input in(all);
  bool const asks = in.byte() % 2 == 0;
  auto const said = text(in.rest());
  auto const head = head_of(said);
  if (head == 0) return;
  if (!asks) {
    if (auto server = ws::read_answer(std::string_view(said).substr(0, head), key, protocol); !server)
      require(!server.error().detail.empty(), "what is wrong with an answer is said");
    return;
  }
  auto wanted = ws::upgrade::read(std::string_view(said).substr(0, head));
  if (!wanted) {
    auto const answer = wanted.error().text();
    return require(ws::end_of_head(answer) != std::string_view::npos, "a refusal is HTTP");
  }
  require(wanted->path.starts_with('/'), "a path begins with a slash");
  auto const welcome = ws::welcome_text(wanted->key, protocol, {});
  require(ws::read_answer(welcome, wanted->key, protocol).has_value(), "who is welcome understands it");
}

target const here("ws_http", run);

}  // namespace

}  // namespace weft::fuzz
