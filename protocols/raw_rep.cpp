// SPDX-License-Identifier: MIT
#include <weft/raw_rep.hpp>

#include "policy/checked_queue.hpp"
#include "policy/limits.hpp"
#include "policy/router.hpp"

namespace weft {

namespace {

class raw_rep_protocol final : public ext::protocol {
 public:
  raw_rep_protocol(ext::protocol_host& host, raw_rep::options const& o) noexcept
      : host_(host), requests_(host, {o.hops}), replies_(host, o.send_queue) {}

  std::error_code attach(ext::pipe& p) override {
    replies_.attach(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    requests_.remove(p);  // nobody is there who could have the replies
    replies_.detach(p);
  }
  void readable(ext::pipe& p) override {
    requests_.add(p);
    if (open_ && !requests_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { replies_.writable(p); }
  std::unique_ptr<ext::context> open_context() override;
  std::size_t queued() const noexcept override { return replies_.queued(); }

  class conversation;

 private:
  ext::protocol_host& host_;
  policy::traced_queue requests_;
  policy::router replies_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class raw_rep_protocol::conversation final : public ext::context {
 public:
  explicit conversation(raw_rep_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return true; }
  std::error_code send(message& m) override {
    if (!policy::is_complete(m.header(), 2)) return errc::malformed;
    auto const to = m.header().pop_front();
    auto const why = owner_.replies_.send(to, m);
    if (why) m.header().push_front(to);
    return why;
  }

  void set_hops(unsigned most) noexcept { owner_.requests_.set_check({most}); }

  bool can_receive() const noexcept override { return !owner_.requests_.empty(); }
  std::error_code receive(message& m) override {
    owner_.requests_.receive(m);
    m.header().push_front(static_cast<std::uint32_t>(m.source()));
    return {};
  }

 private:
  raw_rep_protocol& owner_;
};

std::unique_ptr<ext::context> raw_rep_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

void raw_rep::adjust(ext::context& c, options const& o) {
  policy::check_hops(o.hops);
  static_cast<raw_rep_protocol::conversation&>(c).set_hops(o.hops);
}

std::unique_ptr<ext::protocol> raw_rep::make(ext::protocol_host& host, options const& o) {
  policy::check_hops(o.hops);
  policy::check_queue("send_queue", o.send_queue);
  return std::make_unique<raw_rep_protocol>(host, o);
}

}  // namespace weft
