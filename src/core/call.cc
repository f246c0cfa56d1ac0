#include "core/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "core/destination.h"
#include "wire/frame.h"
#include "wire/words.h"

namespace rft {
namespace {

std::string_view suffix_of(Submit::What what) {
  return what == Submit::What::file ? "" : what == Submit::What::list ? "\nlist" : "\ntree";
}

std::string text_of(const Call& call) {
  struct Text {
    std::string operator()(const Submit& c) const {
      return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}{}", c.commit ? "complete" : "submit", c.handle,
                         c.source.text(), c.destination.text(), c.priority.value_or(-1),
                         options_json(c.options), c.commit, suffix_of(c.what));
    }
    std::string operator()(const AddFiles& c) const {
      std::string text = "add\n" + c.handle;
      for (const NewFile& file : c.files) {
        const KnownLine line = known_line(file);
        text += "\n" + line.digest + line.content;
      }
      return text;
    }
    std::string operator()(const Commit& c) const { return "commit\n" + c.handle; }
    std::string operator()(const ChangePriority& c) const {
      const auto* number = std::get_if<int>(&c.to);
      return fmt::format("priority\n{}\n{}", c.handle,
                         number ? *number : 1000 + static_cast<int>(std::get<PriorityStep>(c.to)));
    }
    std::string operator()(const Clear& c) const { return "clear\n" + c.handle; }
    std::string operator()(const Stop& c) const { return "stop\n" + c.handle; }
  };
  return std::visit(Text{}, call);
}

}  // namespace

const std::string& handle_of(const Call& call) {
  return std::visit([](const auto& one) -> const std::string& { return one.handle; }, call);
}

std::string_view name_of(const Call& call) {
  struct Name {
    std::string_view operator()(const Submit& c) const { return c.commit ? "complete" : "submit"; }
    std::string_view operator()(const AddFiles&) const { return "add files"; }
    std::string_view operator()(const Commit&) const { return "commit"; }
    std::string_view operator()(const ChangePriority&) const { return "priority"; }
    std::string_view operator()(const Clear&) const { return "clear"; }
    std::string_view operator()(const Stop&) const { return "stop"; }
  };
  return std::visit(Name{}, call);
}

std::string digest_of(const Call& call) {
  return sha256(text_of(call));
}

std::string content_digest(const Submit& submit) {
  return sha256(fmt::format("{}\n{}\n{}{}", submit.source.text(), submit.destination.text(),
                            options_json(submit.options), suffix_of(submit.what)));
}

Result<std::string> checked_handle(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  const bool good = !text.empty() && text.size() <= handle_length_max && alphanumeric(text[0]) &&
                    std::all_of(text.begin(), text.end(), [&](char c) {
                      return alphanumeric(c) || std::string_view("._:@-").find(c) != text.npos;
                    });
  if (good) return std::string(text);
  return fail(Code::invalid_handle,
              fmt::format("'{}' is no handle: use 1 to {} characters of A-Z a-z 0-9 . _ : @ -, the "
                          "first a letter or digit",
                          printable(text, 160), handle_length_max));
}

Result<int> checked_priority(long long number) {
  if (number >= 0 && number <= 100) return static_cast<int>(number);
  return fail(Code::invalid_priority, fmt::format("the priority {} is not from 0 to 100", number));
}

Result<ChangePriority> checked_priority_change(std::string handle, std::string_view text) {
  constexpr std::array<std::string_view, 3> steps{"push", "increase", "decrease"};
  if (const auto step = enumerator_of<PriorityStep>(text, steps)) {
    return ChangePriority{std::move(handle), *step};
  }
  const auto number = parse_number(text);
  if (number && *number <= 100) {
    return ChangePriority{std::move(handle), static_cast<int>(*number)};
  }
  return fail(Code::invalid_priority,
              fmt::format("'{}' is neither a number from 0 to 100 nor push, increase or decrease",
                          printable(text, 64)));
}

KnownLine known_line(const NewFile& file) {
  const std::string content =
      fmt::format("{}\n{}:{}", file.source.text(), file.checksum.algorithm, file.checksum.value);
  const std::string destination =
      file.destination.endpoint.text() + without_repeated_slashes(file.destination.path);
  return {sha256(destination).substr(0, 16), sha256(content).substr(0, 8)};
}

namespace {

tl::unexpected<Error> destination_twice(const NewFile& file, std::size_t at) {
  constexpr std::size_t shown_max = 256;
  return tl::unexpected(
      Error{Code::destination_twice,
            fmt::format("'{}' is to be at '{}', for which the request has another source or "
                        "checksum; of this chunk nothing is added",
                        printable(file.source.text(), shown_max),
                        printable(file.destination.text(), shown_max)),
            at + 1});
}

}  // namespace

Result<AddFiles> new_files(const AddFiles& call, const KnownContents& known) {
  AddFiles fresh{call.handle, {}};
  std::unordered_map<std::string, std::string> contents;
  for (std::size_t at = 0; at < call.files.size(); ++at) {
    const NewFile& file = call.files[at];
    KnownLine line = known_line(file);
    const auto [before, first] = contents.emplace(std::move(line.digest), line.content);
    const std::string& there = first ? known.at(at).value_or(line.content) : before->second;
    if (there != line.content) return destination_twice(file, at);
    if (first && !known.at(at)) fresh.files.push_back(file);
  }
  return fresh;
}

}  // namespace rft
