// Values for the store's tests: whole ones, in which no member has its default, and small ones.
#pragma once
#include <string>
#include <vector>

#include "engine/ports.h"

namespace rft::conform {

inline const std::string alice = "uid:1000";
inline const std::string bob = "uid:1001";
inline constexpr long long noon = 1'790'000'000'000;  // milliseconds

WallTime at(long long seconds);  // after noon
Uuid id(std::uint64_t number);   // larger numbers are younger
Url url(const std::string& text);

// A transfer in which every member says something.
Transfer whole_transfer(std::uint64_t number, const std::string& owner, const std::string& handle);
// Just submitted.
Change submission(std::uint64_t number, const std::string& owner, const std::string& handle);
// The next version of `from` with another status.
Change next(const Transfer& from, Status status);
Change erasure(const Transfer& from);

Event event(std::int64_t seq, const Transfer& transfer, const std::string& what);
Attempt attempt(const Transfer& transfer, std::uint32_t epoch);
LedgerPart ledger_part(std::uint64_t number, const Transfer& transfer);
OutboxRow move_order(const Transfer& transfer);
OutboxRow stop_order(const Transfer& transfer);
KeptAnswer kept(const std::string& owner, const std::string& key, Answer answer, WallTime time);
CredentialFacts credential(std::uint64_t number, const std::string& owner);
EndpointRow endpoint_row(const std::string& host);
Limit limit(const std::string& scope);
Saving saving(Change change);

// Values as text, for comparison and for messages of failures.
std::string text(const Transfer& transfer);
std::string text(const std::vector<Transfer>& transfers);
std::string text(const std::vector<Event>& events);
std::string text(const std::vector<Attempt>& attempts);
std::string text(const OpenWork& work);
std::string text(const Loaded& loaded);

}  // namespace rft::conform
