// rft commit, retry, stop, clear, priority: the calls that change a transfer.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <ostream>

#include "cli/context.h"
#include "cli/figures.h"
#include "cli/whole_text.h"

namespace rft::cli {
namespace {

void show(const Context& context, const TransferAnswer& answer) {
  if (context.json) {
    context.terminal.out << answer.json << '\n';
    return;
  }
  context.terminal.out << shown(answer.handle) << "  " << shown(answer.status)
                       << (answer.stopping ? " (stopping)" : "") << '\n';
}

using Call = Result<TransferAnswer> (Client::*)(std::string_view);

void call_each(Context& context, const std::vector<std::string>& handles, Call call) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  for (const std::string& handle : handles) {
    const auto answer = ((*client).*call)(handle);
    if (answer) {
      show(context, *answer);
    } else {
      context.failed(handle, answer.error());
    }
  }
}

void add_call(CLI::App& app, Context& context, const std::string& name, const std::string& says,
              Call call) {
  CLI::App* command = app.add_subcommand(name, says);
  auto handles = std::make_shared<std::vector<std::string>>();
  command->add_option("handle", *handles, "one or several")->required();
  command->callback([&context, handles, call] { call_each(context, *handles, call); });
}

// The record first: it tells how many files go again, and that there is something to try again.
Result<TransferAnswer> retry_one(Context& context, Client& client, const std::string& handle) {
  const auto record = client.record(handle);
  if (!record) return tl::unexpected(record.error());
  if (record->status != "failed" && record->status != "user_stop_partial_trans") {
    return fail(Code::wrong_state,
                fmt::format("'{}' is {}; what has failed or was stopped can be tried again", handle,
                            shown(record->status)));
  }
  auto answer = client.commit(handle);
  if (!answer || context.json) return answer;
  const std::uint64_t files = record->files ? files_to_go(*record->files) : 1;
  context.terminal.out << fmt::format("{}  {}: {} go{} again\n", shown(answer->handle),
                                      shown(answer->status), files_text(files),
                                      files == 1 ? "es" : "");
  return answer;
}

void retry(Context& context, const std::vector<std::string>& handles) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  for (const std::string& handle : handles) {
    const auto answer = retry_one(context, *client, handle);
    if (!answer) {
      context.failed(handle, answer.error());
    } else if (context.json) {
      show(context, *answer);
    }
  }
}

struct NewPriority {
  std::string handle;
  std::string to;
};

void change_priority(Context& context, const NewPriority& wanted) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto answer = client->priority(wanted.handle, wanted.to);
  if (!answer) return context.failed(wanted.handle, answer.error());
  if (context.json) {
    context.terminal.out << answer->json << '\n';
  } else {
    context.terminal.out << shown(answer->handle) << "  priority " << answer->priority << '\n';
  }
}

}  // namespace

void add_calls(CLI::App& app, Context& context) {
  add_call(
      app, context, "commit",
      "Commit what was submitted; of a failed or stopped transfer: try again from where it was.",
      &Client::commit);

  CLI::App* again = app.add_subcommand(
      "retry",
      "Commit a failed or stopped transfer again: what is done stays, the rest is tried again.");
  auto handles = std::make_shared<std::vector<std::string>>();
  again->add_option("handle", *handles, "one or several")->required();
  again->callback([&context, handles] { retry(context, *handles); });

  add_call(app, context, "stop",
           "Stop a committed or active transfer. What has arrived is kept; 'rft commit' goes on.",
           &Client::stop);
  add_call(app, context, "clear",
           "Erase the record of a transfer that is not committed, or at its end; of a partial one "
           "also what it left at the destination.",
           &Client::clear);

  CLI::App* priority =
      app.add_subcommand("priority", "Change the priority of a transfer that does not move yet.");
  auto wanted = std::make_shared<NewPriority>();
  priority->add_option("handle", wanted->handle)->required();
  priority
      ->add_option("to", wanted->to,
                   "0 to 100; push: ahead of all that you have waiting; increase, decrease: by 10")
      ->required()
      ->type_name("N|push|increase|decrease");
  priority->callback([&context, wanted] { change_priority(context, *wanted); });
}

}  // namespace rft::cli
