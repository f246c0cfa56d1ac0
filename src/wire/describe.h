// The members of the messages and of the stored values, for the JSON codec.
#pragma once
#include "wire/frame.h"
#include "wire/json_codec.h"
#include "wire/words.h"

namespace rft {

BOOST_DESCRIBE_STRUCT(Fault, (), (code, side, doing, reply, detail))
BOOST_DESCRIBE_STRUCT(WantedChecksum, (), (algorithm, value))
BOOST_DESCRIBE_STRUCT(Preserve, (), (mode, times))
BOOST_DESCRIBE_STRUCT(Options, (),
                      (existing, checksum, verify, publish, data_channel, resume, finish_by,
                       max_tries, label, streams_max, parents, source_credential,
                       destination_credential, sync, preserve, links, act, skip_errors, all_or_none,
                       delete_extra, include, exclude))
BOOST_DESCRIBE_STRUCT(Task, (), (file, epoch))
BOOST_DESCRIBE_STRUCT(FileFacts, (), (size, modify, unique))
BOOST_DESCRIBE_STRUCT(Checksum, (), (algorithm, value))
BOOST_DESCRIBE_STRUCT(PublishIntent, (), (part, checksum))
BOOST_DESCRIBE_STRUCT(EarlierPart, (), (epochs, end, settle, presumed_before, confirmed))
BOOST_DESCRIBE_STRUCT(MoveOrder, (),
                      (task, source, destination, source_credential, destination_credential,
                       options, part, earlier, source_facts, intent, streams, marker_seconds,
                       final_name_is_ours, prove_only, publish_proven, look_only, recorded_size))
BOOST_DESCRIBE_STRUCT(BundleItem, (),
                      (number, source, destination, checksum, intent, size, is_folder, modify,
                       final_name_is_ours))
BOOST_DESCRIBE_STRUCT(BundleOrder, (),
                      (task, source, destination, source_credential, destination_credential,
                       options, part, earlier, items, prove_only, publish_proven, look_only,
                       marker_seconds))
BOOST_DESCRIBE_STRUCT(FolderDue, (), (path, after, is_needed))
BOOST_DESCRIBE_STRUCT(ListOrder, (), (task, source, source_credential, options, due, destination))
BOOST_DESCRIBE_STRUCT(PublishOrder, (), (task, verified))
BOOST_DESCRIBE_STRUCT(StopOrder, (), (task))
BOOST_DESCRIBE_STRUCT(RemoveOrder, (), (id, destination, credential, part, epochs, items))
BOOST_DESCRIBE_STRUCT(ProbeOrder, (), (endpoint, credential))
BOOST_DESCRIBE_STRUCT(Begun, (), (source, resumed, part_adopted, presumed, streams, items))
BOOST_DESCRIBE_STRUCT(Moving, (), (confirmed, bytes_sent, rate, streams, doing))
BOOST_DESCRIBE_STRUCT(Verified, (), (part, checksum, verdict, bytes_sent))
BOOST_DESCRIBE_STRUCT(Done, (), (checksum, verdict, adopted, size, bytes_sent, skipped))
BOOST_DESCRIBE_STRUCT(ItemFault, (), (number, fault))
BOOST_DESCRIBE_STRUCT(Failed, (),
                      (fault, end, silent, confirmed, bytes_sent, publish_unknown, item_faults))
BOOST_DESCRIBE_STRUCT(Stopped, (), (end, silent, confirmed, bytes_sent))
BOOST_DESCRIBE_STRUCT(Proven, (), (bytes_sent))
BOOST_DESCRIBE_STRUCT(UnknownTask, (), ())
BOOST_DESCRIBE_STRUCT(VerifiedItem, (), (number, intent))
BOOST_DESCRIBE_STRUCT(BundleVerified, (), (items, bytes_sent))
BOOST_DESCRIBE_STRUCT(ItemOutcome, (), (number, fate, size, checksum, verdict, adopted, fault))
BOOST_DESCRIBE_STRUCT(Outcomes, (), (outcomes, bytes_sent, parts_left))
BOOST_DESCRIBE_STRUCT(ListedFile, (), (path, size, modify, mode))
BOOST_DESCRIBE_STRUCT(PassedOver, (), (path, fault, may_be_folder))
BOOST_DESCRIBE_STRUCT(Listed, (),
                      (folder, after, whole, files, folders, passed_over, folders_apart))
BOOST_DESCRIBE_STRUCT(FoldersListed, (), (folders))
BOOST_DESCRIBE_STRUCT(Removed, (), (id, fault))
BOOST_DESCRIBE_STRUCT(Probed, (), (endpoint, credential, fault))
BOOST_DESCRIBE_STRUCT(LoggedIn, (), (endpoint))
BOOST_DESCRIBE_STRUCT(HelloMover, (), (version, instance, owner))
BOOST_DESCRIBE_STRUCT(HelloDaemon, (), (version, mover, owner, newest_epoch, tasks))
BOOST_DESCRIBE_STRUCT(Lease, (), (length))
BOOST_DESCRIBE_STRUCT(Drain, (), ())
BOOST_DESCRIBE_STRUCT(CredentialFor, (), (id, secret))
BOOST_DESCRIBE_STRUCT(Acknowledge, (), (task, seq))

namespace codec {

template <>
struct FromWord<Existing> {
  static auto parse(std::string_view t) { return enumerator_of<Existing>(t, existing_words); }
};
template <>
struct FromWord<Verify> {
  static auto parse(std::string_view t) { return enumerator_of<Verify>(t, verify_words); }
};
template <>
struct FromWord<Publish> {
  static auto parse(std::string_view t) { return enumerator_of<Publish>(t, publish_words); }
};
template <>
struct FromWord<DataChannel> {
  static auto parse(std::string_view t) {
    return enumerator_of<DataChannel>(t, data_channel_words);
  }
};
template <>
struct FromWord<Resume> {
  static auto parse(std::string_view t) { return enumerator_of<Resume>(t, resume_words); }
};
template <>
struct FromWord<Parents> {
  static auto parse(std::string_view t) { return enumerator_of<Parents>(t, parents_words); }
};
template <>
struct FromWord<Sync> {
  static auto parse(std::string_view t) { return enumerator_of<Sync>(t, sync_words); }
};
template <>
struct FromWord<Links> {
  static auto parse(std::string_view t) { return enumerator_of<Links>(t, links_words); }
};
template <>
struct FromWord<Act> {
  static auto parse(std::string_view t) { return enumerator_of<Act>(t, act_words); }
};
template <>
struct FromWord<Verdict> {
  static auto parse(std::string_view t) { return enumerator_of<Verdict>(t, verdict_words); }
};
template <>
struct FromWord<Fate> {
  static auto parse(std::string_view t) { return enumerator_of<Fate>(t, fate_words); }
};
template <>
struct FromWord<FlowEnd> {
  static auto parse(std::string_view t) { return enumerator_of<FlowEnd>(t, flow_end_words); }
};
template <>
struct FromWord<FaultCode> {
  static auto parse(std::string_view t) { return fault_code_of(t); }
};
template <>
struct FromWord<Side> {
  static auto parse(std::string_view t) { return side_of(t); }
};
template <>
struct FromWord<Doing> {
  static auto parse(std::string_view t) { return doing_of(t); }
};
template <>
struct FromWord<Hold> {
  static auto parse(std::string_view t) { return hold_of(t); }
};

}  // namespace codec
}  // namespace rft
