// What a task does about the rename of an earlier epoch whose end is not known.
#include "mover/task.h"

namespace rft::mover {

// Whether it was done; and where not, that it never will be: from then on the final name is ours to
// judge, and what stands under it is another's.
awaitable<Outcome<MoveTask::Ending>> MoveTask::settle_doubt() {
  const auto published = co_await published_before();
  const bool may_come = order_.intent && order_.earlier;
  if (!may_come || !published || *published) co_return published;
  const auto again = co_await fence_and_look_again();
  if (again) publish_unknown_ = false;
  co_return again;
}

}  // namespace rft::mover
