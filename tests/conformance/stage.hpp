// SPDX-License-Identifier: MIT
#pragma once

#include <weft/weft.hpp>

#include "conformance/transport_suite.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

inline std::ostream& operator<<(std::ostream& out, errc e) { return out << make_error_code(e); }

}  // namespace weft

namespace weft::conformance {

using namespace std::chrono_literals;

/// Time enough for anything that ends at all, on a busy machine too.
inline constexpr auto patience = 10s;
inline op_options soon() { return {.until = patience}; }
/// For what must not end well: long enough to be asleep by then.
inline op_options not_long() { return {.until = 50ms}; }

/// Where a case plays: two engines, or one twice, and addresses.
class stage {
 public:
  explicit stage(transport_under_test const&, engine_options const& = {});

  engine& here() noexcept { return here_; }
  engine& there() noexcept { return there_ ? *there_ : here_; }
  transport_under_test const& transport() const noexcept { return transport_; }

  /// Listens at an address that nobody used before. \return what to dial
  template <class Socket>
  std::string listen(Socket& s) const {
    return s.listen(transport_.fresh_url());
  }
  /// An address where nobody listens yet.
  std::string vacant();
  /// Connects the two, `a` being the one that dials.
  template <class A, class B>
  std::string connect(A& a, B& b) const {
    auto url = listen(b);
    a.dial(url);
    a.wait_for_peers(1, soon());
    b.wait_for_peers(1, soon());
    return url;
  }

 private:
  transport_under_test const& transport_;
  engine here_;
  std::optional<engine> there_;
};

/// Two sockets, connected: `a` here and `b` there.
template <class A, class B>
struct couple {
  explicit couple(stage& s, socket_options const& there = {})
      : a(s.here()), b(s.there(), {}, there), url(s.connect(a, b)) {}
  A a;
  B b;
  std::string url;
};

struct conformance_case {
  std::string_view name;
  void (*play)(stage&);
  enum { anywhere, without_loss, with_loss } where = without_loss;
};
using cases = std::span<conformance_case const>;

cases delivery_cases();
cases sharing_cases();
cases flow_cases();
cases connection_cases();
cases ending_cases();
cases request_cases();
cases readiness_cases();
cases pipeline_cases();
cases reply_cases();

/// A body whose every byte depends on its place and on `seed`.
message patterned(std::size_t size, unsigned seed = 0);
bool is_patterned(message const&, std::size_t size, unsigned seed = 0);

/// A message that says a number, and which one it says.
inline message numbered_message(std::size_t n) { return message(std::to_string(n)); }
inline std::size_t number_in(message const& m) { return std::stoul(std::string(m.text())); }

/// The next event of that kind; whatever comes before it is passed over. Nothing when it does not come in time.
std::optional<monitor_event> await(monitor&, monitor_event::kind);

/// Asks again and again until it holds, or patience ends. For what no call of weft can wait for.
bool comes_true(std::function<bool()> const&);

/// How a send ends that nobody helps along: the code, and nothing thrown.
template <class Socket>
std::error_code send_code(Socket& s, message& m, op_options const& o) {
  std::error_code why;
  s.send(m, o, why);
  return why;
}
template <class Socket>
std::error_code receive_code(Socket& s, op_options const& o) {
  std::error_code why;
  (void)s.receive(o, why);
  return why;
}

}  // namespace weft::conformance
