// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace weft::fabric {

/// The shm endpoints of this process, which look into each other's regions.
///
/// libfabric gives an endpoint the very address of another one's region where both are in one process, and goes on
/// looking there when it completes what it had sent: also after the other one was closed, and its region unmapped. So
/// what is left of a closed endpoint stays open until nobody of this process knows it any more.
class shm_neighbours {
 public:
  struct house {
    std::shared_ptr<void> remains;  // of its endpoint, once that is closed
  };

  /// A new endpoint. It keeps its house, and those of its neighbours, for as long as it reads completions.
  static std::shared_ptr<house> move_in(std::string_view address);
  /// Another one's, or null when there is none of that name in this process.
  static std::shared_ptr<house> visit(std::string_view address);

 private:
  static shm_neighbours& all();

  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<house>, std::less<>> houses_;
};

}  // namespace weft::fabric
