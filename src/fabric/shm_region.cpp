// SPDX-License-Identifier: MIT
#include "fabric/shm_region.hpp"

#include "base/fd.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace weft::fabric {

namespace {

constexpr std::string_view prefix = "fi_shm://";

// prov/shm/src/smr_util.h of libfabric 1.17: struct smr_region, as far as it is of use here.
struct region_header {
  std::uint8_t version;
  std::uint8_t reserved;
  std::uint16_t flags;
  std::int32_t pid;
  std::uint64_t capabilities;
  std::uint64_t base_address;
  std::int32_t lock;    // a pthread_spinlock_t
  std::int32_t signal;  // 1: its owner has something to look at
  std::uint64_t map;
  std::uint64_t total_size;
  std::uint64_t commands_free;
  std::uint64_t segments_free;
  std::uint64_t command_queue;  // offsets
  std::uint64_t response_queue;
  std::uint64_t inject_pool;
  std::uint64_t segment_pool;
  std::uint64_t peers;
};
constexpr std::uint8_t known_version = 4;

// One for each send that the peer must answer, answered by changing its status; completed in their order.
struct response {
  std::uint64_t send;  // address of what the sender remembers of it
  std::uint64_t status;
};
struct response_queue {
  std::uint64_t size;
  std::uint64_t mask;
  std::uint64_t taken;
  std::uint64_t put;
  response entries[];
};
constexpr std::uint64_t waiting = EBUSY;
constexpr std::uint64_t segment_taken = 1025;
constexpr std::uint64_t segment_waiting = 1026;

constexpr std::size_t peer_index_of_send = 0x100;

struct peer_entry {
  char name[256];
  std::int64_t index;
  std::uint64_t status;
};
constexpr std::size_t most_peers = 256;

template <class T>
T peek(T const& value) noexcept {
  return std::atomic_ref<T>(const_cast<T&>(value)).load(std::memory_order_acquire);
}

template <class T>
T& at(std::byte* data, std::size_t offset) noexcept {
  return *reinterpret_cast<T*>(data + offset);
}

// One on x86, zero elsewhere.
std::int32_t unlocked_word() noexcept {
  static std::int32_t const word = [] {
    pthread_spinlock_t fresh;
    ::pthread_spin_init(&fresh, PTHREAD_PROCESS_SHARED);
    std::int32_t const bits = fresh;
    ::pthread_spin_destroy(&fresh);
    return bits;
  }();
  return word;
}

}  // namespace

std::optional<shm_region> shm_region::open(std::string_view address) {
  address = address.substr(0, address.find('\0'));
  if (!address.starts_with(prefix)) return {};
  address.remove_prefix(prefix.size());
  if (address.empty() || address.find('/') != address.npos) return {};
  auto path = "/dev/shm/" + std::string(address);
  base::unique_fd const fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  struct stat file {};
  if (!fd || ::fstat(fd.get(), &file) != 0 || file.st_size < static_cast<off_t>(sizeof(region_header))) return {};
  auto const size = static_cast<std::size_t>(file.st_size);
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return {};
  shm_region r(std::move(path), static_cast<std::byte*>(data), size);
  if (!r.is_sound()) return {};
  return r;
}

shm_region::~shm_region() {
  if (data_) ::munmap(data_, size_);
}

bool shm_region::is_sound() const noexcept {
  auto const& h = at<region_header>(data_, 0);
  if (h.version != known_version || h.total_size != size_) return false;
  if (h.peers > size_ || size_ - h.peers < most_peers * sizeof(peer_entry)) return false;
  if (h.response_queue > size_ || size_ - h.response_queue < sizeof(response_queue)) return false;
  auto const& q = at<response_queue>(data_, h.response_queue);
  return q.mask == q.size - 1 && q.size <= (size_ - h.response_queue - sizeof(response_queue)) / sizeof(response);
}

pid_t shm_region::owner() const noexcept { return at<region_header>(data_, 0).pid; }

bool shm_region::is_locked() const noexcept { return peek(at<region_header>(data_, 0).lock) != unlocked_word(); }

void shm_region::unlock() noexcept {
  std::atomic_ref(at<region_header>(data_, 0).lock).store(unlocked_word(), std::memory_order_release);
}

std::int64_t shm_region::index_of(std::string_view peer) const noexcept {
  peer = peer.substr(0, peer.find('\0'));
  auto const* known = &at<peer_entry>(data_, at<region_header>(data_, 0).peers);
  for (std::size_t i = 0; i != most_peers; ++i)
    if (peer == std::string_view(known[i].name, ::strnlen(known[i].name, sizeof known[i].name)))
      return static_cast<std::int64_t>(i);
  return -1;
}

void shm_region::end_sends(std::string_view peer) noexcept {
  auto const index = index_of(peer);
  if (index < 0) return;
  auto& header = at<region_header>(data_, 0);
  auto& q = at<response_queue>(data_, header.response_queue);
  // Only the reader of the completion queue takes from it: what is there now stays.
  for (auto i = peek(q.taken), end = peek(q.put); i != end; ++i) {
    auto& r = q.entries[i & q.mask];
    auto const status = peek(r.status);
    if (status != waiting && status != segment_waiting) continue;
    auto const* const send = reinterpret_cast<std::byte const*>(r.send);
    std::int64_t to;
    std::memcpy(&to, send + peer_index_of_send, sizeof to);
    if (to != index) continue;
    // A send in segments goes on until it is through; nobody reads what it still copies.
    auto const answer = status == waiting ? static_cast<std::uint64_t>(-std::int64_t{EIO}) : segment_taken;
    std::atomic_ref(r.status).store(answer, std::memory_order_release);
    std::atomic_ref(header.signal).store(1, std::memory_order_release);
  }
}

bool shm_region::has_name() const noexcept { return ::access(path_.c_str(), F_OK) == 0; }

void shm_region::remove_name() noexcept { (void)::unlink(path_.c_str()); }

}  // namespace weft::fabric
