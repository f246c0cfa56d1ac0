#include "cli/files.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "cli/whole_text.h"

namespace rft::cli {
namespace {

constexpr std::uint64_t page_max = 1'000;

}  // namespace

Result<void> each_file(Client& client, std::string_view handle, std::string_view status,
                       std::uint64_t most, const std::function<void(const FileRecord&)>& seen) {
  std::string after;
  for (std::uint64_t left = most; left > 0;) {
    auto page =
        client.files(handle, status, after, static_cast<std::uint32_t>(std::min(left, page_max)));
    if (!page) return tl::unexpected(page.error());
    if (page->files.size() > left) page->files.resize(left);
    std::ranges::for_each(page->files, seen);
    left -= page->files.size();
    if (page->next.empty() || page->next == after) break;
    after = page->next;
  }
  return {};
}

void list_files(Context& context, Client& client, const std::string& handle,
                std::string_view status, std::uint64_t most) {
  const auto listed = each_file(client, handle, status, most, [&](const FileRecord& file) {
    context.terminal.out << (context.json ? file.json : file_line(file)) << '\n';
  });
  if (!listed) context.failed(handle, listed.error());
}

}  // namespace rft::cli
