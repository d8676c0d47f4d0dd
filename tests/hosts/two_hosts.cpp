// SPDX-License-Identifier: MIT
#include "hosts/two_hosts.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace weft::hosts {

namespace {

void shell(std::string const& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

void enter(int name_space) {
  if (::setns(name_space, CLONE_NEWNET) != 0) throw std::system_error(errno, std::system_category(), "setns");
}

// The names are known to the whole machine, where the same tests may run twice.
std::string unique(char const* name) { return "weft-" + std::to_string(::getpid()) + "-" + name; }

// An IPv6 address is of use at once without the search for another that has it.
void lay(host const& from, host const& to, std::string const& cable, std::string const& network, char const* network6) {
  shell("ip -n " + from.name() + " link add " + cable + " type veth peer name " + cable + " netns " + to.name());
  for (auto const& [at, last] : {std::pair{&from, "1"}, std::pair{&to, "2"}}) {
    at->run("ip addr add " + network + last + "/24 dev " + cable);
    at->run("ip addr add " + (network6 + (last + std::string("/64 dev "))) + cable + " nodad");
    at->run("ip link set " + cable + " up");
  }
}

}  // namespace

host::host(std::string name) : name_(std::move(name)) {
  shell("ip netns add " + name_);
  run("ip link set lo up");
}

host::~host() { (void)!std::system(("ip netns del " + name_).c_str()); }

void host::run(std::string const& command) const { shell("ip netns exec " + name_ + " " + command); }

process::child host::start(std::string const& program, std::vector<std::string> const& arguments) const {
  stay const there(*this);
  return process::child(program, arguments);
}

host::stay::stay(host const& at) : home_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  int const there = ::open(("/run/netns/" + at.name()).c_str(), O_RDONLY | O_CLOEXEC);
  enter(there);
  ::close(there);
}

host::stay::~stay() {
  (void)::setns(home_, CLONE_NEWNET);
  ::close(home_);
}

two_hosts::two_hosts() : here(unique("here")), there(unique("there")), at_first_(here) {
  lay(here, there, "near", "10.77.1.", "fd76::");
  lay(here, there, "far", "10.77.2.", "fd77::");
}

void two_hosts::pull_out(std::string const& cable) const {
  for (auto const* h : {&here, &there}) h->run("ip link set " + cable + " down");
}

void two_hosts::plug_in(std::string const& cable) const {
  for (auto const* h : {&here, &there}) h->run("ip link set " + cable + " up");
}

void two_hosts::lose(int percent) const { drop("numgen random mod 100 < " + std::to_string(percent)); }

// A connection numbers its packets in the header's id. What has none (0) is all else, and the answer to a connect.
void two_hosts::lose_every_third() const {
  drop("ip id and 7 { 1, 4, 6 }");
  drop("ip id 0 numgen inc mod 4 == 3");
}

void two_hosts::drop(std::string const& which) const {
  for (auto const* h : {&here, &there})
    h->run(
        "nft 'add table inet loss; add chain inet loss arriving { type filter hook input priority 0; }; "
        "add rule inet loss arriving iifname != lo " +
        which + " drop'");
}

std::string why_not() try {
  if (std::system("command -v ip nft >/dev/null") != 0) return "needs ip and nft";
  if (std::system("test -w /dev/net/tun") != 0) return "needs /dev/net/tun";
  host const probe(unique("probe"));
  probe.run("nft list ruleset");
  return {};
} catch (std::runtime_error const& why) {  // a std::system_error too
  return std::string("needs network namespaces: ") + why.what();
}

}  // namespace weft::hosts
