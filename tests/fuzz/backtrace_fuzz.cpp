// SPDX-License-Identifier: MIT
#include "fuzz/fuzz.hpp"
#include "policy/backtrace.hpp"

namespace weft::fuzz {

namespace {

// The limit; how many words a transport has put into the header; then words and body.
void run(bytes all) {
  input in(all);
  auto const limit = 1 + in.byte();
  auto const words = in.byte() % 8;
  message m(in.rest());
  for (unsigned i = 0; i != words; ++i)
    if (auto const word = in.some(4); word.size() == 4) (void)m.pull_word();
  auto const size = m.size() + 4 * m.header().size();
  auto reply = m.share();

  auto const first = policy::gather(m, limit);
  require(m.size() + 4 * m.header().size() == size, "no byte is lost or made");
  require(policy::gather(m, limit) == first, "asking again gives the same answer");
  if (first == policy::backtrace::complete) require(policy::is_complete(m.header()), "a complete stack ends in its id");
  require(m.header().size() <= std::max<std::size_t>(limit, words), "no more words are taken than allowed");

  auto const id = policy::take_id(reply);
  if (id) require(reply.header().empty(), "a reply without its id has no words left");
}

target const here("backtrace", run);

}  // namespace

}  // namespace weft::fuzz
