#include "daemon/credentials.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <limits>

#include "base/text.h"

namespace rft {
namespace {

namespace asio = boost::asio;
using api::KeptCredential;

constexpr std::size_t path_length_max = 4096;

// A new credential as it would be kept: facts without id and times, and the secret.
struct Prepared {
  CredentialFacts facts;
  vault::CredentialSecret secret;
};

Result<Prepared> prepare(const Caller& caller, const api::NewProxy& proxy, WallTime now) {
  if (!proxy.path.empty() && (proxy.path.front() != '/' || proxy.path.size() > path_length_max ||
                              proxy.path.find('\0') != std::string::npos)) {
    return fail(Code::invalid_credential,
                "the path of the proxy file must be absolute, and at most " +
                    std::to_string(path_length_max) + " bytes");
  }
  if (!proxy.path.empty() && !uid_of(caller.owner)) {
    return fail(Code::invalid_credential, "the path of a file is taken from local users only");
  }
  auto credential = gsi::read_credential(proxy.pem.reveal(), now);
  if (!credential) return tl::unexpected(credential.error());
  Prepared prepared{{}, vault::X509Proxy{std::move(credential->pem)}};
  prepared.facts.owner = caller.owner;
  prepared.facts.kind = CredentialKind::x509_proxy;
  prepared.facts.subject = credential->identity;
  prepared.facts.not_after = credential->not_after;
  prepared.facts.path = proxy.path;
  return prepared;
}

Result<Prepared> prepare(const Caller& caller, const api::NewPassword& given, WallTime) {
  auto password = vault::make_password(given.user, given.password.reveal());
  if (!password) return tl::unexpected(password.error());
  Prepared prepared{{}, std::move(*password)};
  prepared.facts.owner = caller.owner;
  prepared.facts.kind = CredentialKind::password;
  prepared.facts.endpoint = given.endpoint;
  prepared.facts.subject = given.user;
  return prepared;
}

Error why_not(Saved saved) {
  if (saved == Saved::full) return {Code::storage_full, "the credential was not kept"};
  if (saved == Saved::unknown) {
    return {Code::unavailable, "it is not known whether the credential was kept; give it again"};
  }
  return {Code::unavailable, "the credential was not kept"};
}

}  // namespace

std::optional<uid_t> uid_of(std::string_view owner) {
  constexpr std::string_view prefix = "uid:";
  if (!owner.starts_with(prefix)) return std::nullopt;
  const auto number = parse_number(owner.substr(prefix.size()));
  if (!number || *number >= std::numeric_limits<uid_t>::max()) return std::nullopt;
  return static_cast<uid_t>(*number);
}

Credentials::Credentials(asio::io_context& io, Store& store, Clock& clock, vault::Vault vault,
                         std::vector<CredentialFacts> kept, CredentialEvents events)
    : io_(io),
      store_(store),
      clock_(clock),
      vault_(std::move(vault)),
      events_(std::move(events)),
      look_timer_(io) {
  for (CredentialFacts& facts : kept) kept_[facts.id] = std::move(facts);
}

Credentials::~Credentials() {
  reader_.join();
}

void Credentials::add(const Caller& caller, api::NewCredential credential, KeptThen then) {
  auto prepared = std::visit(
      [&](const auto& one) { return prepare(caller, one, clock_.now().wall); }, credential);
  if (!prepared) {
    asio::post(io_,
               [then = std::move(then), error = prepared.error()] { then(tl::unexpected(error)); });
    return;
  }
  keep(std::move(prepared->facts), prepared->secret, std::move(then));
}

void Credentials::take_turn(std::function<void()> turn) {
  turns_.push_back(std::move(turn));
  if (turns_.size() == 1) next_turn();
}

void Credentials::next_turn() {
  asio::post(io_, [this] {
    const auto turn = std::move(turns_.front());  // it ends, and is dropped, from within itself
    turn();
  });
}

void Credentials::end_turn() {
  turns_.pop_front();
  if (!turns_.empty()) next_turn();
}

const CredentialFacts* Credentials::same_as(const CredentialFacts& facts) const {
  const auto same = std::ranges::find_if(kept_, [&](const auto& one) {
    const CredentialFacts& other = one.second;
    return other.owner == facts.owner && other.kind == facts.kind &&
           other.subject == facts.subject && other.path == facts.path &&
           other.endpoint == facts.endpoint;
  });
  return same == kept_.end() ? nullptr : &same->second;
}

void Credentials::keep(CredentialFacts facts, const vault::CredentialSecret& secret,
                       KeptThen then) {
  take_turn([this, facts = std::move(facts), bytes = vault::to_bytes(secret),
             then = std::move(then)]() mutable {
    const CredentialFacts* known = same_as(facts);
    if (!known) return save(std::move(facts), bytes, std::move(then));
    // A proxy comes with every request that needs one: only a change of it is a renewal.
    open(known->owner, known->id,
         [this, known = *known, facts = std::move(facts), bytes = std::move(bytes),
          then = std::move(then)](const Result<Opened>& opened) mutable {
           if (opened && opened->secret == bytes) {
             then(KeptCredential{known, false});
             return end_turn();
           }
           facts.id = known.id;
           facts.version = known.version + 1;
           facts.added_at = known.added_at;
           save(std::move(facts), bytes, std::move(then));
         });
  });
}

void Credentials::save(CredentialFacts facts, const Secret& bytes, KeptThen then) {
  const bool created = facts.id.is_nil();
  const WallTime now = clock_.now().wall;
  facts.renewed_at = now;
  if (created) {
    facts.id = clock_.fresh_id();
    facts.added_at = now;
  }
  auto sealed = vault_.seal(bytes, {facts.owner, facts.id});
  if (!sealed) {
    then(tl::unexpected(sealed.error()));
    return end_turn();
  }
  store_.save_credential(facts, std::move(*sealed),
                         [this, facts, created, then = std::move(then)](Saved answer) {
                           saved(facts, created, answer, then);
                           end_turn();
                         });
}

void Credentials::saved(CredentialFacts facts, bool created, Saved saved, const KeptThen& then) {
  if (saved != Saved::yes) return then(tl::unexpected(why_not(saved)));
  spdlog::info("credential {} of {} was {}", facts.id.text(), facts.owner,
               created ? "added" : "renewed");
  kept_[facts.id] = facts;
  events_.changed(facts);
  then(KeptCredential{std::move(facts), created});
}

void Credentials::remove(const Caller& caller, const Uuid& id,
                         std::function<void(Result<void>)> then) {
  take_turn([this, owner = caller.owner, id, then = std::move(then)] {
    const bool known = find(owner, id) != nullptr;
    if (!known || events_.in_use(id)) {
      then(known ? fail(Code::credential_in_use, "wait for these transfers or stop them")
                 : fail(Code::no_such_credential, "no credential has the id " + id.text()));
      return end_turn();
    }
    store_.remove_credential(owner, id, [this, id, then](Saved answer) {
      if (answer == Saved::yes) {
        kept_.erase(id);
        fingerprints_.erase(id);
        events_.removed(id);
        then({});
      } else {
        then(fail(Code::unavailable, "the credential was not removed"));
      }
      end_turn();
    });
  });
}

std::vector<CredentialFacts> Credentials::list(const std::string& owner) const {
  std::vector<CredentialFacts> found;
  for (const auto& [id, facts] : kept_) {
    if (facts.owner == owner) found.push_back(facts);
  }
  return found;
}

const CredentialFacts* Credentials::find(const std::string& owner, const Uuid& id) const {
  const auto found = kept_.find(id);
  return found == kept_.end() || found->second.owner != owner ? nullptr : &found->second;
}

std::optional<std::uint64_t> Credentials::version(const std::string& owner, const Uuid& id) const {
  const CredentialFacts* facts = find(owner, id);
  return facts ? std::optional(facts->version) : std::nullopt;
}

void Credentials::open(const std::string& owner, const Uuid& id,
                       std::function<void(Result<Opened>)> then) {
  const CredentialFacts* facts = find(owner, id);
  if (!facts) {
    asio::post(io_, [then = std::move(then), id] {
      then(fail(Code::no_such_credential, "the credential " + id.text() + " was removed"));
    });
    return;
  }
  store_.sealed_credential(id, [this, facts = *facts,
                                then = std::move(then)](const Result<std::string>& sealed) {
    if (!sealed) return then(tl::unexpected(sealed.error()));
    if (facts.not_after && *facts.not_after <= clock_.now().wall) {
      return then(fail(Code::credential_expired, "it ended at " + to_rfc3339(*facts.not_after)));
    }
    auto secret = vault_.open(*sealed, {facts.owner, facts.id});
    if (!secret) return then(tl::unexpected(secret.error()));
    then(Opened{facts.version, std::move(*secret)});
  });
}

void Credentials::watch(Duration every) {
  look_every_ = every;
  look();
}

void Credentials::look() {
  std::vector<Look> looks;
  for (const auto& [id, facts] : kept_) {
    const auto owner = uid_of(facts.owner);
    if (facts.path.empty() || !owner) continue;
    const auto known = fingerprints_.find(id);
    looks.push_back({id, facts.path, *owner,
                     known == fingerprints_.end() ? std::nullopt : std::optional(known->second),
                     std::nullopt});
  }
  asio::post(reader_, [this, looks = std::move(looks), now = clock_.now().wall]() mutable {
    for (Look& one : looks) one.reading = read_if_changed(one.path, one.known, one.owner, now);
    asio::post(io_, [this, looks = std::move(looks)] {
      for (const Look& one : looks) looked(one);
      look_timer_.expires_after(look_every_);
      look_timer_.async_wait([this](boost::system::error_code ec) {
        if (!ec) look();
      });
    });
  });
}

void Credentials::looked(const Look& look) {
  const auto facts = kept_.find(look.id);
  if (facts == kept_.end() || facts->second.path != look.path) return;
  const auto& reading = *look.reading;
  if (!reading) {
    spdlog::debug("credential {}: {}", look.id.text(), reading.error().detail);
    return;
  }
  if (!*reading) return;
  fingerprints_[look.id] = (*reading)->fingerprint;
  const gsi::Credential& credential = (*reading)->credential;
  if (credential.identity != facts->second.subject) {
    spdlog::warn("credential {}: its file holds a proxy of another identity now and is left alone",
                 look.id.text());
    return;
  }
  CredentialFacts renewed = facts->second;
  renewed.id = {};
  renewed.not_after = credential.not_after;
  keep(std::move(renewed), vault::X509Proxy{credential.pem}, [](const auto& kept) {
    if (!kept) spdlog::warn("a renewed proxy was not kept: {}", kept.error().detail);
  });
}

}  // namespace rft
