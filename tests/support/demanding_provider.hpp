// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weft::fabric {

/// What the providers of this machine are made to ask for while a demanding_provider lives: as verbs, efa, cxi and the
/// like do. fi_getinfo() and fi_fabric() of this program go through it, and so do the objects that are opened then.
struct demands {
  bool local = false;      ///< FI_MR_LOCAL: every buffer is registered, and stays so until its completion
  bool contexts = false;   ///< FI_CONTEXT2: 64 bytes of each operation are the provider's until its completion
  bool prov_key = false;   ///< FI_MR_PROV_KEY
  bool virt_addr = false;  ///< FI_MR_VIRT_ADDR
  bool no_wait = false;    ///< no queue has anything to wait on
  std::size_t inject = static_cast<std::size_t>(-1);  ///< bytes at most
  unsigned full_every = 0;                            ///< each so many-th send finds the queue full
};

class demanding_provider {
 public:
  explicit demanding_provider(demands const&);
  demanding_provider(demanding_provider const&) = delete;
  demanding_provider& operator=(demanding_provider const&) = delete;
  ~demanding_provider();

  std::vector<std::string> violations() const;
  std::size_t posts() const;       ///< that were let through
  std::size_t reads() const;       ///< those of them that read a peer's memory
  std::size_t injects() const;     ///< likewise
  std::size_t registered() const;  ///< pieces of memory, ever
  std::size_t outstanding() const;
};

}  // namespace weft::fabric
