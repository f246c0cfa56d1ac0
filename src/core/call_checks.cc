// What a request and a line of a list must not say.
#include <fmt/format.h>

#include "base/text.h"
#include "core/call.h"
#include "core/destination.h"
#include "core/option.h"
#include "wire/words.h"

namespace rft {
namespace {

// A path as it is meant below a folder's URL, or a URL of its own.
Result<Url> below(const Url& folder, const std::string& text, std::string_view side,
                  bool is_folder) {
  const bool is_url = text.find("://") != std::string::npos;
  if (text.starts_with('/')) {
    return fail(Code::invalid_url,
                fmt::format("the {} '{}' begins with '/'; give a path below {}, or a URL", side,
                            printable(text, 256), printable(folder.text(), 256)));
  }
  const std::string whole = is_url ? text : folder.text() + text;
  auto url = is_folder ? parse_folder_url(whole) : parse_url(whole);
  if (!url) {
    return fail(url.error().code,
                fmt::format("the {} '{}': {}", side, printable(text, 256), url.error().detail));
  }
  return url;
}

tl::unexpected<Error> one_sided() {
  return fail(Code::invalid_option,
              "act=check asks the destination alone: name it as the source too, so that nothing "
              "else is waited for");
}

// The same name, however its slashes are written.
bool same_place(const Url& a, const Url& b) {
  return a.endpoint == b.endpoint &&
         without_repeated_slashes(a.path) == without_repeated_slashes(b.path);
}

// Whether what lies below the two folders may be the same: one holds the other, or that cannot be
// told, as the same host may go by several schemes and ports, and a log-in folder may be anywhere.
bool may_overlap(const Url& a, const Url& b) {
  if (a.endpoint.host != b.endpoint.host) return false;
  const std::string one = without_repeated_slashes(a.path);
  const std::string other = without_repeated_slashes(b.path);
  const bool one_is_of_login = one.starts_with("/~") != other.starts_with("/~");
  return one_is_of_login || one.starts_with(other) || other.starts_with(one);
}

Result<void> checked_deletion(const Submit& submit) {
  const Options& options = submit.options;
  if (submit.what != Submit::What::tree) {
    return fail(Code::invalid_option,
                "delete_extra is about a tree: only of a whole folder it is known what is extra");
  }
  if (options.skip_errors) {
    return fail(Code::invalid_option,
                "delete_extra needs every file of the source, and skip_errors does without some");
  }
  if (may_overlap(submit.source, submit.destination)) {
    return fail(Code::invalid_option,
                "delete_extra would delete the source: source and destination are on one host, and "
                "one lies in the other or may");
  }
  return {};
}

Result<void> checked_whole(const Submit& submit) {
  if (submit.what == Submit::What::tree && submit.options.act == Act::check) {
    return fail(Code::invalid_option,
                "act=check needs to be told what must be there: a file or a list, not a tree");
  }

  if (!submit.options.checksum.value.empty()) {
    return fail(Code::invalid_option,
                "a checksum's value is that of one file; give it with the file's line");
  }
  const bool same = submit.source.endpoint == submit.destination.endpoint;
  if (submit.what == Submit::What::tree && same_place(submit.source, submit.destination)) {
    return fail(Code::same_source_and_destination, "both URLs name the same folder");
  }
  const std::string source = without_repeated_slashes(submit.source.path);
  const std::string destination = without_repeated_slashes(submit.destination.path);
  if (submit.what == Submit::What::tree && same && destination.starts_with(source)) {
    return fail(Code::same_source_and_destination,
                "the destination lies inside the source; the tree would grow while it is copied");
  }
  return {};
}

}  // namespace

Result<NewFile> checked_file(const FileLine& line, const Url& source, const Url& destination,
                             Act act) {
  if (line.source.empty()) return fail(Code::invalid_url, "a file needs a source");
  const bool is_url = line.source.find("://") != std::string::npos;
  if (is_url && line.destination.empty()) {
    return fail(Code::invalid_url, "a source that is a URL needs a destination too");
  }
  if (line.is_folder && (line.size || !line.checksum.empty())) {
    return fail(Code::invalid_request, "a folder has neither a size nor a checksum");
  }
  auto from = below(source, line.source, "source", line.is_folder);
  if (!from) return tl::unexpected(from.error());
  auto to = below(destination, line.destination.empty() ? line.source : line.destination,
                  "destination", line.is_folder);
  if (!to) return tl::unexpected(to.error());
  if (act == Act::check && *from != *to) return one_sided();
  if (act != Act::check && same_place(*from, *to)) {
    return fail(Code::same_source_and_destination,
                fmt::format("'{}' is source and destination", printable(from->text(), 256)));
  }
  NewFile file{std::move(*from), std::move(*to), line.size};
  file.is_folder = line.is_folder;
  if (!line.checksum.empty()) {
    Options options;
    const auto set = set_option(options, "checksum", line.checksum);
    if (!set) return tl::unexpected(set.error());
    file.checksum = options.checksum;
  }
  return file;
}

Result<Submit> checked_submit(Submit submit) {
  const Options& options = submit.options;
  const bool has_patterns = !options.include.empty() || !options.exclude.empty();
  if (has_patterns && submit.what != Submit::What::tree) {
    return fail(Code::invalid_option, "include and exclude choose among the files of a tree");
  }
  if (options.links != Links::follow && submit.what != Submit::What::tree) {
    return fail(Code::invalid_option,
                "links is about what is found in a tree; a file that is named is moved");
  }
  if (options.sync == Sync::checksum && options.verify != Verify::checksum) {
    return fail(Code::invalid_option,
                fmt::format("sync=checksum needs verify=checksum, not {}", word(options.verify)));
  }
  if (options.all_or_none && options.act == Act::check) {
    return fail(Code::invalid_option, "act=check publishes nothing, so all_or_none has no meaning");
  }
  if (options.all_or_none && options.publish == Publish::in_place) {
    return fail(Code::invalid_option,
                "all_or_none needs publish=rename: what is written in place stands there at once");
  }
  if (options.all_or_none && options.verify == Verify::none) {
    return fail(Code::invalid_option,
                "all_or_none publishes what is proven, and verify=none proves nothing");
  }
  if (options.delete_extra) {
    if (const auto fits = checked_deletion(submit); !fits) return tl::unexpected(fits.error());
  }
  if (submit.what != Submit::What::file) {
    if (const auto fits = checked_whole(submit); !fits) return tl::unexpected(fits.error());
  }
  if (options.act == Act::check && submit.source != submit.destination) return one_sided();
  if (options.act != Act::check && same_place(submit.source, submit.destination)) {
    return fail(Code::same_source_and_destination,
                "source and destination are the same file; nothing would be moved");
  }
  if (options.verify != Verify::checksum && !options.checksum.value.empty()) {
    return fail(Code::invalid_option,
                fmt::format("a checksum is given, but verify={} compares none; leave one of them",
                            word(options.verify)));
  }
  const bool ftp = submit.source.endpoint.scheme == Scheme::ftp ||
                   submit.destination.endpoint.scheme == Scheme::ftp;
  if (ftp && options.data_channel && *options.data_channel != DataChannel::clear) {
    return fail(Code::invalid_option,
                fmt::format("data_channel={} needs gsiftp:// on both sides; ftp:// has only clear",
                            word(*options.data_channel)));
  }
  return submit;
}

}  // namespace rft
