// SPDX-License-Identifier: MIT
#pragma once

#include <weft/channel.hpp>
#include <weft/error.hpp>
#include <weft/export.hpp>
#include <weft/ext/receiving_iterator.hpp>
#include <weft/ext/select_case.hpp>
#include <weft/options.hpp>
#include <weft/result.hpp>
#include <weft/socket_channel.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <system_error>
#include <utility>
#include <vector>

namespace weft {

namespace ext {

template <class T>
concept has_channels = requires(T& t) {
  { t.receiver() } -> std::same_as<receiver>;
};
template <class T>
concept has_sender = requires(T& t) {
  { t.sender() } -> std::same_as<sender>;
};

}  // namespace ext

// The cases. `f` runs when the select has committed to its case, after it has let go of all others.

/// The next message of a receiver, or value of a channel. `f(value)`, or `f(result<value>)` to see errors too.
template <class Channel, class F = ext::ignored>
requires ext::gives_values<Channel>
auto on_receive(Channel from, F f = {}) { return ext::receive_case<Channel, F>(std::move(from), std::move(f)); }
/// The same of a socket or context.
template <ext::has_channels Socket, class F = ext::ignored>
auto on_receive(Socket& from, F f = {}) {
  return on_receive(from.receiver(), std::move(f));
}
/// Room for `value`. `f()`, or `f(std::error_code)` to see errors too. Sent once, and only if the case is taken.
template <class Channel, class F = ext::nothing>
requires ext::takes_values<Channel>
auto on_send(Channel to, typename Channel::value_type value, F f = {}) {
  return ext::send_case<Channel, F>(std::move(to), std::move(value), std::move(f));
}
template <ext::has_sender Socket, class F = ext::nothing>
auto on_send(Socket& to, message m, F f = {}) {
  return on_send(to.sender(), std::move(m), std::move(f));
}
template <class F = ext::nothing>
auto on_timer(deadline d, F f = {}) {
  return ext::timer_case<F>(d, std::move(f));
}
/// Before all else.
template <class F = ext::nothing>
auto on_stop(std::stop_token t, F f = {}) {
  return ext::stop_case<F>(std::move(t), std::move(f));
}
/// A descriptor of somebody else's.
template <class F = ext::nothing>
auto on_readable(int fd, F f = {}) {
  return ext::descriptor_case<F>(fd, 1, std::move(f));  // POLLIN
}
template <class F = ext::nothing>
auto on_writable(int fd, F f = {}) {
  return ext::descriptor_case<F>(fd, 4, std::move(f));  // POLLOUT
}
/// At once when nothing is ready: then select() never waits.
template <class F = ext::nothing>
auto otherwise(F f = {}) {
  return ext::otherwise_case<F>(std::move(f));
}

/// Waits until one of the cases can go, commits to it and runs its `f`. A stop goes before a closed channel, that
/// before what is ready, and of what is ready all have the same chance. Cases that were not taken have consumed and
/// sent nothing.
/// Cost: no allocation when something is ready at once.
template <std::derived_from<ext::select_case>... Cases>
select_result select(Cases&&... cases) {
  std::array<ext::select_case*, sizeof...(Cases)> const all{&cases...};
  return ext::select_among(all);
}

/// A select whose cases stay, and may come and go. A wait costs what is ready, however many cases there are.
///
/// A case of a channel that is closed is taken once more and then forgotten, as are sends, timers and stops once taken.
/// Thread safety: none but for what makes its cases ready. Destroyed when no wait() runs.
class WEFT_API selector {
 public:
  selector();
  selector(selector&&) noexcept;
  selector& operator=(selector&&) noexcept;
  ~selector();

  /// \return its number, as wait() will name it; never given again
  template <std::derived_from<ext::select_case> Case>
  std::size_t add(Case c) {
    return add(std::unique_ptr<ext::select_case>(std::make_unique<Case>(std::move(c))));
  }
  std::size_t add(std::unique_ptr<ext::select_case>);
  /// Not from inside the case's own `f`. \return whether it was there
  bool remove(std::size_t number) noexcept;
  std::size_t size() const noexcept;

  /// As select(). Errors besides: `canceled`, `timed_out`; `closed` when no case is left.
  select_result wait(op_options const& o = {});
  /// Without waiting: `would_block` when nothing is ready.
  select_result poll();

 private:
  class hub;
  std::shared_ptr<hub> hub_;
};

/// Several channels as one: each value once, in the order of its own channel, and none waits for the others. Ends when
/// all have ended.
template <class Channel>
class merged {
 public:
  using value_type = typename Channel::value_type;

  explicit merged(std::vector<Channel> from) : got_(std::make_unique<result<value_type>>(errc::would_block)) {
    for (auto& c : from)
      all_.add(on_receive(std::move(c), [to = got_.get()](result<value_type> r) { *to = std::move(r); }));
  }

  /// Errors: `closed` when all are, `canceled`, `timed_out`; what one of them says ends this receive only.
  value_type receive(op_options const& o = {}) { return receive_result(o).value(); }
  /// The same, and the reason there is none.
  result<value_type> receive_result(op_options const& o = {}) {
    for (;;) {
      auto const done = all_.wait(o);
      if (!done.error) return std::move(*got_);
      if (done.error != errc::closed || all_.size() == 0) return done.error;
    }
  }

  using iterator = ext::receiving_iterator<merged>;
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  std::unique_ptr<result<value_type>> got_;  // of the last wait
  selector all_;
};

template <class Channel>
merged<Channel> merge(std::vector<Channel> from) {
  return merged<Channel>(std::move(from));
}
template <class Channel, std::same_as<Channel>... More>
merged<Channel> merge(Channel first, More... more) {
  return merged<Channel>({std::move(first), std::move(more)...});
}

}  // namespace weft
