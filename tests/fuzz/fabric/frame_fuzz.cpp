// SPDX-License-Identifier: MIT
#include "fabric/frame.hpp"
#include "fuzz/fuzz.hpp"

namespace weft::fuzz {

namespace {

void check_message(ofi::record const& r) {
  message m(r.content);
  r.words_into(m.header());
  std::vector<std::byte> memory(ofi::message_record_size(m));
  ofi::record_writer out(memory.data());
  out.add_message(m);
  ofi::record again{};
  ofi::record_reader reader(memory, 0);
  require(reader.next(again) == ofi::record_reader::outcome::record && again.kind == r.kind,
          "a message is written as one");
  require(same(again.words, r.words) && same(again.content, r.content), "in the same bytes");
}

void run(bytes all) {
  auto const head = ofi::frame_header::read(all);
  if (!head) return;
  std::byte written[ofi::frame_header_size];
  head->write(written);
  require(same(written, all.first(sizeof written)), "a frame's header is written as it was read");

  ofi::record_reader reader(all);
  for (ofi::record r{}; reader.next(r) == ofi::record_reader::outcome::record;) {
    require(reader.position() <= all.size(), "nothing is read beyond the end");
    require(r.words.data() >= all.data() && r.content.data() + r.content.size() <= all.data() + all.size(),
            "a record lies in its frame");
    auto const asked = ofi::transfer_request::read(r);
    require(!asked || r.kind == (asked->from ? ofi::record_kind::offer : ofi::record_kind::request),
            "requests and offers are of their kind");
    require(!ofi::read_taken(r) || r.kind == ofi::record_kind::taken, "what is taken is of its kind");
    require(!ofi::clearance::read(r) || r.kind == ofi::record_kind::clear, "clearances, too");
    if (r.kind == ofi::record_kind::message) check_message(r);
  }
}

target const here("frame", run);

}  // namespace

}  // namespace weft::fuzz
