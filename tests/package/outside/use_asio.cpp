// SPDX-License-Identifier: MIT
#include <weft/asio.hpp>
#include <weft/engine.hpp>
#include <weft/pair.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <string>

int main() {
  weft::engine engine;
  weft::pair_socket one(engine), other(engine);
  other.dial(one.listen("inproc://a"));
  boost::asio::io_context loop;
  std::string heard;
  weft::async_receive(one, boost::asio::bind_executor(loop, [&](boost::system::error_code why, weft::message m) {
                        if (!why) heard = m.text();
                      }));
  other.send("hello");
  loop.run();
  return heard == "hello" ? 0 : 1;
}
