#include "core/extras.h"

#include "base/text.h"
#include "wire/pattern.h"

namespace rft {
namespace {

// "a/", "a/b/" of "a/b/".
std::vector<std::string> chain_of(const std::string& folder) {
  std::vector<std::string> chain;
  for (std::size_t end = folder.find('/'); end != std::string::npos;
       end = folder.find('/', end + 1)) {
    chain.push_back(folder.substr(0, end + 1));
  }
  return chain;
}

std::string_view bare(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

Url below(const Url& root, const std::string& path) {
  return {root.endpoint, root.path + path};
}

}  // namespace

std::string name_digest(std::string_view path) {
  return sha256("name\n" + to_lower(path)).substr(0, 16);
}

std::string below_digest(std::string_view path) {
  return sha256("below\n" + to_lower(bare(path))).substr(0, 16);
}

std::vector<std::string> names_of(const Listed& listed) {
  std::vector<std::string> digests;
  for (const ListedFile& file : listed.files) digests.push_back(name_digest(file.path));
  for (const std::string& folder : listed.folders) digests.push_back(name_digest(folder));
  for (const std::string& folder : listed.folders_apart) digests.push_back(name_digest(folder));
  for (const PassedOver& one : listed.passed_over) {
    const std::string name(bare(one.path));
    digests.push_back(name_digest(name));
    digests.push_back(name_digest(name + '/'));
    digests.push_back(below_digest(name));
  }
  return digests;
}

std::vector<std::string> names_asked(const Listed& listed) {
  std::vector<std::string> digests;
  for (const std::string& folder : chain_of(listed.folder)) {
    digests.push_back(name_digest(folder));
    digests.push_back(below_digest(folder));
  }
  for (const ListedFile& file : listed.files) digests.push_back(name_digest(file.path));
  for (const PassedOver& one : listed.passed_over) digests.push_back(name_digest(one.path));
  return digests;
}

std::vector<std::string> names_asked(const FoldersListed& listed) {
  std::vector<std::string> digests;
  for (const Listed& one : listed.folders) {
    for (std::string& digest : names_asked(one)) digests.push_back(std::move(digest));
  }
  return digests;
}

std::vector<NewFile> extras_of(const Request& listing, const Listed& listed,
                               const std::vector<bool>& known) {
  std::size_t at = 0;
  std::string stays;
  for (const std::string& folder : chain_of(listed.folder)) {
    if (known.at(at++)) stays = folder;
    if (known.at(at++)) return {};  // the source may have all that is in it
  }
  const Url root = listing.destination;
  std::vector<NewFile> extras;
  const auto is_extra = [&](const std::string& path) {
    return !known.at(at++) && is_wanted_file(listing.options, path);
  };
  for (const ListedFile& file : listed.files) {
    if (!is_extra(file.path)) continue;
    extras.push_back({below(root, stays), below(root, file.path), file.size});
    extras.back().modify = file.modify;
  }
  for (const PassedOver& one : listed.passed_over) {
    if (!is_extra(one.path)) continue;
    extras.push_back({below(root, stays), below(root, one.path)});
    extras.back().passed_over = one.fault;
    extras.back().passed_over->side = Side::destination;
  }
  return extras;
}

}  // namespace rft
