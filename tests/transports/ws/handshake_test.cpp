// SPDX-License-Identifier: MIT
#include "ws/handshake.hpp"

#include <weft/error.hpp>

#include "transports/ws/ws_wire.hpp"

#include <boost/test/unit_test.hpp>

namespace weft::ws {

namespace {

using stream::established;
using stream::step;

wish for_reps(std::string target = "/here") {
  return {.target = std::move(target),
          .host = "host:1",
          .protocol = "rep.sp.nanomsg.org",
          .headers = {{"X-Who", "me"}},
          .how = {.most = 100}};
}

result<offer, refusal> found(std::string const& path) {
  if (path != "/here") return refusal{404, "nobody listens at " + path};
  return offer{.protocol = "rep.sp.nanomsg.org", .headers = {{"Server", "s"}}, .how = {.most = 100}};
}

/// One end, and what a test says to it.
template <class Step>
struct shaking {
  template <class... Arguments>
  explicit shaking(Arguments&&... a) : taken(std::forward<Arguments>(a)...) {
    auto fds = stream::connected_fds();
    ends.fd = std::move(fds.first);
    far.emplace(std::move(fds.second));
  }
  step::wants advance() {
    auto r = taken.advance(ends);
    why = r.error();
    return r ? *r : step::wants::both;
  }

  Step taken;
  established ends;
  std::optional<stream::far_end> far;
  failure why;
};

struct server : shaking<answer> {
  server() : shaking(found) {}
};
struct client : shaking<ask> {
  client() : shaking(for_reps()) {}
};

std::string const key = "dGhlIHNhbXBsZSBub25jZQ==";
std::string asked(std::string const& target = "/here", std::string const& protocol = "rep.sp.nanomsg.org") {
  return request_text(target, "host", key, protocol, {{"X-Who", "me"}});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ws_handshake)

BOOST_FIXTURE_TEST_CASE(who_asks_rightly_is_welcome, server) {
  far->say(asked("/here?token=1") + frame(0x82, "first"));
  BOOST_TEST((advance() == step::wants::nothing));
  BOOST_TEST(far->hear() == welcome_text(key, "rep.sp.nanomsg.org", {{"Server", "s"}}));
  BOOST_TEST(ends.wanted == "/here");
  auto const& known = ends.about->properties;
  BOOST_TEST((known.back() == std::pair<std::string, std::string>("header:X-Who", "me")));
  BOOST_TEST(ends.through->more());
  char room[100];
  BOOST_TEST(ends.receive(room, sizeof room) == 13);
}

BOOST_FIXTURE_TEST_CASE(a_request_may_be_torn_at_every_byte, server) {
  auto const text = asked();
  for (std::size_t i = 0; i != text.size(); ++i) {
    BOOST_TEST((advance() == step::wants::input));
    far->say(text.substr(i, 1));
  }
  BOOST_TEST((advance() == step::wants::nothing));
}

BOOST_AUTO_TEST_CASE(who_asks_for_something_else_is_told_why_not) {
  auto const refused = [](std::string const& said, unsigned status, errc why) {
    server s;
    s.far->say(said);
    BOOST_TEST((s.advance() == step::wants::both));
    BOOST_TEST(s.why.code == why);
    BOOST_TEST(s.far->hear().starts_with("HTTP/1.1 " + std::to_string(status) + " "));
  };
  refused(asked("/nowhere"), 404, errc::rejected);
  refused(asked("/here", "pair.sp.nanomsg.org"), 400, errc::protocol_mismatch);
  refused("POST / HTTP/1.1\r\n\r\n", 405, errc::malformed);
  refused(std::string("\0SP\0\0\60\0\0", 8), 400, errc::malformed);
  refused("GET / HTTP/1.1\r\nX: " + std::string(9000, 'x'), 431, errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(a_request_that_is_cut_off_is_rejected, server) {
  far->say(asked().substr(0, 50));
  far->hang_up();
  BOOST_TEST((advance() == step::wants::both));
  BOOST_TEST(why.code == errc::rejected);
}

BOOST_FIXTURE_TEST_CASE(a_client_goes_on_when_it_is_welcome, client) {
  BOOST_TEST((advance() == step::wants::input));
  auto u = upgrade::read(far->hear());
  BOOST_TEST_REQUIRE(u.has_value());
  BOOST_TEST(u->path == "/here");
  far->say(welcome_text(u->key, "rep.sp.nanomsg.org", {}) + frame(0x82, "first", false));
  BOOST_TEST((advance() == step::wants::nothing));
  char room[100];
  BOOST_TEST(ends.receive(room, sizeof room) == 13);
}

BOOST_FIXTURE_TEST_CASE(an_answer_may_be_torn_at_every_byte, client) {
  (void)advance();
  auto u = upgrade::read(far->hear());
  BOOST_TEST_REQUIRE(u.has_value());
  for (char const c : welcome_text(u->key, "rep.sp.nanomsg.org", {})) {
    BOOST_TEST((advance() == step::wants::input));
    far->say({&c, 1});
  }
  BOOST_TEST((advance() == step::wants::nothing));
}

BOOST_FIXTURE_TEST_CASE(a_client_that_is_refused_says_so, client) {
  (void)advance();
  far->say(refusal{404, "nobody"}.text());
  BOOST_TEST((advance() == step::wants::both));
  BOOST_TEST(why.code == errc::rejected);
  BOOST_TEST(why.detail == "the server answers HTTP 404 Not Found");
}

BOOST_FIXTURE_TEST_CASE(an_endless_answer_is_malformed, client) {
  (void)advance();
  far->say("HTTP/1.1 101 Switching Protocols\r\nX: " + std::string(9000, 'x'));
  BOOST_TEST((advance() == step::wants::both));
  BOOST_TEST(why.code == errc::malformed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ws
