// SPDX-License-Identifier: MIT
#pragma once

#include <weft/export.hpp>
#include <weft/ext/operation.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace weft::core {
class socket;
}

namespace weft::ext {

/// Waits until so many peers are attached: of all, or of those that were dialed at one URL.
class WEFT_API peers_operation : public condition_operation {
 public:
  peers_operation(std::shared_ptr<core::socket>, std::size_t wanted, std::string url = {});
  bool holds() const noexcept override;
  void begin();
  bool cancel();  ///< as of sender

 protected:
  ~peers_operation() = default;

 private:
  std::shared_ptr<core::socket> socket_;
  std::size_t wanted_;
  std::string url_;
};

}  // namespace weft::ext
