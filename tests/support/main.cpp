// SPDX-License-Identifier: MIT
// BOOST_TEST_MODULE would write this main, but not in a file that gets Boost.Test precompiled.
#include <boost/test/results_collector.hpp>
#include <boost/test/tree/observer.hpp>
#include <boost/test/unit_test.hpp>

#include <iostream>
#include <mutex>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

namespace boost_test = boost::unit_test;

namespace {

constexpr std::string_view mark = "SKIPPED: ";

/// Stands before std::cout and keeps the lines that begin with the mark until their case has ended: ctest looks for
/// nothing but the mark, and must not take for skipped what has failed, or crashed.
class skips final : public std::streambuf, public boost_test::test_observer {
 public:
  skips() : out_(*std::cout.rdbuf(this)) {}
  skips(skips const&) = delete;
  skips& operator=(skips const&) = delete;
  ~skips() override { std::cout.rdbuf(&out_); }

  void test_unit_finish(boost_test::test_unit const& unit, unsigned long) override {
    std::lock_guard lock(mutex_);
    bool const passed = boost_test::results_collector.results(unit.p_id).passed();
    for (auto const& line : kept_) write(passed ? line : "failed, and not skipped: " + line.substr(mark.size()));
    kept_.clear();
    out_.pubsync();
  }
  int priority() override { return 10; }  // after whoever collects the results

 protected:
  int_type overflow(int_type c) override {
    std::lock_guard lock(mutex_);
    if (c != traits_type::eof()) take(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(char const* text, std::streamsize n) override {
    std::lock_guard lock(mutex_);
    for (auto const c : std::string_view(text, static_cast<std::size_t>(n))) take(c);
    return n;
  }
  int sync() override {
    std::lock_guard lock(mutex_);
    return out_.pubsync();
  }

 private:
  void take(char c) {
    line_ += c;
    bool const ends = c == '\n';
    if (!begun_ && line_.starts_with(mark)) {
      if (!ends) return;
      kept_.push_back(line_);
    } else if (begun_ || ends || !mark.starts_with(line_)) {
      write(line_);
      begun_ = !ends;
    } else {
      return;  // it may become one
    }
    line_.clear();
  }
  void write(std::string_view text) { out_.sputn(text.data(), static_cast<std::streamsize>(text.size())); }

  std::streambuf& out_;
  std::mutex mutex_;
  std::string line_;    // what is not written of it yet
  bool begun_ = false;  // some of it is
  std::vector<std::string> kept_;
};

}  // namespace

int main(int argc, char* argv[]) {
  static skips before_output;
  auto const observe = [] {
    boost_test::framework::register_observer(before_output);
    return true;
  };
  return boost_test::unit_test_main(observe, argc, argv);
}
