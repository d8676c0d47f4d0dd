// SPDX-License-Identifier: MIT
#pragma once

#include "kind.hpp"
#include "settings.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

namespace weft::nanomsg {

/// One of nanomsg's sockets: its options, and the weft socket that is made from them when it is first needed.
/// Functions that return an int return the number of an error, or 0.
/// Thread safety: all members. May throw std::system_error and std::bad_alloc.
class socket {
 public:
  socket(kind const& k, int number);

  kind const& what() const noexcept { return kind_; }

  int send(message& m, bool wait);
  int receive(message& m, bool wait);
  /// Without the socket's time-outs: for devices.
  int send(message& m, op_options const& o);
  int receive(message& m, op_options const& o);

  int bind(char const* address, int& id);
  int connect(char const* address, int& id);
  int shutdown(int id);

  int set(int level, int option, void const* value, std::size_t size);
  int get(int level, int option, void* value, std::size_t& size);

  int fd(bool to_send, int& out);
  /// \return EINVAL for one that there is not
  int statistic(int which, std::uint64_t& out);

  /// Ends every call in EBADF, and delivers what was sent until the linger is over. Once.
  void close(clock::time_point since);
  bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  std::stop_token closing() const noexcept { return closing_.get_token(); }

 private:
  struct endpoint {
    std::string url;
    int send_priority;
    bool live;
  };

  any_socket* opened();
  int add(char const* address, bool listens, int& id);
  int set_topic(int option, void const* value, std::size_t size);
  std::uint64_t sum_up(int which);

  kind const& kind_;
  timeouts timeouts_;
  std::atomic<any_socket*> socket_{nullptr};
  std::atomic<bool> closed_{false};
  std::stop_source closing_;
  std::atomic<std::uint64_t> messages_sent_{0};
  std::atomic<std::uint64_t> bytes_sent_{0};
  std::atomic<std::uint64_t> messages_received_{0};
  std::atomic<std::uint64_t> bytes_received_{0};

  std::mutex mutex_;
  settings settings_;
  std::vector<endpoint> endpoints_;  // the id of the first is 1
  std::uint64_t bind_errors_ = 0;
  std::unique_ptr<any_socket> owner_;
};

}  // namespace weft::nanomsg
