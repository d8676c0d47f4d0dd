// SPDX-License-Identifier: MIT
#include <weft/respondent.hpp>

#include "policy/checked_queue.hpp"
#include "policy/distributor.hpp"
#include "policy/way_back.hpp"

#include <unordered_map>

namespace weft {

namespace {

class raw_respondent_protocol final : public ext::protocol {
 public:
  raw_respondent_protocol(ext::protocol_host& host, raw_respondent::options const& o) noexcept
      : host_(host), surveys_(host, {o.hops}), out_(host, o.send_queue) {}

  std::error_code attach(ext::pipe& p) override {
    surveyors_.emplace(p.id(), &p);
    out_.add(p);
    return {};
  }
  void detach(ext::pipe& p) override {
    surveys_.remove(p);  // nobody is there who could have the responses
    out_.remove(p);
    surveyors_.erase(p.id());
  }
  void readable(ext::pipe& p) override {
    surveys_.line_up(p);
    if (open_ && !surveys_.empty()) host_.wake_receivers(*open_);
  }
  void writable(ext::pipe& p) override { out_.writable(p); }
  std::size_t queued() const noexcept override { return out_.queued(); }
  std::unique_ptr<ext::context> open_context() override;

 private:
  class conversation;

  ext::protocol_host& host_;
  policy::checked_queue<policy::stack_within> surveys_;
  policy::distributor out_;
  std::unordered_map<pipe_id, ext::pipe*> surveyors_;
  ext::context* open_ = nullptr;  // the socket's only one
};

class raw_respondent_protocol::conversation final : public ext::context {
 public:
  explicit conversation(raw_respondent_protocol& owner) noexcept : owner_(owner) { owner_.open_ = this; }
  ~conversation() override { owner_.open_ = nullptr; }

  bool can_send() const noexcept override { return true; }
  std::error_code send(message& m) override {
    if (!policy::leads_back(m.header(), 2)) return errc::malformed;
    auto const found = owner_.surveyors_.find(pipe_id{m.header().words().front()});
    if (found == owner_.surveyors_.end()) {
      owner_.host_.drop(drop_reason::peer_gone, direction::outgoing, nullptr, std::move(m));
      return {};
    }
    if (m.size() > found->second->max_message()) return errc::message_too_large;

    message response = std::move(m);
    policy::pop_outermost(response.header());
    owner_.out_.send_to(*found->second, std::move(response));
    return {};
  }

  bool can_receive() const noexcept override { return !owner_.surveys_.empty(); }
  result<message> receive() override {
    message m = owner_.surveys_.receive();
    policy::push_outermost(m.header(), static_cast<std::uint32_t>(m.source()));
    return m;
  }

 private:
  raw_respondent_protocol& owner_;
};

std::unique_ptr<ext::context> raw_respondent_protocol::open_context() { return std::make_unique<conversation>(*this); }

}  // namespace

std::unique_ptr<ext::protocol> raw_respondent::make(ext::protocol_host& host, options const& o) {
  if (o.hops < 1 || o.hops > 255 || o.send_queue > 8192) raise(errc::invalid_option);
  return std::make_unique<raw_respondent_protocol>(host, o);
}

}  // namespace weft
