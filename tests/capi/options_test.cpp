// SPDX-License-Identifier: MIT
// Options by name, and what goes by an id.
#include "capi/calls.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <vector>

namespace weft::capi_tests {

namespace {

std::vector<weft_option> table() {
  std::vector<weft_option> all;
  weft_option o{};
  while (weft_option_at(all.size(), &o) == WEFT_OK) all.push_back(o);
  return all;
}

/// Sets it to a number, whatever its type.
int set(std::uint64_t id, weft_option const& o, std::int64_t v) {
  if (o.type == WEFT_BOOL) return weft_set_bool(id, o.name, v != 0);
  if (o.type == WEFT_INT) return weft_set_int(id, o.name, static_cast<int>(v));
  if (o.type == WEFT_MS) return weft_set_ms(id, o.name, static_cast<int>(v));
  if (o.type == WEFT_SIZE) return weft_set_size(id, o.name, static_cast<std::size_t>(v));
  return weft_set_string(id, o.name, "a: b\n");
}
std::int64_t get(std::uint64_t id, weft_option const& o) {
  bool b = false;
  int i = 0;
  std::size_t z = 0;
  if (o.type == WEFT_BOOL) return ok(weft_get_bool(id, o.name, &b)), b;
  if (o.type == WEFT_INT) return ok(weft_get_int(id, o.name, &i)), i;
  if (o.type == WEFT_MS) return ok(weft_get_ms(id, o.name, &i)), i;
  ok(weft_get_size(id, o.name, &z));
  return z == std::numeric_limits<std::size_t>::max() ? std::numeric_limits<std::int64_t>::max()
                                                      : static_cast<std::int64_t>(z);
}
std::string text(std::uint64_t id, char const* name) {
  std::array<char, 300> room;
  std::size_t size = room.size();
  ok(weft_get_string(id, name, room.data(), &size));
  return room.data();
}

/// What a forked child finds out, each a bit; it leaves without a word to anybody else.
template <class Checks>
int in_child(Checks checks) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(checks());
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(capi_options)

BOOST_AUTO_TEST_CASE(every_option_takes_its_range_and_no_more) {
  options bag;
  std::set<std::string> names;
  for (auto const& o : table()) {
    BOOST_TEST_CONTEXT(o.name) {
      BOOST_TEST(names.insert(o.name).second);
      if (o.read_only) {
        BOOST_TEST(set(bag.it.id, o, o.least) == WEFT_EREADONLY);
        continue;
      }
      if (o.type == WEFT_STRING) {
        ok(weft_set_string(bag.it.id, o.name, "a: b\n"));
        BOOST_TEST(text(bag.it.id, o.name) == "a: b\n");
        continue;
      }
      for (auto const v : {o.most, o.least}) {
        ok(set(bag.it.id, o, v));
        BOOST_TEST(get(bag.it.id, o) == v);
      }
      if (o.type == WEFT_BOOL || o.type == WEFT_SIZE) continue;
      if (o.least > std::numeric_limits<int>::min()) BOOST_TEST(set(bag.it.id, o, o.least - 1) == WEFT_ERANGE);
      if (o.most < std::numeric_limits<int>::max()) BOOST_TEST(set(bag.it.id, o, o.most + 1) == WEFT_ERANGE);
      BOOST_TEST(get(bag.it.id, o) == o.least);
    }
  }
  BOOST_TEST(names.size() > 60u);
  BOOST_TEST(weft_set_string(bag.it.id, "ws.headers", "no colon") == WEFT_ERANGE);
}

BOOST_AUTO_TEST_CASE(a_name_or_type_that_is_wrong_says_so) {
  options bag;
  int i = 0;
  bool b = false;
  for (char const* none : {"", "nosuch", "tcp.", "HOPS"}) BOOST_TEST(weft_set_int(bag.it.id, none, 1) == WEFT_EOPTION);
  BOOST_TEST(std::string(weft_error_detail()).find("HOPS") != std::string::npos);
  BOOST_TEST(weft_set_bool(bag.it.id, "hops", true) == WEFT_ETYPE);
  BOOST_TEST(weft_set_string(bag.it.id, "hops", "8") == WEFT_ETYPE);
  BOOST_TEST(weft_get_bool(bag.it.id, "hops", &b) == WEFT_ETYPE);
  BOOST_TEST(weft_get_int(bag.it.id, "nosuch", &i) == WEFT_EOPTION);
  BOOST_TEST(weft_set_int(bag.it.id, nullptr, 1) == WEFT_EARGUMENT);
  BOOST_TEST(weft_get_int(bag.it.id, "hops", nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_set_string(bag.it.id, "tls.ca", nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_option_at(0, nullptr) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(what_something_is_made_with_shows_in_it) {
  options const bag{};
  ok(weft_set_size(bag.it.id, "max-message", 77));
  ok(weft_set_ms(bag.it.id, "receive-timeout", 5));
  sock s(WEFT_PAIR, bag);
  BOOST_TEST(get(s.it.id, {"max-message", WEFT_SIZE, false, false, 0, 0}) == 77);
  BOOST_TEST(text(s.it.id, "protocol") == "pair");
  int n = 0;
  ok(weft_get_int(s.it.id, "peer-protocol-number", &n));
  BOOST_TEST(n == 16);
  BOOST_TEST(weft_set_int(s.it.id, "peer-protocol-number", 1) == WEFT_EREADONLY);
  BOOST_TEST(weft_set_size(s.it.id, "max-message", 1) == WEFT_EREADONLY);
  BOOST_TEST(weft_set_ms(s.it.id, "survey-time", 1) == WEFT_EOPTION);
  sock big(WEFT_PAIR);
  s.meet(big);
  msg m(std::string(78, 'x'));
  BOOST_TEST(weft_socket_send(big, m, 0) == WEFT_ETOOLARGE);
}

BOOST_AUTO_TEST_CASE(an_option_that_a_thing_has_not_is_refused_when_it_is_made) {
  options survey;
  ok(weft_set_ms(survey.it.id, "survey-time", 100));
  weft_socket s{};
  BOOST_TEST(weft_socket_open_with({}, WEFT_PUSH, survey, &s) == WEFT_EOPTION);
  sock surveyor(WEFT_SURVEYOR, survey);
  BOOST_TEST(weft_socket_dial(surveyor, "inproc://x", survey, nullptr) == WEFT_EOPTION);
  weft_context c{};
  ok(weft_context_open(surveyor, survey, &c));
  ok(weft_set_ms(c.id, "survey-time", 50));  // of this one only
  int mine = 0, its = 0;
  ok(weft_get_ms(c.id, "survey-time", &mine));
  ok(weft_get_ms(surveyor.it.id, "survey-time", &its));
  BOOST_TEST(mine == 50);
  BOOST_TEST(its == 100);
  ok(weft_context_close(c));
}

BOOST_AUTO_TEST_CASE(endpoints_and_engines_tell_what_they_were_made_with) {
  options dial, engine;
  ok(weft_set_ms(dial.it.id, "retry-least", 7));
  ok(weft_set_bool(engine.it.id, "engine.helper", false));
  sock s(WEFT_PAIR);
  weft_dialer d{};
  ok(weft_socket_dial(s, "inproc://nobody", dial, &d));
  int n = 0;
  ok(weft_get_ms(d.id, "retry-least", &n));
  BOOST_TEST(n == 7);
  BOOST_TEST(text(d.id, "url") == "inproc://nobody");
  BOOST_TEST(weft_set_ms(d.id, "retry-least", 7) == WEFT_EREADONLY);
  BOOST_TEST(weft_get_ms(d.id, "handshake-timeout", &n) == WEFT_EOPTION);
  weft_engine e{};
  ok(weft_engine_open(engine, &e));
  bool helper = true, moved = true;
  ok(weft_get_bool(e.id, "engine.helper", &helper));
  BOOST_TEST(!helper);
  ok(weft_engine_poll(e, &moved));
  BOOST_TEST(!moved);
  int fd = -1;
  ok(weft_engine_fd(e, &fd));
  BOOST_TEST(fd >= 0);
  ok(weft_engine_close(e));
  BOOST_TEST(weft_engine_close(e) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(two_threads_are_enough_without_a_helper) {
  options engine;
  ok(weft_set_bool(engine.it.id, "engine.helper", false));
  weft_engine e{};
  ok(weft_engine_open(engine, &e));
  {
    sock a(WEFT_PAIR, {}, e), b(WEFT_PAIR, {}, e);
    a.meet(b, "tcp://127.0.0.1:0");
    ok(weft_engine_close(e));  // it goes on
    a.send("x");
    BOOST_TEST(b.receive() == "x");
  }
}

BOOST_AUTO_TEST_CASE(a_string_tells_its_size) {
  sock s(WEFT_PAIR1);
  std::size_t size = 0;
  BOOST_TEST(weft_get_string(s.it.id, "protocol", nullptr, &size) == WEFT_ENOSPACE);
  BOOST_TEST(size == 6u);
  char room[6];
  size = 5;
  BOOST_TEST(weft_get_string(s.it.id, "protocol", room, &size) == WEFT_ENOSPACE);
  ok(weft_get_string(s.it.id, "protocol", room, &size));
  BOOST_TEST(std::string(room) == "pair1");
  BOOST_TEST(weft_get_string(s.it.id, "protocol", nullptr, &size) == WEFT_EARGUMENT);
  BOOST_TEST(weft_get_string(s.it.id, "protocol", room, nullptr) == WEFT_EARGUMENT);
  char none[1];
  size = 1;
  ok(weft_socket_local_url(s, none, &size));
  BOOST_TEST(none[0] == 0);
}

BOOST_AUTO_TEST_CASE(an_id_of_another_kind_is_none) {
  sock s(WEFT_REQ);
  weft_context c{};
  weft_dialer d{};
  weft_engine e{};
  options bag;
  operation op;
  ok(weft_context_open(s, {}, &c));
  ok(weft_socket_dial(s, "inproc://nobody", {}, &d));
  ok(weft_engine_default(&e));
  for (std::uint64_t const id : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, c.id, d.id, e.id, bag.it.id,
                                 op.it.id, s.it.id + (std::uint64_t{1} << 32), s.it.id + 1, s.it.id ^ 0xff'ffff'ffff}) {
    BOOST_TEST(weft_socket_close({id}, 0, nullptr) == WEFT_EBADID);
    BOOST_TEST(weft_socket_send_bytes({id}, "x", 1, 0) == WEFT_EBADID);
    BOOST_TEST(weft_device_close({id}) == WEFT_EBADID);
    BOOST_TEST(weft_listener_close({id}) == WEFT_EBADID);
  }
  for (std::uint64_t const id : {s.it.id, d.id, std::uint64_t{0}}) {
    BOOST_TEST(weft_context_close({id}) == WEFT_EBADID);
    BOOST_TEST(weft_aio_close({id}) == WEFT_EBADID);
    BOOST_TEST(weft_options_close({id}) == WEFT_EBADID);
    BOOST_TEST(weft_engine_close({id}) == WEFT_EBADID);
  }
  BOOST_TEST(weft_set_int(op.it.id, "hops", 1) == WEFT_EBADID);
  BOOST_TEST(weft_engine_close(e) == WEFT_EARGUMENT);  // the default engine stays
  ok(weft_context_close(c));
}

BOOST_AUTO_TEST_CASE(an_id_that_was_closed_is_never_another_one) {
  weft_socket const gone = sock(WEFT_PAIR).release();
  ok(weft_socket_close(gone, 0, nullptr));
  for (int i = 0; i < 300; ++i) {
    sock other(WEFT_PAIR);
    BOOST_TEST(other.it.id != gone.id);
    BOOST_TEST(weft_socket_close(gone, 0, nullptr) == WEFT_ECLOSED);
  }
  weft_message* m = nullptr;
  BOOST_TEST(weft_socket_receive(gone, &m, 0) == WEFT_ECLOSED);
  BOOST_TEST(weft_set_ms(gone.id, "send-timeout", 1) == WEFT_ECLOSED);
}

BOOST_AUTO_TEST_CASE(there_can_be_many_sockets) {
  std::vector<sock> all;
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(all.emplace_back(WEFT_PAIR).it.id);
  BOOST_TEST(ids.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(null_is_nowhere_to_put_something) {
  sock s(WEFT_REP);
  BOOST_TEST(weft_socket_open(WEFT_PAIR, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_receive(s, nullptr, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_send(s, nullptr, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_send_bytes(s, nullptr, 1, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_receive_bytes(s, nullptr, nullptr, 0) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_receive_fd(s, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_socket_peers(s, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_context_open(s, {}, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_engine_open({}, nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_engine_default(nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_options_open(nullptr) == WEFT_EARGUMENT);
  BOOST_TEST(weft_aio_open(nullptr, nullptr, nullptr) == WEFT_EARGUMENT);
}

BOOST_AUTO_TEST_CASE(every_code_has_words_and_an_errno) {
  for (int code = 1; code <= WEFT_EUNTRUSTED; ++code) {
    BOOST_TEST(weft_errno(code) > 0);
    BOOST_TEST(std::string(weft_strerror(code)) != std::string(weft_strerror(-1)));
  }
  for (int code = WEFT_ENOMEM; code <= WEFT_EINTERNAL; ++code) {
    BOOST_TEST(weft_errno(code) > 0);
    BOOST_TEST(std::string(weft_strerror(code)) != std::string(weft_strerror(-1)));
  }
  BOOST_TEST(weft_errno(WEFT_OK) == 0);
  BOOST_TEST(weft_errno(WEFT_ESYSTEM + EMFILE) == EMFILE);
  BOOST_TEST(std::string(weft_strerror(WEFT_ESYSTEM + EMFILE)) == std::strerror(EMFILE));
  BOOST_TEST(weft_errno(12345) == EINVAL);
  auto const wanted = std::to_string(WEFT_VERSION_MAJOR) + "." + std::to_string(WEFT_VERSION_MINOR) + "." +
                      std::to_string(WEFT_VERSION_PATCH);
  BOOST_TEST(weft_version() == wanted);
}

BOOST_AUTO_TEST_CASE(a_forks_child_has_an_engine_of_its_own) {
  sock before(WEFT_PAIR);
  weft_context none{};
  int const found = in_child([&] {
    weft_message* m = nullptr;
    weft_socket fresh{}, other{};
    int wrong = 0;
    wrong |= weft_socket_receive(before, &m, 0) != WEFT_EFORKED ? 1 : 0;
    wrong |= weft_socket_dial(before, "inproc://x", {}, nullptr) != WEFT_EFORKED ? 2 : 0;
    wrong |= weft_context_open(before, {}, &none) == WEFT_OK ? 4 : 0;
    wrong |= weft_socket_open(WEFT_PAIR, &fresh) != WEFT_OK || weft_socket_open(WEFT_PAIR, &other) != WEFT_OK ? 8 : 0;
    wrong |= weft_socket_listen(fresh, "inproc://child", {}, nullptr) != WEFT_OK ? 16 : 0;
    wrong |= weft_socket_dial(other, "inproc://child", {}, nullptr) != WEFT_OK ? 16 : 0;
    wrong |= weft_socket_send_bytes(other, "x", 1, 0) != WEFT_OK ? 32 : 0;
    wrong |= weft_socket_receive(fresh, &m, 0) != WEFT_OK ? 64 : 0;
    weft_aio op{};
    wrong |= weft_aio_open(nullptr, nullptr, &op) != WEFT_OK ? 128 : 0;
    wrong |= weft_socket_receive_aio(before, op) != WEFT_EFORKED ? 128 : 0;
    wrong |= weft_socket_close(before, 0, nullptr) != WEFT_EFORKED ? 128 : 0;
    return wrong;
  });
  BOOST_TEST(found == 0);
  ok(weft_socket_listen(before, fresh().c_str(), {}, nullptr));  // the parent's is as good as before
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::capi_tests
