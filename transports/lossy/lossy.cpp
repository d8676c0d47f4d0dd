// SPDX-License-Identifier: MIT
#include "lossy/lossy.hpp"

#include "lossy/connection.hpp"
#include "lossy/dice.hpp"

#include <string>
#include <utility>
#include <vector>

namespace weft::transports {

namespace {

constexpr std::string_view prefix = "lossy+";

/// What all connections of one transport share.
struct faults {
  dice next_dice() { return {options.seed, last.fetch_add(1, std::memory_order_relaxed) + 1}; }

  ext::reactor& loop;
  lossy_options options;
  std::atomic<std::uint32_t> last{0};
};

/// Hands the inner transport's connections on, with faults. Called on the loop.
ext::connection_handler with_faults(std::shared_ptr<faults> f, ext::connection_handler h) {
  return [f = std::move(f), h = std::move(h)](ext::connection_result r) {
    if (!r) return h(std::move(r));
    h(std::unique_ptr<ext::connection>(
        std::make_unique<lossy_connection>(f->loop, *std::move(r), f->options, f->next_dice())));
  };
}

class lossy_connector final : public ext::connector {
 public:
  lossy_connector(std::shared_ptr<faults> f, std::unique_ptr<ext::connector> inner, url u)
      : faults_(std::move(f)), inner_(std::move(inner)), url_(std::move(u)) {}

  void connect(ext::connection_handler h) override {
    if (!faults_->next_dice().happens(faults_->options.refuse))
      return inner_->connect(with_faults(faults_, std::move(h)));
    faults_->options.counters->refused.fetch_add(1, std::memory_order_relaxed);
    refused_ = std::make_shared<ext::connection_handler>(std::move(h));
    answer({errc::connection_refused, url_.to_string() + ": refused by chance"});
  }
  void cancel() noexcept override {
    inner_->cancel();
    if (refused_) answer({errc::canceled, {}});
  }

 private:
  // The first answer counts; the loop may still owe us one when we are gone.
  void answer(failure why) {
    faults_->loop.post([weak = std::weak_ptr(refused_), why = std::move(why)] {
      if (auto const h = weak.lock(); h && *h) std::exchange(*h, nullptr)(why);
    });
  }

  std::shared_ptr<faults> faults_;
  std::unique_ptr<ext::connector> inner_;
  url url_;
  std::shared_ptr<ext::connection_handler> refused_;
};

class lossy_acceptor final : public ext::acceptor {
 public:
  lossy_acceptor(std::shared_ptr<faults> f, std::unique_ptr<ext::acceptor> inner)
      : faults_(std::move(f)), inner_(std::move(inner)) {}

  url local() const override {
    auto u = inner_->local();
    u.scheme.insert(0, prefix);
    return u;
  }
  void start(ext::connection_handler h) override { inner_->start(with_faults(faults_, std::move(h))); }

 private:
  std::shared_ptr<faults> faults_;
  std::unique_ptr<ext::acceptor> inner_;
};

url without_prefix(url u) {
  u.scheme.erase(0, prefix.size());
  return u;
}

class lossy final : public ext::transport {
 public:
  lossy(ext::reactor& r, std::unique_ptr<ext::transport> inner, lossy_options o)
      : faults_(new faults{r, std::move(o)}), inner_(std::move(inner)) {
    if (!faults_->options.counters) faults_->options.counters = std::make_shared<lossy_counters>();
    for (auto const s : inner_->schemes()) names_.push_back(std::string(prefix).append(s));
    schemes_.assign(names_.begin(), names_.end());
  }

  std::span<std::string_view const> schemes() const noexcept override { return schemes_; }

  setup<std::unique_ptr<ext::connector>> dial(url const& u, ext::handshake const& h, dial_options const& o) override {
    auto made = inner_->dial(without_prefix(u), h, o);
    if (!made) return made;
    return std::unique_ptr<ext::connector>(std::make_unique<lossy_connector>(faults_, *std::move(made), u));
  }
  setup<std::unique_ptr<ext::acceptor>> listen(url const& u, ext::handshake const& h,
                                               listen_options const& o) override {
    auto made = inner_->listen(without_prefix(u), h, o);
    if (!made) return made;
    return std::unique_ptr<ext::acceptor>(std::make_unique<lossy_acceptor>(faults_, *std::move(made)));
  }

 private:
  std::shared_ptr<faults> faults_;
  std::unique_ptr<ext::transport> inner_;
  std::vector<std::string> names_;
  std::vector<std::string_view> schemes_;
};

}  // namespace

std::unique_ptr<ext::transport> make_lossy(ext::reactor& r, std::unique_ptr<ext::transport> inner, lossy_options o) {
  return std::make_unique<lossy>(r, std::move(inner), std::move(o));
}

}  // namespace weft::transports
