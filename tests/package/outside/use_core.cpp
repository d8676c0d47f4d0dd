// SPDX-License-Identifier: MIT
// use_core <version>: whether this is that version, and works.
#include <weft/engine.hpp>
#include <weft/rep.hpp>
#include <weft/req.hpp>
#include <weft/version.hpp>

#include <system_error>

int main(int argc, char** argv) {
  if (argc != 2 || weft::version::text != argv[1]) return 1;
  weft::engine engine;
  weft::rep_socket rep(engine);
  weft::req_socket req(engine);
  req.dial(rep.listen("tcp://127.0.0.1:0"));
  req.send("hello");
  rep.send(rep.receive());
  if (req.receive().text() != "hello") return 2;
  try {
    req.dial("smoke://signals");
  } catch (std::system_error const& e) {
    return e.code() == weft::errc::unknown_scheme ? 0 : 3;
  }
  return 4;
}
