#include "mover/judge.h"

#include "base/text.h"
#include "ftp/checksum.h"
#include "mover/limits.h"

namespace rft::mover {

Outcome<FileFacts> source_facts(const Look& seen) {
  if (!seen) return failed(seen);
  if (!*seen) return fault(FaultCode::no_such_file, Side::source, Doing::look);
  if ((*seen)->is_folder) return fault(FaultCode::is_a_folder, Side::source, Doing::look);
  return (*seen)->facts;
}

Outcome<void> judge_may_read(const Standing& source) {
  constexpr unsigned by_anybody = 0444;
  if (!source.mode || (*source.mode & by_anybody) != 0) return {};
  return fault(FaultCode::not_permitted, Side::source, Doing::look, "its mode lets nobody read it");
}

Fault file_for_folder(const std::string& name, Side side) {
  const std::string way_on = side == Side::source ? "; name a folder, or move it as a file"
                                                  : "; name another destination, or move it away";
  return {FaultCode::not_a_folder, side, Doing::look, "",
          "'" + printable(name, name_told_max) + "' is a file" + way_on};
}

Outcome<void> judge_may_be_folder(const std::string& folder, const Standing& there) {
  if (there.is_folder || !there.is_told_file) return {};
  return tl::unexpected(file_for_folder(folder, Side::destination));
}

// What a server cannot tell of a folder, or of a link to one, is no sign against it.
Outcome<void> judge_source_folder(const std::string& folder, const Look& seen) {
  if (!seen) {
    const FaultCode code = seen.error().code;
    const bool tells_nothing =
        code == FaultCode::not_supported || code == FaultCode::server_refused;
    return tells_nothing ? Outcome<void>() : failed(seen);
  }
  if (!*seen) return fault(FaultCode::no_such_folder, Side::source, Doing::look);
  if ((*seen)->is_folder || !(*seen)->is_told_file) return {};
  return tl::unexpected(file_for_folder(folder, Side::source));
}

Outcome<void> judge_may_write(const std::string& folder, const Standing& there) {
  constexpr unsigned by_anybody = 0222;
  if (!there.is_folder) return tl::unexpected(file_for_folder(folder, Side::destination));
  if (!there.mode || (*there.mode & by_anybody) != 0) return {};
  return fault(FaultCode::not_permitted, Side::destination, Doing::look,
               "the mode of its folder lets nobody write there");
}

namespace {

Outcome<Place> judge_existing(const std::optional<Standing>& there, Existing option, Doing doing) {
  if (!there) return Place::free;
  if (there->is_folder) return fault(FaultCode::is_a_folder, Side::destination, doing);
  switch (option) {
    case Existing::overwrite:
      return Place::replaced;
    case Existing::adopt:
      return Place::adopted;
    case Existing::fail:
      break;
  }
  return fault(FaultCode::destination_exists, Side::destination, doing);
}

// Modify has whole seconds, and sorts as text: YYYYMMDDHHMMSS (RFC 3659 section 2.3).
bool is_as_young(const FileFacts& there, const FileFacts& source) {
  return !there.modify.empty() && !source.modify.empty() && there.modify >= source.modify;
}

Place judge_sync(const FileFacts& there, const FileFacts& source, Sync sync) {
  const bool same_size = there.size == source.size;
  switch (sync) {
    case Sync::missing:
      return Place::kept;
    case Sync::size:
      return same_size ? Place::kept : Place::replaced;
    case Sync::mtime:
      return same_size && is_as_young(there, source) ? Place::kept : Place::replaced;
    case Sync::checksum:
      return same_size ? Place::compared : Place::replaced;
    case Sync::always:
      break;
  }
  return Place::replaced;
}

}  // namespace

Outcome<Place> judge_place(const std::optional<Standing>& there, const FileFacts& source,
                           const Options& options) {
  const bool chooses = options.sync != Sync::always && there && !there->is_folder;
  if (chooses) return judge_sync(there->facts, source, options.sync);
  return judge_existing(there, options.existing, Doing::look);
}

Outcome<Place> judge_place_again(const std::optional<Standing>& there, const Options& options) {
  const Existing option = options.sync == Sync::always ? options.existing : Existing::overwrite;
  return judge_existing(there, option, Doing::publish);
}

Ours is_ours(const PublishIntent& intent, const FileFacts& there) {
  const FileFacts& ours = intent.part;
  if (!ours.unique.empty() && there == ours) return Ours::yes;
  const bool alike = there.size == ours.size && there.unique == ours.unique;
  return alike && intent.checksum ? Ours::by_checksum : Ours::no;
}

After judge_after(const std::optional<Standing>& there, const FileFacts& part, bool doubtful) {
  const bool good = there && (doubtful ? there->facts == part : there->facts.size == part.size);
  if (good) return After::good;
  const bool is_anothers = there && !part.unique.empty() && there->facts.unique != part.unique;
  return is_anothers ? After::anothers : After::spoilt;
}

Fault judge_rename(const Renamed& renamed, bool replaces) {
  Fault seen = *renamed.fault;
  const bool was_refused = !renamed.unknown && !seen.reply.empty();
  if (replaces && was_refused && seen.code != FaultCode::part_missing) {
    seen.code = FaultCode::cannot_replace;
  }
  return seen;
}

Verdict verdict_without_checksum(Verify verify) {
  return verify == Verify::none ? Verdict::not_verified : Verdict::size_only;
}

Outcome<void> judge_content(const WantedChecksum& wanted, const Checksum& source) {
  if (wanted.value.empty()) return {};
  const std::string expected =
      ftp::normal_checksum(source.algorithm, wanted.value).value_or(wanted.value);
  if (expected == source.value) return {};
  return fault(FaultCode::not_the_expected_content, Side::source, Doing::verify,
               "its " + source.algorithm + " is " + source.value);
}

Outcome<FileFacts> judge_recorded(const Look& there, const std::optional<std::uint64_t>& size) {
  if (!there) return failed(there);
  if (!*there) return fault(FaultCode::no_such_file, Side::destination, Doing::look);
  if ((*there)->is_folder) return fault(FaultCode::is_a_folder, Side::destination, Doing::look);
  const FileFacts& facts = (*there)->facts;
  if (!size || *size == facts.size) return facts;
  return fault(FaultCode::not_as_recorded, Side::destination, Doing::look,
               "it has " + std::to_string(facts.size) + " bytes, not " + std::to_string(*size));
}

Outcome<void> judge_recorded(const WantedChecksum& recorded, const Checksum& there) {
  if (judge_content(recorded, there)) return {};
  return fault(FaultCode::not_as_recorded, Side::destination, Doing::verify,
               "its " + there.algorithm + " is " + there.value + ", not " + recorded.value);
}

Outcome<void> judge_extra(const Standing& there, const BundleItem& listed) {
  if (!listed.size) {
    return fault(FaultCode::not_supported, Side::destination, Doing::remove,
                 "it was not listed as a file with a size; delete it by hand");
  }
  const bool knows_both = !listed.modify.empty() && !there.facts.modify.empty();
  const bool is_the_same = !there.is_folder && there.facts.size == *listed.size &&
                           (!knows_both || there.facts.modify == listed.modify);
  if (is_the_same) return {};
  return fault(FaultCode::changed_since_listed, Side::destination, Doing::remove);
}

std::vector<std::string> folders_that_may_go(const BundleItem& removed) {
  std::vector<std::string> folders;
  const std::string& path = removed.destination;
  if (!path.starts_with(removed.source) || !removed.source.ends_with('/')) return folders;
  for (std::size_t end = path.find('/', removed.source.size()); end != std::string::npos;
       end = path.find('/', end + 1)) {
    folders.push_back(path.substr(0, end));
  }
  return folders;
}

}  // namespace rft::mover
