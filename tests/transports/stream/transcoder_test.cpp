// SPDX-License-Identifier: MIT
#include "stream/transcoder.hpp"

#include <weft/error.hpp>

#include "transports/stream/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>

namespace weft::stream {

namespace {

/// Doubles every byte; '!' is a goodbye, '?' is answered, '#' is malformed.
class doubler final : public transcoder {
 public:
  using transcoder::begin_with;
  using transcoder::transcoder;

 private:
  std::size_t decode(std::span<std::byte const>& come, std::span<std::byte> room) override {
    std::size_t made = 0;
    for (; !come.empty() && made != room.size() && !over(); come = come.subspan(1)) {
      char const c = std::to_integer<char>(come[0]);
      if ((odd_ = !odd_)) continue;
      if (c == '!')
        end();
      else if (c == '#')
        end({errc::malformed, "#"});
      else if (c == '?')
        owe();
      else
        room[made++] = come[0];
    }
    return made;
  }
  failure cut_off() override { return {errc::connection_reset, "cut off"}; }
  bool encode(std::span<std::byte const> plain, bytes& to) override {
    if (plain.empty()) to.insert(to.end(), 2, std::byte{'y'});
    for (auto const b : plain) to.insert(to.end(), 2, b);
    return plain.empty() || plain[0] != std::byte{'#'};
  }
  void say_goodbye(bytes& to) override { to.insert(to.end(), 2, std::byte{'!'}); }

  bool odd_ = false;
};

std::string doubled(std::string_view text) {
  std::string all;
  for (char const c : text) all.append(2, c);
  return all;
}

struct talk {
  explicit talk(std::pair<base::unique_fd, base::unique_fd> fds = connected_fds())
      : far(std::move(fds.second)), fd(std::move(fds.first)) {}

  std::string receive(std::size_t most = 1000) {
    std::string text(most, '\0');
    result = near.receive(text.data(), most);
    error = errno;
    text.resize(result > 0 ? static_cast<std::size_t>(result) : 0);
    return text;
  }
  ssize_t send(std::string_view text) {
    batch b;
    if (!text.empty()) b.add(text.data(), text.size());
    return near.send(b);
  }

