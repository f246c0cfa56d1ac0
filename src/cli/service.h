// Installing rftd as a service of systemd, for the machine or for one user.
#pragma once
#include <iosfwd>
#include <string>

#include "base/result.h"
#include "cli/unit.h"

namespace rft::cli {

// Where things go, and whether systemd is there to be told.
struct ServicePlan {
  Scope scope = Scope::user;
  std::string program;       // absolute path of rftd
  std::string state_folder;  // of a user's daemon
  std::string unit_file;
  std::string config_file;  // empty for a user's daemon
  bool systemd_runs = false;
};

// The plan for this machine.
//   not_allowed     a system service needs root
//   invalid_config  there is no rftd, or no folder for a user's units
Result<ServicePlan> plan_service(Scope scope);

// Both may be repeated. Each step is told on `says`; where systemd does not run, what remains to be
// done is told too.
//   bad_state  a file cannot be written or removed
//   internal   systemctl failed
Result<void> install_service(const ServicePlan& plan, std::ostream& says);
// Keeps the state folder. A configuration that was edited is kept beside its place, as *.saved.
Result<void> remove_service(const ServicePlan& plan, std::ostream& says);

}  // namespace rft::cli
