// The members of the stored values, in the order of their columns, and the JSON of an answer.
#pragma once
#include <boost/pfr.hpp>

#include "core/call.h"
#include "core/limit.h"
#include "core/transfer.h"
#include "engine/ports.h"
#include "wire/describe.h"

namespace rft {

// Of a File all but its id, which never changes and so is written apart.
BOOST_DESCRIBE_STRUCT(File, (),
                      (kind, version, status, stop_asked, priority, rank, pushed, hold, hold_detail,
                       not_before, held_since, epoch, mover, heard, attempts, tries, afresh,
                       mover_deaths, budget_from, most_confirmed, part, source_facts, intent,
                       publish_ordered, extras_sought, folders_sought, final_name_is_ours,
                       bytes_sent, epoch_sent, streams, fault, checksum, verdict, adopted, skipped,
                       size, committed_at, started_at, finished_at, life, born, tally, bundle, due))
BOOST_DESCRIBE_STRUCT(Tally, (),
                      (files, done, failed, skipped, bytes, bytes_done, deleted, listings,
                       bytes_failed, bytes_skipped, unsized, bytes_sent, real_files))
BOOST_DESCRIBE_STRUCT(Part, (),
                      (id, epochs, end, path_worked, silent, ended_at, presumed_before, confirmed))
BOOST_DESCRIBE_STRUCT(Attempt, (),
                      (file, epoch, mover, started_at, ended_at, bytes_resumed, bytes_sent, end,
                       fault))
BOOST_DESCRIBE_STRUCT(LedgerPart, (),
                      (id, owner, handle, destination, credential, part, epochs, since, items))
BOOST_DESCRIBE_STRUCT(Event, (),
                      (seq, at, owner, handle, request, who, what, why, status, hold, epoch, fault))
BOOST_DESCRIBE_STRUCT(EndpointRow, (), (endpoint, last_login, down_since, fault))
BOOST_DESCRIBE_STRUCT(CredentialFacts, (),
                      (id, owner, kind, endpoint, subject, not_after, path, version, added_at,
                       renewed_at))
BOOST_DESCRIBE_STRUCT(Bounds, (), (transfers, streams, sessions, rate))
BOOST_DESCRIBE_STRUCT(LimitWindow, (), (days, from, to, bounds))
BOOST_DESCRIBE_STRUCT(Limit, (), (scope, bounds, windows, zone, share, set_at, set_by))
BOOST_DESCRIBE_STRUCT(Yes, (), (handle, status, created, stopping, priority, added, files))

namespace codec {

template <>
struct FromWord<Status> {
  static auto parse(std::string_view t) { return status_of(t); }
};
template <>
struct FromWord<Kind> {
  static auto parse(std::string_view t) { return kind_of(t); }
};
template <>
struct FromWord<CredentialKind> {
  static auto parse(std::string_view t) { return credential_kind_of(t); }
};
template <>
struct FromWord<LimitZone> {
  static auto parse(std::string_view t) { return limit_zone_of(t); }
};

}  // namespace codec

// A member that is added to a value and not here would be lost at a restart: that must not compile.
template <class T>
inline constexpr std::size_t described_members = boost::mp11::mp_size<codec::MembersOf<T>>::value;
static_assert(described_members<File> + 1 == boost::pfr::tuple_size_v<File>);
static_assert(described_members<Part> == boost::pfr::tuple_size_v<Part>);
static_assert(described_members<Tally> == boost::pfr::tuple_size_v<Tally>);
static_assert(described_members<Attempt> == boost::pfr::tuple_size_v<Attempt>);
static_assert(described_members<LedgerPart> == boost::pfr::tuple_size_v<LedgerPart>);
static_assert(described_members<Event> == boost::pfr::tuple_size_v<Event>);
static_assert(described_members<EndpointRow> == boost::pfr::tuple_size_v<EndpointRow>);
static_assert(described_members<CredentialFacts> == boost::pfr::tuple_size_v<CredentialFacts>);
static_assert(described_members<Bounds> == boost::pfr::tuple_size_v<Bounds>);
static_assert(described_members<LimitWindow> == boost::pfr::tuple_size_v<LimitWindow>);
static_assert(described_members<Limit> == boost::pfr::tuple_size_v<Limit>);
static_assert(described_members<Yes> == boost::pfr::tuple_size_v<Yes>);
static_assert(described_members<Options> == boost::pfr::tuple_size_v<Options>);
static_assert(described_members<Fault> == boost::pfr::tuple_size_v<Fault>);
static_assert(boost::pfr::tuple_size_v<Request> == 10, "rows.cc writes a Request by hand");
static_assert(boost::pfr::tuple_size_v<KeptAnswer> == 5, "rows.cc writes a KeptAnswer by hand");

}  // namespace rft
