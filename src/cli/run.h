// The program rft as a function.
#pragma once
#include <string>
#include <vector>

#include "cli/context.h"

namespace rft::cli {

// `arguments` without the program's name. Returns the exit code.
int run(std::vector<std::string> arguments, const Terminal& terminal, const Limits& limits = {});

}  // namespace rft::cli
