// SPDX-License-Identifier: MIT
#include "ws/port.hpp"

#include <weft/error.hpp>

#include "stream/address.hpp"
#include "transports/ws/ws_wire.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace weft::ws {

namespace {

std::string const key = "dGhlIHNhbXBsZSBub25jZQ==";

struct two_paths {
  struct visitors {
    std::vector<std::unique_ptr<ext::connection>> came;
    std::vector<std::error_code> failed;
    ext::connection_handler handler() {
      return [this](ext::connection_result r) {
        if (r)
          came.push_back(*std::move(r));
        else
          failed.push_back(r.error().code);
      };
    }
  };

  two_paths() {
    auto bound = tcp::listen_at(url::parse("ws://127.0.0.1:0").value(), {}).value();
    at = stream::local_address(bound.fd.get());
    open = port::make(home, std::move(bound), {}, nullptr);
    BOOST_TEST(open->let("/a", stream::pairs, {.protocol = "pair.sp.nanomsg.org", .headers = {}, .how = {.most = 100}}));
    BOOST_TEST(open->let("/b", stream::pairs, {.protocol = "pair.sp.nanomsg.org", .headers = {}, .how = {.most = 100}}));
    first.emplace(open, "/a", open->local());
    second.emplace(open, "/b", open->local());
  }
  /// \return what is answered
  std::string knock(std::string const& path) {
    auto fd = stream::new_socket(AF_INET);
    BOOST_TEST_REQUIRE(loop.until([&] { return stream::begin_connect(fd.get(), at) == 0; }));
    auto const& peer = peers.emplace_back(std::move(fd));
    peer.say(request_text(path, "host", key, "pair.sp.nanomsg.org", {}));
    std::string heard;
    BOOST_TEST(loop.until([&] { return !(heard += peer.hear()).empty(); }));
    return heard.substr(0, 12);
  }

  stream::small_reactor loop;
  stream::hub home{loop};
  stream::address at;
  visitors a, b;
  std::shared_ptr<port> open;
  std::optional<acceptor> first, second;
  std::vector<stream::far_end> peers;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ws_port)

BOOST_FIXTURE_TEST_CASE(each_path_has_its_own_visitors, two_paths) {
  first->start(a.handler());
  second->start(b.handler());
  BOOST_TEST(knock("/b") == "HTTP/1.1 101");
  BOOST_TEST(loop.until([this] { return b.came.size() == 1; }));
  BOOST_TEST(knock("/a") == "HTTP/1.1 101");
  BOOST_TEST(loop.until([this] { return a.came.size() == 1; }));
  BOOST_TEST(b.came.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_path_is_let_once, two_paths) {
  BOOST_TEST(!open->let("/a", stream::pairs, {}));
  first.reset();
  BOOST_TEST(open->let("/a", stream::pairs, {}));
}

BOOST_FIXTURE_TEST_CASE(where_nobody_listens_is_told_to_all, two_paths) {
  first->start(a.handler());
  second->start(b.handler());
  BOOST_TEST(knock("/c") == "HTTP/1.1 404");
  BOOST_TEST(loop.until([this] { return a.failed.size() == 1 && b.failed.size() == 1; }));
  second.reset();
  BOOST_TEST(knock("/b") == "HTTP/1.1 404");
}

BOOST_FIXTURE_TEST_CASE(who_has_not_started_yet_will_soon, two_paths) {
  first->start(a.handler());
  BOOST_TEST(knock("/b") == "HTTP/1.1 503");
}

BOOST_FIXTURE_TEST_CASE(it_closes_with_its_last_listener_on_the_loop, two_paths) {
  first->start(a.handler());
  open.reset();
  first.reset();
  BOOST_TEST(knock("/b") == "HTTP/1.1 503");
  second.reset();
  loop.turn();
  auto const fd = stream::new_socket(AF_INET);
  BOOST_TEST(loop.until([&] { return stream::begin_connect(fd.get(), at) == ECONNREFUSED; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::ws
