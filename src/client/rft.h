// librft: every call of the service, from C++. Its public header; nothing of Boost is in it.
//
//   rft::Result<rft::Client> client = rft::Client::find();
//   auto answer = client->completeTransferRequest("", "gsiftp://a/x", "gsiftp://b/x", 50);
//   if (!answer) std::cerr << answer.error().detail;
//
// A call returns its value or an Error with one of the stable codes of base/codes.def. Words
// (status, hold, fault) are text, for /v1 may grow new ones. Each value that came from the service
// also keeps the service's own JSON document.
//
// Every call ends: a reply is awaited for ClientOptions::reply_limit at most, and a call whose
// connection was lost, or that was told "not now" (429, 503), is repeated for
// ClientOptions::keep_trying at most. A call that changes something carries an Idempotency-Key, the
// same one in every repeat, so that a lost reply changes nothing twice (P2).
//
// A Client may be moved but not shared: one thread at a time.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/limit.h"

namespace rft {

// Where the service listens.
struct Server {
  std::string socket;        // path of its Unix socket
  std::string state_folder;  // not empty: a daemon of this user may be started there
  bool operator==(const Server&) const = default;
};

// `server` ("unix:/path", from --server) where not empty, else RFT_SERVER, else the system's
// service where /etc/rft/rftd.toml stands, else the user's own state folder. Refuses what is
// neither "unix:/path" nor an absolute path (invalid_request).
Result<Server> find_server(std::string_view server = {});

struct ClientOptions {
  std::chrono::milliseconds reply_limit{30'000};  // for one reply
  std::chrono::milliseconds keep_trying{5'000};   // no repeat begins later than this after the call
  bool start_daemon = true;  // where Server::state_folder allows it and nothing listens
  bool hand_over_proxy = true;
  // Told before each repeat why it is needed.
  std::function<void(const Error&)> on_repeat;
  // Asked several times a second while a call waits; true ends it with `unreachable`.
  std::function<bool()> interrupted;
};

// What is to be moved. Options by the names of the API ("checksum", "streams_max", ...); patterns
// (include, exclude) one a line.
struct TransferSpec {
  std::string handle;  // empty: a UUIDv7 is made, and found in the answer
  std::string source;
  std::string destination;
  std::optional<int> priority;  // 0 to 100; unset: 50
  std::map<std::string, std::string> options;
  // Of a list and a tree the two URLs are folders, below which the files are: a list's files are
  // given by add_files before its commit, a tree's are found below its source.
  enum class Kind : std::uint8_t { file, list, tree } kind = Kind::file;
  // Of a list: some of its files are over gsiftp, though its folders are not. They take the proxy
  // that is handed over with it.
  bool gsiftp_sources = false, gsiftp_destinations = false;
};

// A file of a list: paths below the request's two folders (percent-encoded, as in URLs), or URLs.
struct NewFileLine {
  std::string source;
  std::string destination;  // empty: the same path as the source
  std::optional<std::uint64_t> size = {};
  std::string checksum = {};  // ALGORITHM:hex; empty where it is not known
  std::string kind = {};      // folder: it is made, and nothing in it is moved; empty: a file
};

struct RefusedLine {
  std::size_t line = 0;  // its index among the lines that were given
  std::string code;      // as of an Error
  std::string detail;
};

struct AddedFiles {
  std::uint64_t added = 0;  // that the list did not have yet
  std::uint64_t files = 0;  // that it has now
  std::vector<RefusedLine> refused;
};

struct TransferAnswer {
  std::string handle;
  std::string status;
  bool stopping = false;
  bool created = false;
  int priority = 0;
  std::string warning;  // ours, for people: what the service will have to wait for
  std::string json;
};

struct TransferFault {
  std::string code;
  std::string side;
  std::string doing;
  std::string reply;  // the server's own words
  std::string detail;
  std::string remedy;
  std::string sentence;
};

struct TransferChecksum {
  std::string algorithm;
  std::string value;
  std::string verdict;  // verified | size_only | not_verified
};

// The files of a list or a tree by what became of them: total = waiting + active + done + failed +
// skipped + would_move + deleted + would_delete; of a plan (option act=plan) nothing is done or
// deleted, of all else nothing would_move or would_delete.
struct FileCounts {
  std::uint64_t total = 0;
  std::uint64_t waiting = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t skipped = 0;
  std::uint64_t bytes = 0;  // of all whose size is known
  std::uint64_t bytes_done = 0;
  bool listing = false;  // of a tree: more files may still be found
  std::uint64_t would_move = 0;
  std::uint64_t bytes_would_move = 0;
  std::uint64_t deleted = 0;  // by the option delete_extra
  std::uint64_t would_delete = 0;
  std::uint64_t active = 0;         // those that a mover has
  std::uint64_t bytes_waiting = 0;  // of those whose size is known
  std::uint64_t bytes_active = 0;
  std::uint64_t bytes_failed = 0;
  std::uint64_t bytes_skipped = 0;
};

// How far it is. Sizes in bytes, rate in bytes per second, eta in seconds.
struct TransferProgress {
  std::string handle;
  std::string kind;  // file | list | tree
  std::string status;
  bool stopping = false;
  std::string hold;  // "none" or empty where nothing holds it
  std::string hold_detail;
  std::optional<TransferFault> fault;
  std::optional<std::uint64_t> size;
  std::uint64_t bytes_confirmed = 0;
  std::uint64_t bytes_sent = 0;
  double rate = 0;
  std::optional<std::uint64_t> eta;
  bool eta_is_least = false;  // more files may be found, or some sizes are not known yet
  std::uint64_t streams = 0;
  std::string doing;
  std::optional<FileCounts> files;  // of a list and a tree
  std::string json;
};

// Times are RFC 3339, UTC; empty where it has not happened.
struct TransferRecord : TransferProgress {
  std::string id;
  std::string owner;
  std::string source;
  std::string destination;
  int priority = 0;
  std::uint64_t attempts = 0;
  std::uint64_t epoch = 0;
  std::uint64_t bytes_resent = 0;
  std::optional<TransferChecksum> checksum;
  bool adopted = false;  // an identical file stood there already
  bool skipped = false;  // by `sync` what stood there is as good
  std::string label;
  std::map<std::string, std::string> options;
  std::string not_before;
  std::string submitted_at;
  std::string committed_at;
  std::string started_at;
  std::string finished_at;
};

struct TransferPage {
  std::vector<TransferRecord> transfers;
  std::string next;  // cursor of the next page; empty on the last
};

// One file of a request, and what became of it.
struct FileRecord {
  std::string source;  // URLs; of a folder they end with '/'; of what is deleted both are its
                       // destination's
  std::string destination;
  std::string kind;    // file | folder: one of which nothing is moved, made at the destination
  std::string status;  // waiting | done | failed | skipped | would_move | deleted | would_delete
  std::optional<std::uint64_t> size;
  std::string checksum;  // ALGORITHM:hex; empty where none was computed
  std::string verdict;   // verified | size_only | not_verified; empty where it is not proven yet
  bool adopted = false;  // an identical file stood there already
  std::optional<TransferFault> fault;
  std::string json;
};

struct FilePage {
  std::vector<FileRecord> files;  // may be fewer than asked for, even none, before the last page
  std::string next;               // cursor of the next page; empty on the last
};

struct TransferEvent {
  std::uint64_t seq = 0;
  std::string at;
  std::string who;
  std::string what;
  std::string why;
  std::string status;
  std::string hold;
  std::uint64_t epoch = 0;
  std::string fault;  // its code
};

struct TransferAttempt {
  std::uint64_t epoch = 0;
  std::string mover;
  std::string started_at;
  std::string ended_at;
  std::uint64_t bytes_resumed = 0;
  std::uint64_t bytes_sent = 0;
  std::string flow_end;
  std::string fault;  // its code
};

struct TransferHistory {
  std::vector<TransferEvent> events;
  std::vector<TransferAttempt> attempts;
  std::string json;
};

struct TransferWhy {
  std::string handle;
  std::string status;
  std::string hold;
  std::string sentence;
  std::string until;  // RFC 3339; empty where it has no set end
  std::optional<std::uint64_t> ahead;
  std::optional<TransferFault> fault;
  std::string json;
};

struct LinkState {
  std::string source;
  std::string destination;
  std::uint64_t active = 0;
  std::uint64_t waiting = 0;
  double rate = 0;
};

struct EndpointState {
  std::string endpoint;
  bool down = false;
  std::string down_since;
  std::string next_probe;
  std::string fault;  // its code
};

struct Links {
  std::vector<LinkState> links;
  std::vector<EndpointState> endpoints;
  std::string json;
};

// A stored credential; its secret never comes back.
struct StoredCredential {
  std::string id;
  std::string kind;  // x509_proxy | password
  std::string subject;
  std::string endpoint;
  std::string not_after;
  std::string path;
  std::string added_at;
  std::string renewed_at;
  std::string json;
};

// With what the service signs its receipts.
struct ServicePublicKey {
  std::string algorithm;    // Ed25519
  std::string public_key;   // base64 of its SubjectPublicKeyInfo: what stands in a PEM file
  std::string fingerprint;  // SHA-256 of that, 64 hex digits
  std::string json;
};

struct ServiceVersion {
  std::string version;
  std::string api;
  std::string instance;
  std::int64_t pid = 0;
  std::string json;
};

// done, failed, user_stop_partial_trans, user_stop: nothing moves it on but its user.
bool is_final(std::string_view status);

std::string new_handle();  // a UUIDv7

class Client {
 public:
  // Connects with the first call, and again whenever the connection was lost.
  explicit Client(Server server, ClientOptions options = {});
  // The server of find_server(server).
  static Result<Client> find(std::string_view server = {}, ClientOptions options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // The eight calls under their own names. An empty handle is made for the caller; the answer names
  // it. A number out of 0 to 100 is refused by the service (invalid_priority).
  Result<std::string> submitTransferRequest(std::string_view handle, std::string_view src_url,
                                            std::string_view dst_url, int priority = 50);
  Result<TransferAnswer> commitTransferRequest(std::string_view handle);
  Result<TransferAnswer> completeTransferRequest(std::string_view handle, std::string_view src_url,
                                                 std::string_view dst_url, int priority = 50);
  Result<TransferRecord> listTransferRequest(std::string_view handle);
  Result<TransferProgress> checkStatusRequest(std::string_view handle);
  Result<TransferAnswer> changePriorityRequest(std::string_view handle, int priority);
  // "push", "increase", "decrease", or a number as text.
  Result<TransferAnswer> changePriorityRequest(std::string_view handle, std::string_view priority);
  Result<TransferAnswer> clearRecordRequest(std::string_view handle);
  Result<TransferAnswer> userStopTransferRequest(std::string_view handle);

  // Where a URL is gsiftp and `spec` names no credential for it, the caller's proxy
  // (X509_USER_PROXY, else /tmp/x509up_u<uid>) is handed over first. Without one the transfer is
  // submitted all the same, with a warning: the service holds it until a credential comes.
  //   invalid_credential, credential_expired  the proxy's file is none, or is no longer good
  Result<TransferAnswer> submit(const TransferSpec& spec);
  Result<TransferAnswer> complete(const TransferSpec& spec);  // submit and commit in one step
  // More files for a list that is not committed yet, in steps of some thousand; a file that the
  // list has already counts once, so the whole call may be repeated. A line that is refused stops
  // none of the others. After an error what was added before it stays.
  //   wrong_state  no list, or committed already
  Result<AddedFiles> add_files(std::string_view handle, const std::vector<NewFileLine>& lines);
  Result<TransferAnswer> commit(std::string_view handle);
  Result<TransferAnswer> stop(std::string_view handle);
  Result<TransferAnswer> clear(std::string_view handle);
  Result<TransferAnswer> priority(std::string_view handle, std::string_view to);
  Result<TransferRecord> record(std::string_view handle);
  Result<TransferProgress> status(std::string_view handle);

  // Looks until the transfer is final or `limit` is over, and returns the last look, whose status
  // tells which. `seen` gets every look; false from it ends the wait. While looks fail, the wait
  // goes on as the repeats of a call do.
  using Seen = std::function<bool(const TransferProgress&)>;
  Result<TransferProgress> wait(std::string_view handle, std::chrono::milliseconds limit,
                                const Seen& seen = {});

  // `status` and `after` (a cursor) may be empty; `limit` 0 leaves it to the service.
  Result<TransferPage> list(std::string_view status = {}, std::string_view after = {},
                            std::uint32_t limit = 0);
  // The files of a request, in the order in which they became known; of one file that file.
  // `status` (as of a FileRecord), `after` (a cursor) and `limit` as of list().
  Result<FilePage> files(std::string_view handle, std::string_view status = {},
                         std::string_view after = {}, std::uint32_t limit = 0);
  // The signed receipt of a request that has ended, one line after the other, each with its LF, as
  // docs/receipt.md states them; what `line` gets before an error is no receipt.
  //   wrong_state  it has not ended, was committed again meanwhile, or is a plan
  Result<void> receipt(std::string_view handle, const std::function<void(std::string_view)>& line);
  Result<TransferHistory> history(std::string_view handle);
  Result<TransferWhy> why(std::string_view handle);
  Result<Links> links();

  // The caller's proxy, or the one in the file `path`. no_such_credential where there is no file.
  Result<StoredCredential> add_proxy(const std::string& path = {});
  // `password` is sent over the Unix socket and nowhere else; the copy sent is wiped.
  Result<StoredCredential> add_password(std::string_view endpoint, std::string_view user,
                                        std::string_view password);
  Result<std::vector<StoredCredential>> credentials();
  Result<void> remove_credential(std::string_view id);
  // Those that bear on the caller's transfers; to who runs the service, all.
  Result<std::vector<StoredLimit>> limits();
  // For who runs the service. Scopes: "all", "owner:uid:1000", "ftp://a:21",
  // "ftp://a:21->ftp://b:21".
  //   invalid_limit, no_such_limit; not_allowed
  Result<StoredLimit> set_limit(std::string_view scope, const LimitSpec& spec);
  Result<void> remove_limit(std::string_view scope);
  Result<ServiceVersion> version();
  Result<ServicePublicKey> service_key();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace rft
