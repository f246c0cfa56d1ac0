// Names that several requests of a world write to: two files, a file and one of a tree or a list,
// two trees or lists into one folder. They are drawn apart, so that a known seed without them is as
// it was.
#include <fmt/format.h>

#include "sim/world.h"

namespace rft::sim {

void World::draw_sharing() {
  shares_ = shared_dice_.chance(250'000);
}

// The folder of an earlier one: one that deletes what the other brings has no part in it, nor one
// that is only planned.
bool World::share_folder(Submit& submit) {
  if (!shares_ || !shared_dice_.chance(700'000)) return false;
  for (const UserTransfer& other : transfers_) {
    const Submit& theirs = other.submit;
    const Options& options = theirs.options;
    const bool fits = theirs.what != Submit::What::file && !options.delete_extra &&
                      options.act == Act::move &&
                      theirs.destination.endpoint != submit.source.endpoint;
    if (!fits) continue;
    submit.destination = theirs.destination;
    submit.options.act = Act::move;
    return true;
  }
  return false;
}

// Files that go where others go, some of them from the same source.
void World::set_up_sharers() {
  if (!shares_ || names_.empty()) return;
  const std::size_t count = shared_dice_.between(1, 3);
  for (std::size_t i = 0; i < count; ++i) set_up_sharer(names_[shared_dice_.below(names_.size())]);
}

void World::set_up_sharer(const Name& name) {
  const std::size_t number = transfers_.size();
  UserTransfer transfer;
  const std::string owner = shared_dice_.chance(500'000) ? "uid:1" : "uid:2";
  transfer.caller = {owner, owner};
  Submit& submit = transfer.submit;
  submit.handle = fmt::format("t{}", number);
  draw_options(submit);
  submit.options.act = Act::move;
  if (shared_dice_.chance(500'000)) submit.options.existing = Existing::overwrite;
  submit.source = name.source;
  submit.destination = name.destination;
  if (shared_dice_.chance(350'000)) {
    transfer.sources.push_back(name.id);
    laws_.expect(name.destination.endpoint, name.destination.path,
                 expected_of(submit.options, name.id));
  } else {
    submit.source.path = fmt::format("/data/s{}", number);
    const std::uint64_t most = size_.blocks * block_size;
    set_up_file(transfer, submit.source, submit.destination, shared_dice_.between(1, most));
  }
  say(fmt::format("{} goes to {} from {}", submit.handle, submit.destination.text(),
                  submit.source.text()));
  transfers_.push_back(std::move(transfer));
  events_.in(shared_dice_.between(Duration(200), Duration(8'000)),
             [this, number] { user_acts(number); });
}

}  // namespace rft::sim
