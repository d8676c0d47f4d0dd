// SPDX-License-Identifier: MIT
#include <weft/surveyor.hpp>

#include "policy/distributor.hpp"
#include "policy/limits.hpp"
#include "policy/request_table.hpp"

#include <algorithm>
#include <cstddef>

namespace weft {

namespace {

class surveyor_protocol;

/// At most one survey and the responses to it that were not received yet. It is asked() until its time is over.
class survey final : public ext::context, public policy::request {
 public:
  survey(surveyor_protocol& owner, surveyor::options const& o) noexcept;
  ~survey() override;

  bool can_send() const noexcept override { return true; }
  std::error_code send(message&) override;

  bool can_receive() const noexcept override { return canceled_ > 0 || !responses_.empty() || !asked(); }
  bool idle() const noexcept override {
    return can_receive() && canceled_ == 0 && responses_.empty() && too_late_ == 0;
  }
  std::error_code receive(message&) override;
  void abandon_receive() noexcept override;
  void expire() override;

  void answer(ext::pipe&, message&&);
  void adjust(surveyor::options const& o) noexcept { options_ = o; }

 private:
  void set_alarm() noexcept;
  void end() noexcept;
  void discard(drop_reason) noexcept;

  surveyor_protocol& owner_;
  surveyor::options options_;
  ext::message_ring responses_;
  unsigned canceled_ = 0;  // callers still parked in receive() for a survey that send() gave up
  unsigned too_late_ = 0;  // receive()s that are to hear that the time is over
};

class surveyor_protocol final : public ext::protocol {
 public:
  surveyor_protocol(ext::protocol_host& host, surveyor::options const& o)
      : host_(host), options_(o), peers_(host, o.send_queue) {}

  std::error_code attach(ext::pipe& p) override {
    peers_.add(p);
    return {};
  }
  void detach(ext::pipe& p) override { peers_.remove(p); }
  void readable(ext::pipe&) override;
  void writable(ext::pipe& p) override { peers_.writable(p); }
  std::size_t queued() const noexcept override { return peers_.queued(); }
  std::unique_ptr<ext::context> open_context() override { return open(options_); }
  std::unique_ptr<ext::context> open(surveyor::options const& o) {
    asked_.reserve(open_ + 1);
    return std::make_unique<survey>(*this, o);
  }

 private:
  friend class survey;

  ext::protocol_host& host_;
  surveyor::options const options_;
  policy::distributor peers_;
  policy::request_table<survey> asked_;
  std::size_t open_ = 0;  // contexts
};

survey::survey(surveyor_protocol& owner, surveyor::options const& o) noexcept : owner_(owner), options_(o) {
  ++owner_.open_;
}

survey::~survey() {
  end();
  discard(drop_reason::unread);
  --owner_.open_;
}

std::error_code survey::send(message& m) {
  if (owner_.peers_.refuses(m.size())) return errc::message_too_large;

  end();
  discard(drop_reason::unasked);
  too_late_ = 0;
  canceled_ = waiting;
  if (canceled_ > 0) owner_.host_.wake_receivers(*this);

  owner_.asked_.ask(*this);
  m.header().clear();
  m.header().push(id());
  owner_.peers_.send(std::move(m));
  set_alarm();
  return {};
}

std::error_code survey::receive(message& m) {
  if (canceled_ > 0) {
    --canceled_;
    return errc::canceled;
  }
  if (!responses_.empty()) {
    m = responses_.pop();
    return {};
  }
  if (too_late_ == 0) return errc::wrong_state;
  --too_late_;
  return errc::timed_out;
}

void survey::abandon_receive() noexcept {
  if (canceled_ > 0) {  // it waited for an earlier survey
    --canceled_;
    return;
  }
  if (too_late_ > 0) {  // which it now knows
    --too_late_;
    return;
  }
  if (options_.keep) return;
  end();
  owner_.host_.wake_receivers(*this);  // should others wait for the same, they wait in vain
}

void survey::expire() {
  end();
  too_late_ = std::max(waiting - std::min(canceled_, waiting), 1u);
  owner_.host_.wake_receivers(*this);
}

void survey::answer(ext::pipe& p, message&& m) {
  if (responses_.size() >= options_.receive_queue)
    return owner_.host_.drop(drop_reason::full, direction::incoming, &p, std::move(m));
  responses_.push(std::move(m));
  owner_.host_.wake_receivers(*this);
}

void survey::set_alarm() noexcept {
  auto const now = owner_.host_.now();
  // A year that does not fit is for ever.
  auto const time = options_.survey_time;
  if (time < clock::time_point::max() - now) owner_.host_.arm(*this, now + time);
}

/// No more responses; those that came stay.
void survey::end() noexcept {
  if (!asked()) return;
  owner_.asked_.close(*this);
  owner_.host_.disarm(*this);
}

void survey::discard(drop_reason why) noexcept {
  while (!responses_.empty()) owner_.host_.drop(why, direction::incoming, nullptr, responses_.pop());
}

void surveyor_protocol::readable(ext::pipe& p) {
  policy::take_answers(p, asked_, host_, [&](survey& s, message&& m) { s.answer(p, std::move(m)); });
}

void check(surveyor::options const& o) {
  if (o.survey_time <= clock::duration::zero()) raise({errc::invalid_option, "survey_time is more than zero"});
  policy::check_queue("receive_queue", o.receive_queue, 1);
  policy::check_queue("send_queue", o.send_queue);
}

}  // namespace

std::unique_ptr<ext::protocol> surveyor::make(ext::protocol_host& host, options const& o) {
  check(o);
  return std::make_unique<surveyor_protocol>(host, o);
}

std::unique_ptr<ext::context> surveyor::open(ext::protocol& p, options const& o) {
  check(o);
  return static_cast<surveyor_protocol&>(p).open(o);
}

void surveyor::adjust(ext::context& c, options const& o) {
  check(o);
  static_cast<survey&>(c).adjust(o);
}

}  // namespace weft
