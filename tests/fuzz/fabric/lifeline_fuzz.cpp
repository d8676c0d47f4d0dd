// SPDX-License-Identifier: MIT
#include "fabric/hello.hpp"
#include "fuzz/fuzz.hpp"

namespace weft::fuzz {

namespace {

// Decodes, and what was understood is said again in the same bytes.
template <class Said>
void listen_for(bytes content) {
  auto const understood = Said::decode(content);
  if (!understood) return;
  auto const said = understood->encode();
  ofi::lifeline_reader reader;
  reader.feed(said);
  ofi::lifeline_reader::item again{};
  require(reader.next(again) == ofi::lifeline_reader::outcome::item, "what is encoded can be read");
  require(Said::decode(again.content).has_value(), "and understood again");
}

void handle(ofi::lifeline_reader::item const& item) {
  switch (item.kind) {
    case ofi::lifeline_kind::hello: {
      listen_for<ofi::hello>(item.content);
      if (auto const theirs = ofi::hello::decode(item.content)) {
        require(theirs->by == ofi::path::dgram ? theirs->give.data + theirs->give.control == 0 : theirs->give.sound(),
                "credits are within their limits");
        (void)ofi::objection(*theirs, *theirs);
      }
      return;
    }
    case ofi::lifeline_kind::refusal:
      return listen_for<ofi::refusal>(item.content);
    case ofi::lifeline_kind::goodbye:
      return listen_for<ofi::goodbye>(item.content);
    case ofi::lifeline_kind::finish:
      return listen_for<ofi::finish>(item.content);
    case ofi::lifeline_kind::message:
      return require(item.content.size() <= ofi::longest_lifeline_message, "messages are within their limit");
    case ofi::lifeline_kind::heartbeat:
      return;
  }
  require(false, "there are no other kinds");
}

// How much comes at a time, then what comes.
void run(bytes all) {
  input in(all);
  auto const step = 1 + std::size_t{in.byte()};
  ofi::lifeline_reader reader;
  while (!in.empty()) {
    reader.feed(in.some(step));
    for (ofi::lifeline_reader::item item{};;) {
      auto const outcome = reader.next(item);
      if (outcome == ofi::lifeline_reader::outcome::more) break;
      if (outcome != ofi::lifeline_reader::outcome::item) return;
      handle(item);
    }
  }
}

target const here("lifeline", run);

}  // namespace

}  // namespace weft::fuzz
