#include "mover/folders.h"

#include <algorithm>

#include "mover/judge.h"

namespace rft::mover {
namespace {

using Names = std::vector<std::string>;

bool is_top(const std::string& folder) {
  return folder == "/" || folder == ".";
}

struct Missing {
  Names downwards;                     // with all that is missing above them
  std::map<std::string, Fault> files;  // that stand above, where folders are needed
};

// What cannot be looked at is taken to be there: the next MKD tells.
awaitable<Missing> with_missing_above(BothSides& sides, std::set<std::string> missing) {
  Missing all;
  Names lowest(missing.begin(), missing.end());
  for (std::size_t depth = 0; depth < folder_depth_max && !lowest.empty(); ++depth) {
    std::set<std::string> above;
    for (const std::string& folder : lowest) {
      if (is_top(folder)) continue;
      if (std::string next = folder_of(folder); !missing.contains(next)) {
        above.insert(std::move(next));
      }
    }
    const Names asked(above.begin(), above.end());
    lowest.clear();
    if (asked.empty()) break;
    const auto looks = co_await sides.look_many(Side::destination, asked, Doing::make_parents);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (!looks[i]) continue;
      if (!*looks[i]) {
        lowest.push_back(asked[i]);
      } else if (const auto may = judge_may_be_folder(asked[i], **looks[i]); !may) {
        all.files.emplace(asked[i], may.error());
      }
    }
    missing.insert(lowest.begin(), lowest.end());
  }
  all.downwards.assign(missing.begin(), missing.end());
  std::stable_sort(all.downwards.begin(), all.downwards.end(),
                   [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  co_return all;
}

// Whether a folder could be made in it; false where it is missing itself.
Outcome<bool> would_hold(const std::string& folder, const Look& seen) {
  if (!seen) return failed(seen);
  if (!*seen && !is_top(folder)) return false;
  if (!*seen) return fault(FaultCode::no_such_folder, Side::destination, Doing::look);
  const auto may = judge_may_write(folder, **seen);
  if (!may) return failed(may);
  return true;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

awaitable<std::map<std::string, Fault>> make_missing(BothSides& sides,
                                                     std::set<std::string> missing) {
  Missing all = co_await with_missing_above(sides, std::move(missing));
  // Why the uppermost is not made is why those below it are not.
  std::map<std::string, Fault> not_made = std::move(all.files);
  Names folders;
  for (std::string& folder : all.downwards) {
    const auto above = not_made.find(folder_of(folder));
    if (above == not_made.end()) {
      folders.push_back(std::move(folder));
    } else {
      not_made.emplace(std::move(folder), above->second);
    }
  }
  if (folders.empty()) co_return not_made;
  const auto made = co_await sides.make_folders(folders);
  Names refused;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    if (made[i]) continue;
    refused.push_back(folders[i]);
    const auto above = not_made.find(folder_of(folders[i]));
    const Fault& why = above == not_made.end() ? made[i].error() : above->second;
    not_made.emplace(folders[i], why);
  }
  if (refused.empty()) co_return not_made;
  const auto looks = co_await sides.look_many(Side::destination, refused, Doing::make_parents);
  for (std::size_t i = 0; i < refused.size(); ++i) {
    const bool is_there = looks[i] && *looks[i] && (*looks[i])->is_folder;
    if (is_there) not_made.erase(refused[i]);
  }
  co_return not_made;
}

awaitable<std::map<std::string, Fault>> foresee_missing(BothSides& sides,
                                                        std::set<std::string> missing) {
  std::map<std::string, Fault> faults;
  // Of each the next one above it that may stand.
  std::map<std::string, std::string> climbing;
  for (const std::string& folder : missing) climbing.emplace(folder, folder_of(folder));
  for (std::size_t depth = 0; depth < folder_depth_max && !climbing.empty(); ++depth) {
    std::set<std::string> above;
    for (const auto& [folder, next] : climbing) above.insert(next);
    const Names asked(above.begin(), above.end());
    const auto looks = co_await sides.look_many(Side::destination, asked, Doing::look);
    std::map<std::string, Outcome<bool>> is_good;  // false: it is missing, too
    for (std::size_t i = 0; i < asked.size(); ++i) {
      is_good.emplace(asked[i], would_hold(asked[i], looks[i]));
    }
    std::map<std::string, std::string> higher;
    for (const auto& [folder, next] : climbing) {
      const Outcome<bool>& good = is_good.at(next);
      if (!good) faults.emplace(folder, good.error());
      if (good && !*good) higher.emplace(folder, folder_of(next));
    }
    climbing = std::move(higher);
  }
  co_return faults;
}

}  // namespace rft::mover
