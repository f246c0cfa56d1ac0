// A testbed of real servers and a real rft-mover on its socket, for the live tests of the mover.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "wire/frame.h"

namespace rft::live {

// One testbed for the whole program, on a tmpfs. Gone with the program.
class Bed {
 public:
  static Bed& get();
  ~Bed();

  std::string run(const std::string& arguments);  // of the testbed; the first line of its output
  const std::string& root() const { return root_; }
  std::string certificates() const { return root_ + "/tb/certificates"; }
  std::string proxy(const std::string& user) const { return root_ + "/tb/" + user + ".proxy"; }
  // A fresh folder for the files of one test.
  std::string folder(const std::string& name);
  // "scheme://host:port" of a server, which is started with `options` where it is not running.
  std::string server(const std::string& name, const std::string& options);
  bool has_link() const { return linked_; }  // servers on a shaped link: src, dst

 private:
  Bed();
  std::string root_;
  bool linked_ = false;
};

// Bytes that no part of another place or file holds; written to `path`.
void write_file(const std::string& path, std::uint64_t size, unsigned seed = 1);
bool same_bytes(const std::string& a, const std::string& b);
std::vector<std::string> names_in(const std::string& folder);

class Mover {
 public:
  explicit Mover(const std::string& options = "");
  ~Mover();

  void connect(const std::string& owner = "uid:0");  // Hello both ways, and a lease of a minute
  void send(const ToMover& message);
  // The next word within 15 s; nothing at the end of the connection.
  std::optional<Word> next();
  // The next word of this kind about `task`; others are passed over (and kept in `seen`). A test
  // that waits in vain fails.
  template <class T>
  T expect(const Task& task) {
    for (;;) {
      auto said = says(task);
      if (!said) throw std::runtime_error("the mover did not say what was waited for");
      if (auto* wanted = std::get_if<T>(&*said)) return *wanted;
      if (const auto* bad = std::get_if<Failed>(&*said)) {
        throw std::runtime_error("the task failed: " + sentence(bad->fault));
      }
    }
  }
  std::optional<TaskSays> says(const Task& task);
  const HelloDaemon& hello() const { return hello_; }
  void kill();       // SIGKILL
  void terminate();  // SIGTERM
  int wait();        // for its exit
  void disconnect();
  std::string spool() const;  // bytes of its spool file; empty where there is none
  pid_t pid() const { return pid_; }

  bool acknowledge = true;
  std::vector<Word> seen;

 private:
  std::string folder_;
  std::string id_;
  pid_t pid_ = -1;
  int socket_ = -1;
  FrameReader reader_;
  HelloDaemon hello_;
  std::uint64_t last_seq_ = 0;
};

MoveOrder order_for(const std::string& source, const std::string& destination);

}  // namespace rft::live
