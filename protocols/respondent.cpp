// SPDX-License-Identifier: MIT
#include <weft/respondent.hpp>

#include "policy/checked_queue.hpp"
#include "policy/waiting_room.hpp"

namespace weft {

namespace {

class respondent_protocol;

/// At most one survey and the way back to who asked. Receiving again forgets the survey before it.
class exchange final : public ext::context {
 public:
  explicit exchange(respondent_protocol& owner) noexcept : owner_(owner) {}

  bool can_send() const noexcept override { return !asked() || !surveyor_ || surveyor_->can_send(); }
  std::error_code why_not() const noexcept override { return errc::peers_full; }
  std::error_code send(message&) override;

  bool can_receive() const noexcept override;
  result<message> receive() override;

  /// `p` goes: a response to it would find nobody.
  void lose(ext::pipe const& p) noexcept {
    if (surveyor_ == &p) surveyor_ = nullptr;
  }

  ext::list_hook hook;

 private:
  bool asked() const noexcept { return !way_back_.empty(); }

  respondent_protocol& owner_;
  header way_back_;                // at least the id, once asked
  ext::pipe* surveyor_ = nullptr;  // null when it has gone
  mutable policy::waiting_room::seat seat_{*this};
};

class respondent_protocol final : public ext::protocol {
 public:
  respondent_protocol(ext::protocol_host& host, unsigned hops) noexcept : host_(host), surveys_(host, {hops}) {}

  std::error_code attach(ext::pipe&) override { return {}; }
  void detach(ext::pipe&) override;
  void readable(ext::pipe& p) override {
    surveys_.add(p);
    if (!surveys_.empty()) in_vain_.call_all(host_);
  }
  void writable(ext::pipe&) override { host_.wake_senders(); }
  std::unique_ptr<ext::context> open_context() override {
    auto x = std::make_unique<exchange>(*this);
    exchanges_.push_back(*x);
    return x;
  }

 private:
  friend class exchange;

  ext::protocol_host& host_;
  policy::checked_queue<policy::stack_within> surveys_;
  policy::waiting_room in_vain_;
  ext::intrusive_list<exchange, &exchange::hook> exchanges_;
};

/// Nobody waits who was not told no: it is here that who waits is noted.
bool exchange::can_receive() const noexcept {
  if (!owner_.surveys_.empty()) return true;
  owner_.in_vain_.enter(seat_);
  return false;
}

result<message> exchange::receive() {
  ext::pipe& p = owner_.surveys_.next();
  message survey = p.receive();
  owner_.surveys_.add(p);

  // A response that waited for the forgotten survey's connection need not wait any more.
  if (asked()) owner_.host_.wake_senders();
  way_back_ = std::move(survey.header());
  surveyor_ = &p;
  return survey;
}

std::error_code exchange::send(message& m) {
  if (!asked()) return errc::wrong_state;
  if (surveyor_ && m.size() > surveyor_->max_message()) return errc::message_too_large;

  message response = std::move(m);
  response.header() = std::move(way_back_);
  if (surveyor_)
    surveyor_->send(std::move(response));
  else
    owner_.host_.drop(drop_reason::peer_gone, direction::outgoing, nullptr, std::move(response));
  surveyor_ = nullptr;
  return {};
}

void respondent_protocol::detach(ext::pipe& p) {
  surveys_.remove(p);  // nobody is there who could have the responses
  for (exchange* x = exchanges_.first(); x; x = exchanges_.next(*x)) x->lose(p);
  host_.wake_senders();
}

}  // namespace

std::unique_ptr<ext::protocol> respondent::make(ext::protocol_host& host, options const& o) {
  if (o.hops < 1 || o.hops > 255) raise(errc::invalid_option);
  return std::make_unique<respondent_protocol>(host, o.hops);
}

}  // namespace weft
