// Feeds every file of the named folders to a fuzz target, where no fuzzer is at hand. With --starve
// each file again and again, and each time another allocation fails: what is thrown then leaves
// nothing behind that a later run would stumble over.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <new>
#include <vector>

#include "fuzz.h"
#include "starve/starved.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Bytes content_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return Bytes((std::istreambuf_iterator<char>(stream)), {});
}

// False once the run has fewer allocations than that.
bool starved_run(const Bytes& bytes, std::size_t nth) {
  rft::starve::fail_at(nth);
  try {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  } catch (const std::bad_alloc&) {
  }
  rft::starve::fail_at(0);
  return rft::starve::has_failed();
}

void replay(const Bytes& bytes, bool starve) {
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  if (!starve) return;
  std::size_t nth = 1;
  while (starved_run(bytes, nth)) ++nth;
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  const bool starve = count > 1 && std::string_view(arguments[1]) == "--starve";
  std::size_t replayed = 0;
  for (int i = starve ? 2 : 1; i < count; ++i) {
    for (const std::filesystem::path& file : files_in(arguments[i])) {
      std::cout << file.filename().string() << std::endl;
      replay(content_of(file), starve);
      ++replayed;
    }
  }
  if (replayed == 0) std::cerr << "no corpus: name a folder that holds one\n";
  return replayed == 0 ? 1 : 0;
}
