// Credentials: the API's book and the movers' source, made of the vault and the store. Proxies
// whose file is known are read again when it changes, so that a renewed one releases what waited
// for it.
#pragma once
#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/credential_book.h"
#include "daemon/mover_processes.h"
#include "engine/ports.h"
#include "vault/proxy_file.h"
#include "vault/secrets.h"
#include "vault/vault.h"

namespace rft {

// The owner "uid:<n>" of a local caller as a uid.
std::optional<uid_t> uid_of(std::string_view owner);

// What the rest of rftd does about a change that is durable.
struct CredentialEvents {
  std::function<void(const CredentialFacts&)> changed;  // added or renewed
  std::function<void(const Uuid&)> removed;
  std::function<bool(const Uuid&)> in_use = [](const Uuid&) { return false; };
};

// All on the io_context's thread; only proxy files are read on another, for they may stand on a
// file system that hangs.
class Credentials final : public api::CredentialBook, public CredentialSource {
 public:
  Credentials(boost::asio::io_context& io, Store& store, Clock& clock, vault::Vault vault,
              std::vector<CredentialFacts> kept, CredentialEvents events);
  ~Credentials() override;

  void add(const Caller& caller, api::NewCredential credential,
           std::function<void(Result<api::KeptCredential>)> then) override;
  void remove(const Caller& caller, const Uuid& id,
              std::function<void(Result<void>)> then) override;
  std::vector<CredentialFacts> list(const std::string& owner) const override;

  std::optional<std::uint64_t> version(const std::string& owner, const Uuid& id) const override;
  void open(const std::string& owner, const Uuid& id,
            std::function<void(Result<Opened>)> then) override;

  // Looks at the remembered files now and then every `every`.
  void watch(Duration every);

 private:
  using KeptThen = std::function<void(Result<api::KeptCredential>)>;
  // What was read of one file, off the thread.
  struct Look {
    Uuid id;
    std::string path;
    uid_t owner = 0;
    std::optional<vault::FileFingerprint> known;
    std::optional<Result<std::optional<vault::ProxyReading>>> reading;
  };

  void take_turn(std::function<void()> turn);
  void next_turn();
  void end_turn();
  void keep(CredentialFacts facts, const vault::CredentialSecret& secret, KeptThen then);
  void save(CredentialFacts facts, const Secret& bytes, KeptThen then);
  void saved(CredentialFacts facts, bool created, Saved saved, const KeptThen& then);
  const CredentialFacts* find(const std::string& owner, const Uuid& id) const;
  const CredentialFacts* same_as(const CredentialFacts& facts) const;
  void look();
  void looked(const Look& look);

  boost::asio::io_context& io_;
  Store& store_;
  Clock& clock_;
  const vault::Vault vault_;
  const CredentialEvents events_;
  std::map<Uuid, CredentialFacts> kept_;
  std::map<Uuid, vault::FileFingerprint> fingerprints_;
  // Changes are made one after the other, so that two of one identity do not become two
  // credentials.
  std::deque<std::function<void()>> turns_;
  Duration look_every_{0};
  boost::asio::steady_timer look_timer_;
  boost::asio::thread_pool reader_{1};
};

}  // namespace rft
