// SPDX-License-Identifier: MIT
#pragma once

#include <weft/c/weft.h>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <utility>

namespace weft::capi_tests {

/// Time enough for anything that ends at all, in milliseconds.
constexpr int patience = 20'000;

inline void ok(int code) { BOOST_TEST(code == WEFT_OK, weft_strerror(code) << ": " << weft_error_detail()); }

/// The same in a callback: Boost.Test is for one thread at a time, and the thread that waits looks at this in the end.
struct verdict {
  std::atomic<int> wrong{0};
  void operator()(bool good) { wrong += good ? 0 : 1; }
  ~verdict() { BOOST_TEST(wrong == 0); }
};

/// An address that nobody in this process has used.
inline std::string fresh(std::string const& scheme = "inproc") {
  static std::atomic<int> count{0};
  if (scheme == "tcp" || scheme == "ofi+tcp") return scheme + "://127.0.0.1:0";
  return scheme + "://weft-c-" + std::to_string(++count);
}

/// Options, closed in the end.
struct options {
  weft_options it{};
  options() { ok(weft_options_open(&it)); }
  options(options const&) = delete;
  options& operator=(options const&) = delete;
  ~options() { ok(weft_options_close(it)); }
  operator weft_options() const noexcept { return it; }

  options&& flag(char const* name, bool v) && { return ok(weft_set_bool(it.id, name, v)), std::move(*this); }
  options&& number(char const* name, int v) && { return ok(weft_set_int(it.id, name, v)), std::move(*this); }
  options&& ms(char const* name, int v) && { return ok(weft_set_ms(it.id, name, v)), std::move(*this); }
  options&& size(char const* name, std::size_t v) && { return ok(weft_set_size(it.id, name, v)), std::move(*this); }
};

/// A message, freed in the end.
struct msg {
  weft_message* it = nullptr;
  msg() = default;
  explicit msg(weft_message* m) : it(m) {}
  explicit msg(std::string_view text) { ok(weft_message_from(text.data(), text.size(), &it)); }
  msg(msg const&) = delete;
  msg& operator=(msg const&) = delete;
  ~msg() { weft_message_free(it); }
  operator weft_message*() const noexcept { return it; }
  std::string text() const {
    return std::string(static_cast<char const*>(weft_message_body(it)), weft_message_size(it));
  }
  /// For a call that takes it when it ends well.
  int given(int code) {
    if (code == WEFT_OK) it = nullptr;
    return code;
  }
};

/// A socket that gives up after a long time, and is closed in the end.
struct sock {
  weft_socket it{};
  explicit sock(int protocol, weft_options o = {}, weft_engine e = {}) {
    ok(weft_socket_open_with(e, protocol, o, &it));
    ok(weft_set_ms(it.id, "send-timeout", patience));
    ok(weft_set_ms(it.id, "receive-timeout", patience));
  }
  sock(sock&& other) noexcept : it(std::exchange(other.it, {})) {}
  sock& operator=(sock&&) = delete;
  ~sock() {
    if (it.id != 0) weft_socket_close(it, 0, nullptr);
  }
  operator weft_socket() const noexcept { return it; }
  weft_socket release() noexcept { return std::exchange(it, {}); }

  std::string listen(std::string const& url = fresh()) {
    ok(weft_socket_listen(it, url.c_str(), {}, nullptr));
    std::array<char, 256> room;
    std::size_t size = room.size();
    ok(weft_socket_local_url(it, room.data(), &size));
    return room.data();
  }
  void dial(std::string const& url) { ok(weft_socket_dial(it, url.c_str(), {}, nullptr)); }
  /// Both ends of a connection are there when it returns.
  void meet(sock& other, std::string const& url = fresh()) {
    other.dial(listen(url));
    ok(weft_socket_wait_for_peers(it, 1, patience));
    ok(weft_socket_wait_for_peers(other, 1, patience));
  }

  void send(std::string_view text) { ok(weft_socket_send_bytes(it, text.data(), text.size(), 0)); }
  std::string receive(int flags = 0) {
    msg m;
    int const code = weft_socket_receive(it, &m.it, flags);
    return code == WEFT_OK ? m.text() : "error " + std::to_string(code);
  }
};

/// An operation, and how often its callback has run.
struct operation {
  weft_aio it{};
  std::function<void()> then;
  std::atomic<int> calls{0};

  explicit operation(std::function<void()> f = {}) : then(std::move(f)) {
    ok(weft_aio_open(
        [](void* self) {
          auto& o = *static_cast<operation*>(self);
          ++o.calls;
          if (o.then) o.then();
        },
        this, &it));
  }
  operation(operation const&) = delete;
  operation& operator=(operation const&) = delete;
  ~operation() {
    if (it.id != 0) weft_aio_close(it);
  }
  operator weft_aio() const noexcept { return it; }
  /// How it ended.
  int end() {
    ok(weft_aio_wait(it));
    return weft_aio_result(it);
  }
  std::string text() {
    msg m(weft_aio_take_message(it));
    return m ? m.text() : "nothing";
  }
};

}  // namespace weft::capi_tests
