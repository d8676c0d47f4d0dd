// SPDX-License-Identifier: MIT
#pragma once

#include "process/child.hpp"

#include <string>
#include <vector>

namespace weft::hosts {

/// Network addresses, interfaces and a loopback of its own: a network namespace, gone with this.
class host {
 public:
  /// \throws std::system_error
  explicit host(std::string name);
  host(host const&) = delete;
  host& operator=(host const&) = delete;
  ~host();

  std::string const& name() const noexcept { return name_; }

  /// A command of the shell's, there. \throws std::runtime_error unless it succeeds
  void run(std::string const& command) const;
  /// A program from the folder of this one, there.
  process::child start(std::string const& program, std::vector<std::string> const& arguments) const;

  /// The calling thread, and every thread that it starts, is at the host until this goes.
  class stay {
   public:
    explicit stay(host const&);
    stay(stay const&) = delete;
    stay& operator=(stay const&) = delete;
    ~stay();

   private:
    int home_;
  };

 private:
  std::string name_;
};

/// Two hosts with two cables between them, `near` and `far`; the calling thread is at the first.
class two_hosts {
 public:
  two_hosts();

  host here, there;

  static std::string near_address() { return "10.77.1.2"; }  ///< of `there`
  static std::string far_address() { return "10.77.2.2"; }
  static std::string far_address6() { return "[fd77::2]"; }

  /// At both ends, as when a cable is pulled.
  void pull_out(std::string const& cable) const;
  void plug_in(std::string const& cable) const;
  /// Of what arrives at either end of any cable, so many packets of a hundred are lost.
  void lose(int percent) const;
  /// So are three of eight, of each TCP connection for itself, and one of four of all else; of a connection no two in
  /// a row: what is sent again comes through. By chance, at 30%, 7 of 152 runs over ofi+tcp waited 40 s for TCP.
  void lose_every_third() const;

 private:
  void drop(std::string const& which) const;

  host::stay at_first_;
};

/// Why there cannot be two hosts; empty when there can.
std::string why_not();

}  // namespace weft::hosts
