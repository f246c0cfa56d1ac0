#include "mover/protocol.h"

namespace rft::mover {

awaitable<Look> BothSides::look(Side side, std::string name, Doing doing) {
  std::vector<std::string> names;
  names.push_back(std::move(name));
  auto looks = co_await look_many(side, std::move(names), doing);
  co_return std::move(looks.front());
}

}  // namespace rft::mover