  far_end far;
  base::unique_fd fd;
  doubler near{std::make_unique<direct>(fd.get())};
  ssize_t result = 0;
  int error = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_transcoder)

BOOST_FIXTURE_TEST_CASE(what_comes_is_decoded_to_the_last_byte, talk) {
  far.say(doubled("hello") + "x");
  BOOST_TEST(receive() == "hello");
  BOOST_TEST(!near.more());
  far.say("x");
  BOOST_TEST(receive() == "x");
  BOOST_TEST(receive() == "");
  BOOST_TEST(result == -1);
  BOOST_TEST(error == EAGAIN);
}

BOOST_FIXTURE_TEST_CASE(what_has_no_room_waits_and_says_so, talk) {
  far.say(doubled("hello"));
  BOOST_TEST(receive(3) == "hel");
  BOOST_TEST(near.more());
  BOOST_TEST(receive(3) == "lo");
  BOOST_TEST(!near.more());
}

BOOST_FIXTURE_TEST_CASE(what_came_since_is_read_with_what_waited, talk) {
  far.say(doubled("abc"));
  BOOST_TEST(receive(1) == "a");
  far.say(doubled("def"));
  BOOST_TEST(receive() == "bcdef");
}

BOOST_FIXTURE_TEST_CASE(more_than_is_read_at_a_time_comes_whole, talk) {
  std::string const text(90'000, 'x');
  auto const all = doubled(text);
  std::string got;
  for (std::size_t said = 0; said != all.size();) {
    auto const n = ::send(far.fd(), all.data() + said, all.size() - said, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n > 0) said += static_cast<std::size_t>(n);
    got += receive(200'000);
  }
  BOOST_TEST((got == text));
}

BOOST_FIXTURE_TEST_CASE(what_came_before_it_was_made_is_read_first, talk) {
  auto const text = doubled("early");
  near.begin_with(std::as_bytes(std::span(text)));
  BOOST_TEST(near.more());
  far.say(doubled(" late"));
  BOOST_TEST(receive() == "early late");
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_broke_is_told_behind_what_came_before, talk) {
  auto const before = doubled("ab");
  near.begin_with(std::as_bytes(std::span(before)));
  BOOST_TEST(send("x") == 1);
  far.hang_up();  // without reading it
  BOOST_TEST(receive() == "ab");
  for (int i = 0; i != 2; ++i) {
    BOOST_TEST(receive() == "");
    BOOST_TEST(result == -1);
    BOOST_TEST(error == ECONNRESET);
  }
}

BOOST_FIXTURE_TEST_CASE(a_goodbye_is_told_behind_what_was_said_before_it, talk) {
  far.say(doubled("bye!not heard"));
  BOOST_TEST(receive() == "bye");
  BOOST_TEST(near.more());
  BOOST_TEST(receive() == "");
  BOOST_TEST(result == 0);
  BOOST_TEST(!near.fault().code);
}

BOOST_FIXTURE_TEST_CASE(a_fault_is_told_behind_what_was_said_before_it, talk) {
  far.say(doubled("good#bad"));
  BOOST_TEST(receive() == "good");
  BOOST_TEST(near.more());
  BOOST_TEST(receive() == "");
  BOOST_TEST(result == 0);
  BOOST_TEST(near.fault().code == errc::malformed);
}

BOOST_FIXTURE_TEST_CASE(an_end_without_a_goodbye_is_what_the_code_says, talk) {
  far.say(doubled("last"));
  far.hang_up();
  BOOST_TEST(receive() == "last");
  BOOST_TEST(receive() == "");
  BOOST_TEST(result == 0);
  BOOST_TEST(near.fault().code == errc::connection_reset);
}

BOOST_FIXTURE_TEST_CASE(all_pieces_of_a_batch_are_encoded_in_order, talk) {
  batch b;
  std::string const large(150'000, 'z');
  b.add("abc", 3);
  b.add(large.data(), large.size());
  std::string heard;
  for (ssize_t n = -1; n != 150'003; heard += far.hear()) {
    n = near.send(b);
    if (n > 0 && n != 150'003) b.drop_front(static_cast<std::size_t>(n)), n = -1;
    if (b.bytes == 0) break;
  }
  heard += far.hear();
  BOOST_TEST((heard == doubled("abc" + large)));
}

BOOST_FIXTURE_TEST_CASE(nothing_counts_as_sent_before_the_kernel_has_all_of_it, talk) {
  std::string const text(40'000, 'x');
  std::size_t sent = 0;
  ssize_t n;
  while ((n = send(text)) == 40'000) sent += 40'000;
  BOOST_TEST(n == -1);
  BOOST_TEST(errno == EAGAIN);
  BOOST_TEST(near.wants_to_send());
  auto heard = far.hear().size();
  // The same bytes again.
  while ((n = send(text)) < 0) heard += far.hear().size();
  BOOST_TEST(n == 40'000);
  heard += far.hear().size();
  BOOST_TEST(heard == 2 * (sent + 40'000));
  BOOST_TEST(!near.wants_to_send());
}

BOOST_FIXTURE_TEST_CASE(what_it_owes_goes_out_without_anything_to_send, talk) {
  far.say(doubled("a?b"));
  BOOST_TEST(receive() == "ab");
  BOOST_TEST(near.wants_to_send());
  BOOST_TEST(send("") == 0);
  BOOST_TEST(!near.wants_to_send());
  BOOST_TEST(far.hear() == "yy");
}

BOOST_FIXTURE_TEST_CASE(the_last_words_are_said_once_and_last, talk) {
  BOOST_TEST(send("x") == 1);
  BOOST_TEST(near.farewell());
  BOOST_TEST(near.farewell());
  BOOST_TEST(far.hear() == "xx!!");
}

BOOST_FIXTURE_TEST_CASE(the_last_words_wait_for_room, talk) {
  std::string const text(40'000, 'x');
  while (send(text) == 40'000) {}
  BOOST_TEST(!near.farewell());
  std::string heard;
  while (!near.farewell()) heard += far.hear();
  heard += far.hear();
  BOOST_TEST(heard.ends_with("xx!!"));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_said_is_a_broken_pipe, talk) {
  BOOST_TEST(send("#") == -1);
  BOOST_TEST(errno == EPIPE);
}

BOOST_FIXTURE_TEST_CASE(one_may_stand_on_another, talk) {
  doubler upper(std::make_unique<doubler>(std::make_unique<direct>(fd.get())));
  batch b;
  b.add("ab", 2);
  BOOST_TEST(upper.send(b) == 2);
  BOOST_TEST(far.hear() == "aaaabbbb");
  far.say("ccccdddd");
  char room[10];
  BOOST_TEST(upper.receive(room, sizeof room) == 2);
  BOOST_TEST(upper.farewell());
  BOOST_TEST(far.hear() == "!!!!!!");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::stream
