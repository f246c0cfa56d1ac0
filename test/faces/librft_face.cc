// The eight calls of librft at a shell, for the conformance test of the four faces:
//   librft_face SOCKET CALL HANDLE [SRC DST | SRC_FOLDER DST_FOLDER [OPTION=VALUE...] PATH... |
//   PRIORITY]
// prints one line: "yes <status>" or "no <code>". `submit_list` is answered by the status when its
// files are added, `files` by what became of each.
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "client/rft.h"

namespace {

using rft::Client;
using rft::Result;

void say(const auto& result) {
  if (!result) {
    std::cout << "no " << rft::entry(result.error().code).word << '\n';
  } else if constexpr (requires { result->status; }) {
    std::cout << "yes " << result->status << '\n';
  } else {
    std::cout << "yes inactive\n";
  }
}

void submit_many(Client& client, const std::vector<std::string>& args,
                 rft::TransferSpec::Kind kind) {
  rft::TransferSpec spec{args[2], args.at(3), args.at(4), std::nullopt, {}};
  spec.kind = kind;
  std::vector<rft::NewFileLine> lines;
  for (std::size_t i = 5; i < args.size(); ++i) {
    const std::size_t equals = args[i].find('=');
    if (equals == std::string::npos) {
      lines.push_back({args[i], ""});
    } else {
      spec.options[args[i].substr(0, equals)] = args[i].substr(equals + 1);
    }
  }
  if (lines.empty()) {
    return say(client.submit(spec).and_then([&](const auto&) { return client.status(args[2]); }));
  }
  say(client.submit(spec)
          .and_then([&](const auto&) { return client.add_files(args[2], lines); })
          .and_then([&](const auto&) { return client.status(args[2]); }));
}

void show_files(Client& client, const std::string& handle) {
  const auto page = client.files(handle);
  if (!page) return say(page);
  std::cout << "yes ";
  for (const rft::FileRecord& file : page->files) std::cout << file.status << ',';
  std::cout << '\n';
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> args(arguments + 1, arguments + count);
  if (args.size() < 3) return 2;
  rft::ClientOptions options;
  options.hand_over_proxy = false;
  Client client(rft::Server{args[0], ""}, options);
  const std::string& call = args[1];
  const std::string& handle = args[2];
  const auto arg = [&](std::size_t i) { return i < args.size() ? args[i] : std::string(); };
  if (call == "submit") {
    say(client.submit({handle, arg(3), arg(4), std::nullopt, {}}));
  } else if (call == "submit_list") {
    submit_many(client, args, rft::TransferSpec::Kind::list);
  } else if (call == "submit_tree") {
    submit_many(client, args, rft::TransferSpec::Kind::tree);
  } else if (call == "files") {
    show_files(client, handle);
  } else if (call == "complete") {
    say(client.completeTransferRequest(handle, arg(3), arg(4)));
  } else if (call == "commit") {
    say(client.commitTransferRequest(handle));
  } else if (call == "list") {
    say(client.listTransferRequest(handle));
  } else if (call == "status") {
    say(client.checkStatusRequest(handle));
  } else if (call == "priority") {
    say(client.changePriorityRequest(handle, arg(3)));
  } else if (call == "clear") {
    say(client.clearRecordRequest(handle));
  } else if (call == "stop") {
    say(client.userStopTransferRequest(handle));
  } else {
    return 2;
  }
  return 0;
}
