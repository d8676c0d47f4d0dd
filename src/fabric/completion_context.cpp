// SPDX-License-Identifier: MIT
#include <weft/fabric/completion_context.hpp>

#include "fabric/in_flight.hpp"

#include <algorithm>
#include <utility>

namespace weft::fabric {

completion_context::completion_context() : transfer_(std::make_shared<transfer>()) {}
completion_context::completion_context(std::shared_ptr<transfer> t) noexcept : transfer_(std::move(t)) {}

void completion_context::on_complete(std::function<void(completion const&)> f) { transfer_->told = std::move(f); }
void completion_context::add_cleanup(std::function<void()> f) { transfer_->cleanups.push_back(std::move(f)); }
std::any& completion_context::value() noexcept { return transfer_->value; }
bool completion_context::is_busy() const noexcept { return !transfer_->done.load(std::memory_order_acquire); }
bool completion_context::is_released() const noexcept { return transfer_->released.load(std::memory_order_acquire); }
completion const& completion_context::last() const noexcept { return transfer_->last; }

std::span<std::byte const> completion_context::bytes() const noexcept {
  auto const all = transfer_->memory();
  return all.first(std::min(all.size(), transfer_->last.bytes));
}

std::error_code completion_context::wait(completion_queue& q, op_options const& options) {
  return q.run_until(transfer_->done, options);
}

void completion_context::release() noexcept { transfer_->released.store(true, std::memory_order_release); }

std::optional<completion_context> completion_context::of(operation const& op) noexcept {
  auto t = transfer::of(op);
  if (!t || t->released.load(std::memory_order_acquire)) return {};
  return completion_context(std::move(t));
}

}  // namespace weft::fabric
