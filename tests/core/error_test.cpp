// SPDX-License-Identifier: MIT
#include <weft/error.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace weft::core {

namespace {

using namespace std::chrono_literals;

constexpr int last = static_cast<int>(errc::untrusted);

struct pairing {
  errc ours;
  std::errc standard;
};

// What include/weft/error.hpp promises.
constexpr pairing pairings[] = {
    {errc::would_block, std::errc::operation_would_block},
    {errc::connection_reset, std::errc::connection_reset},
    {errc::timed_out, std::errc::timed_out},
    {errc::canceled, std::errc::operation_canceled},
    {errc::busy, std::errc::device_or_resource_busy},
    {errc::protocol_mismatch, std::errc::wrong_protocol_type},
    {errc::malformed, std::errc::bad_message},
    {errc::message_too_large, std::errc::message_size},
    {errc::invalid_url, std::errc::invalid_argument},
    {errc::unknown_scheme, std::errc::protocol_not_supported},
    {errc::no_provider, std::errc::no_protocol_option},
    {errc::address_in_use, std::errc::address_in_use},
    {errc::connection_refused, std::errc::connection_refused},
    {errc::rejected, std::errc::connection_aborted},
    {errc::invalid_option, std::errc::invalid_argument},
    {errc::unsupported, std::errc::not_supported},
    {errc::no_peers, std::errc::operation_would_block},
    {errc::peers_full, std::errc::operation_would_block},
    {errc::gave_up, std::errc::timed_out},
    {errc::untrusted, std::errc::permission_denied},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(error)

BOOST_AUTO_TEST_CASE(every_code_has_a_text_of_its_own) {
  std::set<std::string> texts;
  for (int value = 1; value <= last; ++value) {
    auto const text = category().message(value);
    BOOST_TEST(!text.empty());
    BOOST_TEST(text != category().message(0));
    texts.insert(text);
  }
  BOOST_TEST(texts.size() == static_cast<std::size_t>(last));
}

BOOST_AUTO_TEST_CASE(a_value_that_is_no_code_has_a_text_too) {
  for (int value : {-1, 0, last + 1, 1 << 30}) BOOST_TEST(category().message(value) == "unknown weft error");
}

BOOST_AUTO_TEST_CASE(codes_equal_the_conditions_of_the_standard) {
  for (auto const& p : pairings) BOOST_TEST((make_error_code(p.ours) == p.standard), make_error_code(p.ours).message());
}

BOOST_AUTO_TEST_CASE(codes_the_standard_has_no_word_for_equal_none) {
  for (auto ours : {errc::closed, errc::wrong_state, errc::forked}) {
    auto const code = make_error_code(ours);
    BOOST_TEST((code.default_error_condition().category() == category()));
    for (auto const& p : pairings) BOOST_TEST((code != p.standard));
  }
}

BOOST_AUTO_TEST_CASE(codes_are_true_and_of_one_category) {
  std::error_code const code = errc::closed;
  BOOST_TEST(static_cast<bool>(code));
  BOOST_TEST(&code.category() == &category());
  BOOST_TEST(std::string(category().name()) == "weft");
  BOOST_TEST((code != std::error_code(static_cast<int>(errc::closed), std::generic_category())));
}

BOOST_AUTO_TEST_CASE(a_result_holds_a_value_or_the_reason_there_is_none) {
  result<std::string> good(std::string("yes"));
  BOOST_TEST(good.has_value());
  BOOST_TEST(!good.error());
  BOOST_TEST(good->size() == 3u);
  BOOST_TEST(*std::move(good) == "yes");
  result<std::string> bad = errc::closed;
  BOOST_TEST(!bad);
  BOOST_TEST((bad.error() == errc::closed));
  BOOST_CHECK_EXCEPTION((void)std::move(bad).value(), std::system_error,
                        [](auto const& e) { return e.code() == errc::closed; });
}

BOOST_AUTO_TEST_CASE(a_failed_setup_throws_its_words_along) {
  setup<int> bad = failure{errc::invalid_url, "the port"};
  BOOST_CHECK_EXCEPTION((void)std::move(bad).value(), std::system_error, [](auto const& e) {
    return e.code() == errc::invalid_url && std::string(e.what()).find("the port") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(a_deadline_is_never_until_it_is_set) {
  BOOST_TEST(deadline().never());
  BOOST_TEST(!deadline(1s).never());
  auto const when = clock::now();
  BOOST_TEST((deadline(when).when() == when));
}

BOOST_AUTO_TEST_CASE(a_deadline_too_far_for_the_clock_is_never) {
  BOOST_TEST(deadline(std::chrono::hours::max()).never());
  BOOST_TEST(deadline(std::chrono::years(1000)).never());
  BOOST_TEST(deadline(clock::duration::max()).never());
  BOOST_TEST(deadline(std::chrono::duration<double>(1e300)).never());
  BOOST_TEST(!deadline(std::chrono::years(100)).never());
}

BOOST_AUTO_TEST_CASE(a_deadline_is_that_far_from_now) {
  auto const before = clock::now();
  auto const when = deadline(10min).when();
  BOOST_TEST((when >= before + 10min));
  BOOST_TEST((when <= clock::now() + 10min));
  BOOST_TEST((deadline(-1s).when() < clock::now()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace weft::core
