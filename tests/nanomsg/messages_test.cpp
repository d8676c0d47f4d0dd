// SPDX-License-Identifier: MIT
// What nn_send() and its like take and give: bytes, vectors, memory that changes hands, control data.
#include "nanomsg/calls.hpp"
#include "support/sanitizer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

namespace weft::nanomsg_tests {

namespace {

struct couple {
  explicit couple(int protocol = NN_PAIR, int domain = AF_SP, std::string const& url = fresh())
      : a(protocol, domain), b(protocol, domain) {
    a.bind(url);
    b.connect(url);
    a.wait_for_peers(1);
    b.wait_for_peers(1);
  }
  sock a, b;
};

/// Control data with a header of two words at most.
struct header_data {
  nn_cmsghdr c;
  std::size_t size;
  unsigned char bytes[8];
};

std::string text_of(void const* p, int size) { return {static_cast<char const*>(p), static_cast<std::size_t>(size)}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(nanomsg_messages)

BOOST_AUTO_TEST_CASE(a_message_that_has_no_room_is_cut_and_its_size_told) {
  couple c;
  c.a.send("0123456789");
  char room[5] = "....";
  BOOST_TEST(nn_recv(c.b, room, 4, 0) == 10);
  BOOST_TEST(std::string_view(room) == "0123");
  c.a.send("");
  BOOST_TEST(c.b.receive() == "");
  BOOST_TEST(nn_send(c.a, nullptr, 0, 0) == 0);
  BOOST_TEST(nn_recv(c.b, nullptr, 0, 0) == 0);
}

BOOST_AUTO_TEST_CASE(bad_pointers_and_sizes_are_told) {
  couple c;
  char room[8];
  BOOST_TEST(number(nn_send(c.a, nullptr, 1, 0)) == EFAULT);
  BOOST_TEST(number(nn_recv(c.a, nullptr, 1, 0)) == EFAULT);
  BOOST_TEST(number(nn_send(c.a, nullptr, NN_MSG, 0)) == EFAULT);
  BOOST_TEST(number(nn_recv(c.a, nullptr, NN_MSG, 0)) == EFAULT);
  void* none = nullptr;
  BOOST_TEST(number(nn_send(c.a, &none, NN_MSG, 0)) == EFAULT);
  BOOST_TEST(number(nn_sendmsg(c.a, nullptr, 0)) == EINVAL);
  BOOST_TEST(number(nn_recvmsg(c.a, nullptr, 0)) == EINVAL);
  nn_iovec two[] = {{room, 4}, {room, NN_MSG}};
  nn_msghdr h{two, 2, nullptr, 0};
  BOOST_TEST(number(nn_sendmsg(c.a, &h, 0)) == EINVAL);
  BOOST_TEST(number(nn_recvmsg(c.a, &h, 0)) == EINVAL);
  two[1].iov_len = std::numeric_limits<std::size_t>::max() - 2;
  BOOST_TEST(number(nn_sendmsg(c.a, &h, 0)) == EINVAL);
  two[1] = {nullptr, 1};
  BOOST_TEST(number(nn_sendmsg(c.a, &h, 0)) == EFAULT);
  BOOST_TEST(number(nn_recvmsg(c.a, &h, 0)) == EFAULT);
  h.msg_iovlen = -1;
  BOOST_TEST(number(nn_sendmsg(c.a, &h, 0)) == EMSGSIZE);
  BOOST_TEST(number(nn_recvmsg(c.a, &h, 0)) == EMSGSIZE);
  h = {nullptr, std::numeric_limits<int>::max(), nullptr, 0};
  BOOST_TEST(number(nn_sendmsg(c.a, &h, 0)) == EFAULT);
  BOOST_TEST(number(nn_recvmsg(c.a, &h, 0)) == EFAULT);
}

BOOST_AUTO_TEST_CASE(pieces_are_gathered_and_scattered) {
  couple c;
  char ab[] = "ab", cde[] = "cde";
  nn_iovec out[] = {{ab, 2}, {nullptr, 0}, {cde, 3}};
  nn_msghdr const h{out, 3, nullptr, 0};
  BOOST_TEST(nn_sendmsg(c.a, &h, 0) == 5);
  char one[2] = {}, rest[8] = {};
  nn_iovec in[] = {{one, 1}, {rest, 7}};
  nn_msghdr g{in, 2, nullptr, 0};
  BOOST_TEST(nn_recvmsg(c.b, &g, 0) == 5);
  BOOST_TEST(std::string_view(one) == "a");
  BOOST_TEST(std::string_view(rest) == "bcde");
  nn_msghdr nothing{nullptr, 0, nullptr, 0};
  BOOST_TEST(nn_sendmsg(c.a, &nothing, 0) == 0);
  BOOST_TEST(nn_recvmsg(c.b, &nothing, 0) == 0);
}

BOOST_AUTO_TEST_CASE(memory_changes_hands_whatever_its_size) {
  couple c;
  for (std::size_t const size : {0u, 1u, 64u, 65u, 4095u, 4096u, 100'000u, 3'000'000u}) {
    void* out = nn_allocmsg(size, 0);
    BOOST_TEST_REQUIRE(out != nullptr);
    std::memset(out, 'm', size);
    std::jthread const sender([&] { BOOST_CHECK(nn_send(c.a, &out, NN_MSG, 0) == static_cast<int>(size)); });
    void* in = nullptr;
    int const n = nn_recv(c.b, &in, NN_MSG, 0);
    BOOST_TEST_REQUIRE(n == static_cast<int>(size));
    BOOST_TEST((text_of(in, n) == std::string(size, 'm')));
    // What was received may be sent on.
    BOOST_TEST(nn_send(c.b, &in, NN_MSG, 0) == n);
    BOOST_TEST(nn_recv(c.a, &in, NN_MSG, 0) == n);
    BOOST_TEST((text_of(in, n) == std::string(size, 'm')));
    BOOST_TEST(nn_freemsg(in) == 0);
  }
}

BOOST_AUTO_TEST_CASE(memory_that_was_not_sent_is_still_the_callers) {
  sock alone(NN_PUSH);
  for (std::size_t const size : {10u, 100u, 10'000u}) {
    void* p = nn_allocmsg(size, 0);
    std::memset(p, 'k', size);
    BOOST_TEST(number(nn_send(alone, &p, NN_MSG, NN_DONTWAIT)) == EAGAIN);
    BOOST_TEST((text_of(p, static_cast<int>(size)) == std::string(size, 'k')));
    p = nn_reallocmsg(p, size * 3);
    BOOST_TEST((text_of(p, static_cast<int>(size)) == std::string(size, 'k')));
    BOOST_TEST(nn_freemsg(p) == 0);
  }
}

BOOST_AUTO_TEST_CASE(a_received_message_may_grow) {
  couple c;
  std::string const text(5000, 'g');
  std::string const sent = text;
  BOOST_TEST(nn_send(c.a, sent.data(), sent.size(), 0) == 5000);
  void* p = nullptr;
  BOOST_TEST(nn_recv(c.b, &p, NN_MSG, 0) == 5000);
  p = nn_reallocmsg(p, 50'000);
  BOOST_TEST_REQUIRE(p != nullptr);
  BOOST_TEST((text_of(p, 5000) == text));
  BOOST_TEST(nn_freemsg(p) == 0);
}

BOOST_AUTO_TEST_CASE(bad_requests_for_memory_are_told) {
  if (test::skipped_under_sanitizer("it ends the program where malloc() would fail")) return;
  BOOST_TEST((nn_allocmsg(10, 1) == nullptr && nn_errno() == EINVAL));
  for (std::size_t const wild : {NN_MSG, NN_MSG - 100, std::size_t{1} << 50}) {
    BOOST_TEST((nn_allocmsg(wild, 0) == nullptr && nn_errno() == ENOMEM));
    void* const p = nn_allocmsg(3, 0);
    BOOST_TEST((nn_reallocmsg(p, wild) == nullptr && nn_errno() == ENOMEM));
    BOOST_TEST(nn_freemsg(p) == 0);
  }
  BOOST_TEST(number(nn_freemsg(nullptr)) == EFAULT);
  BOOST_TEST((nn_reallocmsg(nullptr, 10) == nullptr && nn_errno() == EFAULT));
}

BOOST_AUTO_TEST_CASE(the_header_of_a_request_travels_as_control_data) {
  sock req(NN_REQ), rep(NN_REP, AF_SP_RAW);
  auto const url = fresh();
  rep.bind(url);
  req.connect(url);
  req.send("question");
  void *body = nullptr, *control = nullptr;
  nn_iovec piece{&body, NN_MSG};
  nn_msghdr h{&piece, 1, &control, NN_MSG};
  BOOST_TEST_REQUIRE(nn_recvmsg(rep, &h, 0) == 8);
  auto* const c = NN_CMSG_FIRSTHDR(&h);
  BOOST_TEST_REQUIRE(c != nullptr);
  BOOST_TEST((c->cmsg_level == PROTO_SP && c->cmsg_type == SP_HDR));
  std::size_t size = 0;
  std::memcpy(&size, NN_CMSG_DATA(c), sizeof size);
  BOOST_TEST(size == 8u);  // the pipe and the id, whose first bit is set
  BOOST_TEST((NN_CMSG_DATA(c)[sizeof size + 4] & 0x80) != 0);
  BOOST_TEST(NN_CMSG_NXTHDR(&h, c) == nullptr);
  std::memcpy(body, "ANSWER", 6);
  BOOST_TEST(nn_sendmsg(rep, &h, 0) == 8);
  BOOST_TEST(req.receive() == "ANSWERon");
}

BOOST_AUTO_TEST_CASE(control_data_without_room_is_left_out) {
  couple c;
  c.a.send("x");
  char body[1], little[8] = {};
  nn_iovec piece{body, 1};
  nn_msghdr h{&piece, 1, little, sizeof little};
  BOOST_TEST(nn_recvmsg(c.b, &h, 0) == 1);
  BOOST_TEST(NN_CMSG_FIRSTHDR(&h) == nullptr);
  BOOST_TEST(nn_cmsg_nxthdr_(nullptr, nullptr) == nullptr);
}

BOOST_AUTO_TEST_CASE(control_data_that_lies_is_refused) {
  sock rep(NN_REP, AF_SP_RAW);
  char body[1] = {'x'};
  nn_iovec piece{body, 1};
  header_data data{{sizeof data, PROTO_SP, SP_HDR}, 9, {}};
  nn_msghdr const h{&piece, 1, &data, sizeof data};
  BOOST_TEST(number(nn_sendmsg(rep, &h, 0)) == EINVAL);
  data.size = 7;  // not whole words
  BOOST_TEST(number(nn_sendmsg(rep, &h, 0)) == EINVAL);
  data.c.cmsg_len = std::numeric_limits<std::size_t>::max();
  BOOST_TEST(NN_CMSG_FIRSTHDR(&h) == nullptr);
}

BOOST_AUTO_TEST_CASE(of_several_headers_the_first_counts) {
  sock rep(NN_REP, AF_SP_RAW), req(NN_REQ, AF_SP_RAW);
  auto const url = fresh();
  rep.bind(url);
  req.connect(url);
  char body[1] = {'x'};
  nn_iovec piece{body, 1};
  header_data many[100];
  std::fill_n(many, 100, header_data{{sizeof(header_data), PROTO_SP, SP_HDR}, 4, {0x80, 0, 0, 1}});
  nn_msghdr h{&piece, 1, many, sizeof many};
  BOOST_TEST(nn_sendmsg(req, &h, 0) == 1);
  void* control = nullptr;
  nn_msghdr came{&piece, 1, &control, NN_MSG};
  BOOST_TEST_REQUIRE(nn_recvmsg(rep, &came, 0) == 1);
  std::size_t size = 0;
  std::memcpy(&size, NN_CMSG_DATA(NN_CMSG_FIRSTHDR(&came)), sizeof size);
  BOOST_TEST(size == 8u);  // the pipe and the id
  nn_freemsg(control);
}

BOOST_AUTO_TEST_CASE(a_websocket_message_says_what_it_is) {
  couple c(NN_PAIR, AF_SP, "ws://127.0.0.1:25641");
  struct {
    nn_cmsghdr c;
    unsigned char kind;
  } data{{NN_CMSG_LEN(1), NN_WS, NN_WS_MSG_TYPE}, 0};
  char body[4] = {'w', 'o', 'r', 'd'};
  nn_iovec piece{body, sizeof body};
  nn_msghdr const sent{&piece, 1, &data, sizeof data};
  for (int const kind : {NN_WS_MSG_TYPE_TEXT, NN_WS_MSG_TYPE_BINARY}) {
    data.kind = static_cast<unsigned char>(kind);
    BOOST_TEST(nn_sendmsg(c.a, &sent, 0) == 4);
    void* control = nullptr;
    nn_msghdr came{&piece, 1, &control, NN_MSG};
    BOOST_TEST_REQUIRE(nn_recvmsg(c.b, &came, 0) == 4);
    auto* const header = NN_CMSG_FIRSTHDR(&came);
    BOOST_TEST_REQUIRE(header != nullptr);
    BOOST_TEST((header->cmsg_level == PROTO_SP && header->cmsg_type == SP_HDR));
    auto* const said = NN_CMSG_NXTHDR(&came, header);
    BOOST_TEST_REQUIRE(said != nullptr);
    BOOST_TEST((said->cmsg_level == NN_WS && said->cmsg_type == NN_WS_MSG_TYPE));
    BOOST_TEST(*NN_CMSG_DATA(said) == kind);
    BOOST_TEST(NN_CMSG_NXTHDR(&came, said) == nullptr);
    // Sent back with it, it is again what it was.
    BOOST_TEST(nn_sendmsg(c.b, &came, 0) == 4);
    BOOST_TEST(nn_recvmsg(c.a, &came, 0) == 4);
    BOOST_TEST(*NN_CMSG_DATA(NN_CMSG_NXTHDR(&came, NN_CMSG_FIRSTHDR(&came))) == kind);
    nn_freemsg(control);
  }
  data.kind = 9;
  BOOST_TEST(number(nn_sendmsg(c.a, &sent, 0)) == EINVAL);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::nanomsg_tests
