#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/uuid.h"
#include "client/json.h"
#include "client/limit_json.h"
#include "client/proxy.h"
#include "client/rft.h"
#include "client/session.h"

namespace rft {

using client::percent_encode;
using client::Session;

struct Client::State {
  State(Server server, ClientOptions options) : session(std::move(server), std::move(options)) {}

  template <class T>
  Result<T> get(const std::string& target) {
    return session.get(target).and_then(
        [](const client::HttpReply& reply) { return client::read<T>(reply.body); });
  }

  template <class T>
  Result<T> change(const std::string& method, const std::string& target, Secret body = {}) {
    return session.change(method, target, std::move(body))
        .and_then([](const client::HttpReply& reply) { return client::read<T>(reply.body); });
  }

  Result<TransferAnswer> send(const TransferSpec& spec, bool commit);
  Result<std::string> hand_over(TransferSpec& spec);
  Result<TransferProgress> status_at_end(std::string_view handle, std::chrono::milliseconds limit);

  Session session;
};

namespace {

constexpr std::chrono::milliseconds look_first{100};  // between two looks of wait(), growing ...
constexpr std::chrono::milliseconds look_longest{1'000};  // ... to this

// Of one request with files for a list; each is durable before it is answered.
constexpr std::size_t lines_per_request = 5'000;
constexpr std::size_t lines_bytes_per_request = 2 << 20;

constexpr std::size_t receipt_line_max = 64 * 1024;

constexpr std::chrono::milliseconds wait_longest = std::chrono::hours(24 * 365 * 10);

// An empty handle must not name the collection, nor "." its parent.
Result<std::string> transfer(std::string_view handle, std::string_view rest = {}) {
  if (handle.empty() || handle.front() == '.') {
    return fail(Code::invalid_handle,
                fmt::format("'{}': {}", handle, entry(Code::invalid_handle).sentence));
  }
  return fmt::format("/v1/transfers/{}{}", percent_encode(handle), rest);
}

std::string page_query(std::string_view status, std::string_view after, std::uint32_t limit) {
  std::vector<std::string> query;
  if (!status.empty()) query.push_back("status=" + percent_encode(status));
  if (!after.empty()) query.push_back("after=" + percent_encode(after));
  if (limit > 0) query.push_back(fmt::format("limit={}", limit));
  return fmt::format("{}{}", query.empty() ? "" : "?", fmt::join(query, "&"));
}

// Lines from `first` on, as many as one request takes; moves `first` behind them.
std::string take_lines(const std::vector<NewFileLine>& lines, std::size_t& first) {
  const std::size_t end = std::min(lines.size(), first + lines_per_request);
  std::string body;
  while (first < end && body.size() < lines_bytes_per_request) {
    body += client::line_json(lines[first++]) + '\n';
  }
  return body;
}

// Cuts a receipt into its lines, and keeps the word of a service that could not go on with it.
class ReceiptLines {
 public:
  explicit ReceiptLines(const std::function<void(std::string_view)>& line) : line_(line) {}

  void take(std::string_view piece) {
    rest_ += piece;
    std::size_t begin = 0;
    for (std::size_t end; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      give(std::string_view(rest_).substr(begin, end + 1 - begin));
    }
    rest_.erase(0, begin);
    if (rest_.size() <= receipt_line_max) return;
    refused_ = Error{Code::internal, "a line of the receipt is longer than a line may be"};
    rest_.clear();
  }
  Result<void> end() const {
    if (refused_) return tl::unexpected(*refused_);
    if (sealed_ && rest_.empty()) return {};
    return fail(Code::internal, "the receipt came without its seal");
  }

 private:
  void give(std::string_view line) {
    if (line.starts_with(R"({"code":)")) {
      refused_ = client::problem(200, line);
      return;
    }
    sealed_ = line.starts_with(R"({"seal":)");
    line_(line);
  }

  const std::function<void(std::string_view)>& line_;
  std::string rest_;
  std::optional<Error> refused_;
  bool sealed_ = false;
};

}  // namespace

std::string new_handle() {
  const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  return Uuid::v7(now, random_bits()).text();
}

bool is_final(std::string_view status) {
  return status == "done" || status == "failed" || status == "user_stop_partial_trans" ||
         status == "user_stop";
}

Client::Client(Server server, ClientOptions options)
    : state_(std::make_unique<State>(std::move(server), std::move(options))) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::find(std::string_view server, ClientOptions options) {
  return find_server(server).map(
      [&](Server found) { return Client(std::move(found), std::move(options)); });
}

// Sets the credential options that the user left open. Returns a warning, or nothing to say.
Result<std::string> Client::State::hand_over(TransferSpec& spec) {
  std::vector<std::string> open;
  const auto ask_for = [&](bool needed, const char* option) {
    if (needed && !spec.options.contains(option)) open.emplace_back(option);
  };
  ask_for(client::needs_proxy(spec.source) || spec.gsiftp_sources, "source_credential");
  ask_for(client::needs_proxy(spec.destination) || spec.gsiftp_destinations,
          "destination_credential");
  if (open.empty() || !session.options().hand_over_proxy) return {};

  const client::ProxyPlace place = client::proxy_place();
  auto proxy = client::read_proxy(place);
  if (!proxy) return tl::unexpected(proxy.error());
  if (!*proxy) {
    return fmt::format(
        "there is no proxy at {}: the proxy is used that you handed over last ('rft cred ls'), and "
        "without one the transfer is held until there is one; make one (grid-proxy-init, "
        "voms-proxy-init) and hand it over ('rft cred add'), or give an id as {}",
        place.path, fmt::join(open, " and "));
  }
  auto stored = change<StoredCredential>(
      "POST", "/v1/credentials", client::proxy_json((*proxy)->pem.reveal(), (*proxy)->path));
  if (!stored) {
    return fail(stored.error().code,
                fmt::format("the proxy {}: {}", (*proxy)->path, stored.error().detail));
  }
  for (const std::string& option : open) spec.options[option] = stored->id;
  return {};
}

Result<TransferAnswer> Client::State::send(const TransferSpec& given, bool commit) {
  TransferSpec spec = given;
  if (spec.handle.empty()) spec.handle = new_handle();
  auto warning = hand_over(spec);
  if (!warning) return tl::unexpected(warning.error());
  return change<TransferAnswer>("POST", "/v1/transfers",
                                Secret(client::transfer_json(spec, commit)))
      .map([&](TransferAnswer answer) {
        answer.warning = std::move(*warning);
        return answer;
      });
}

// The status as soon as the transfer has ended, or after `limit`.
Result<TransferProgress> Client::State::status_at_end(std::string_view handle,
                                                      std::chrono::milliseconds limit) {
  return transfer(handle, fmt::format("/status?end_within={}", limit.count()))
      .and_then([&](const std::string& target) { return get<TransferProgress>(target); });
}

Result<TransferAnswer> Client::submit(const TransferSpec& spec) {
  return state_->send(spec, false);
}
Result<TransferAnswer> Client::complete(const TransferSpec& spec) {
  return state_->send(spec, true);
}

Result<AddedFiles> Client::add_files(std::string_view handle,
                                     const std::vector<NewFileLine>& lines) {
  const auto target = transfer(handle, "/files");
  if (!target) return tl::unexpected(target.error());
  AddedFiles sum;
  std::size_t next = 0;
  do {
    const std::size_t first = next;
    Secret body(take_lines(lines, next));
    auto added = state_->session.change("POST", *target, std::move(body), client::media_lines)
                     .and_then([&](const client::HttpReply& reply) {
                       return client::read_added(reply.body, first, next - first);
                     });
    if (!added) return added;
    sum.added += added->added;
    sum.files = added->files;
    std::move(added->refused.begin(), added->refused.end(), std::back_inserter(sum.refused));
  } while (next < lines.size());
  return sum;
}

Result<TransferAnswer> Client::commit(std::string_view handle) {
  return transfer(handle, "/commit").and_then([&](const std::string& target) {
    return state_->change<TransferAnswer>("POST", target);
  });
}

Result<TransferAnswer> Client::stop(std::string_view handle) {
  return transfer(handle, "/stop").and_then([&](const std::string& target) {
    return state_->change<TransferAnswer>("POST", target);
  });
}

Result<TransferAnswer> Client::clear(std::string_view handle) {
  return transfer(handle).and_then(
      [&](const std::string& target) { return state_->change<TransferAnswer>("DELETE", target); });
}

Result<TransferAnswer> Client::priority(std::string_view handle, std::string_view to) {
  return transfer(handle, "/priority").and_then([&](const std::string& target) {
    return state_->change<TransferAnswer>("POST", target, Secret(client::priority_json(to)));
  });
}

Result<TransferRecord> Client::record(std::string_view handle) {
  return transfer(handle).and_then(
      [&](const std::string& target) { return state_->get<TransferRecord>(target); });
}

Result<TransferProgress> Client::status(std::string_view handle) {
  return transfer(handle, "/status").and_then([&](const std::string& target) {
    return state_->get<TransferProgress>(target);
  });
}

Result<TransferProgress> Client::wait(std::string_view handle, std::chrono::milliseconds limit,
                                      const Seen& seen) {
  const auto end = std::chrono::steady_clock::now() + std::min(limit, wait_longest);
  auto look = status(handle);
  for (auto between = look_first;; between = std::min(between * 2, look_longest)) {
    if (!look) return look;
    const bool goes_on = !seen || seen(*look);
    const auto next = std::chrono::steady_clock::now() + between;
    if (is_final(look->status) || !goes_on || next > end) return look;
    look = state_->status_at_end(handle, between);
    // A service where very many wait answers early.
    const auto early = std::chrono::duration_cast<std::chrono::milliseconds>(
        next - std::chrono::steady_clock::now());
    const bool ended = !look || is_final(look->status);
    if (!ended && !client::pause({early, state_->session.options().interrupted})) return look;
  }
}

Result<TransferPage> Client::list(std::string_view status, std::string_view after,
                                  std::uint32_t limit) {
  return state_->get<TransferPage>("/v1/transfers" + page_query(status, after, limit));
}

Result<FilePage> Client::files(std::string_view handle, std::string_view status,
                               std::string_view after, std::uint32_t limit) {
  return transfer(handle, "/files" + page_query(status, after, limit))
      .and_then([&](const std::string& target) { return state_->get<FilePage>(target); });
}

Result<void> Client::receipt(std::string_view handle,
                             const std::function<void(std::string_view)>& line) {
  const auto target = transfer(handle, "/receipt");
  if (!target) return tl::unexpected(target.error());
  ReceiptLines lines(line);
  auto streamed =
      state_->session.stream(*target, [&](std::string_view piece) { lines.take(piece); });
  return streamed ? lines.end() : streamed;
}

Result<TransferHistory> Client::history(std::string_view handle) {
  return transfer(handle, "/history").and_then([&](const std::string& target) {
    return state_->get<TransferHistory>(target);
  });
}

Result<TransferWhy> Client::why(std::string_view handle) {
  return transfer(handle, "/why").and_then([&](const std::string& target) {
    return state_->get<TransferWhy>(target);
  });
}

Result<Links> Client::links() {
  return state_->get<Links>("/v1/links");
}

Result<StoredCredential> Client::add_proxy(const std::string& path) {
  const client::ProxyPlace place =
      path.empty() ? client::proxy_place() : client::ProxyPlace{path, true};
  auto proxy = client::read_proxy(place);
  if (!proxy) return tl::unexpected(proxy.error());
  if (!*proxy) {
    return fail(Code::no_such_credential,
                fmt::format("there is no proxy at {}; make one (grid-proxy-init, voms-proxy-init) "
                            "or name its file",
                            place.path));
  }
  return state_->change<StoredCredential>(
      "POST", "/v1/credentials", client::proxy_json((*proxy)->pem.reveal(), (*proxy)->path));
}

Result<StoredCredential> Client::add_password(std::string_view endpoint, std::string_view user,
                                              std::string_view password) {
  return state_->change<StoredCredential>("POST", "/v1/credentials",
                                          client::password_json(endpoint, user, password));
}

Result<std::vector<StoredCredential>> Client::credentials() {
  return state_->get<std::vector<StoredCredential>>("/v1/credentials");
}

Result<void> Client::remove_credential(std::string_view id) {
  if (id.empty() || id.front() == '.') {
    return fail(Code::no_such_credential, fmt::format("'{}' is no credential's id", id));
  }
  return state_->session.change("DELETE", "/v1/credentials/" + percent_encode(id))
      .map([](const client::HttpReply&) {});
}

Result<std::vector<StoredLimit>> Client::limits() {
  return state_->get<std::vector<StoredLimit>>("/v1/limits");
}

Result<StoredLimit> Client::set_limit(std::string_view scope, const LimitSpec& spec) {
  return state_->change<StoredLimit>("PUT", "/v1/limits/" + percent_encode(scope),
                                     Secret(client::limit_json(spec)));
}

Result<void> Client::remove_limit(std::string_view scope) {
  return state_->session.change("DELETE", "/v1/limits/" + percent_encode(scope))
      .map([](const client::HttpReply&) {});
}

Result<ServiceVersion> Client::version() {
  return state_->get<ServiceVersion>("/v1/version");
}

Result<ServicePublicKey> Client::service_key() {
  return state_->get<ServicePublicKey>("/v1/service");
}

}  // namespace rft
