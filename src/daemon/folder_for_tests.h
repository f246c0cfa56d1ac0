// A folder that goes with the test.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace rft {

class FolderForTests {
 public:
  FolderForTests() : path_((std::filesystem::temp_directory_path() / "rft-XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) throw std::runtime_error("no folder for the test");
  }
  FolderForTests(const FolderForTests&) = delete;
  FolderForTests& operator=(const FolderForTests&) = delete;
  ~FolderForTests() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace rft
