// Starting a mover: a process of its own that inherits its lock and nothing else of ours.
#pragma once
#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "vault/file.h"

namespace rft {

// `configured`, else RFT_MOVER, else rft-mover beside our own program, else in PATH.
// invalid_config, with what was tried, where none can be run.
Result<std::string> find_mover_program(const std::string& configured);

struct MoverStart {
  std::string program;
  std::string folder;    // <state>/movers
  std::string mover;     // its id
  std::string cert_dir;  // becomes its X509_CERT_DIR
  int log = -1;          // its stderr; -1: nowhere
};

// Runs `program --dir folder --id mover` with the lock as descriptor 3, in a session of its own, so
// that neither the end of rftd nor Ctrl-C at its terminal reaches it. It gets no secret: its
// environment is made anew from a list of harmless names.
//   unavailable  the system cannot start it
Result<pid_t> spawn(const MoverStart& start, const vault::File& lock);

}  // namespace rft
