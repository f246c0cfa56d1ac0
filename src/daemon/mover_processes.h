// MoverProcesses: the engine's port to its movers. It starts them, takes living ones back after a
// restart of rftd, keeps their leases, hands them credentials ahead of the orders that name these,
// and reports their words and their deaths.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "daemon/mover_folder.h"
#include "daemon/mover_process.h"
#include "daemon/mover_program.h"
#include "daemon/order_credentials.h"
#include "engine/ports.h"

namespace rft {

// Where an order's credentials come from.
class CredentialSource {
 public:
  struct Opened {
    std::uint64_t version = 0;
    Secret secret;  // in the form of vault::to_bytes
  };
  virtual ~CredentialSource() = default;
  // The newest version, where the owner has such a credential.
  virtual std::optional<std::uint64_t> version(const std::string& owner, const Uuid& id) const = 0;
  // Calls back on the io_context's thread, not from inside the call.
  virtual void open(const std::string& owner, const Uuid& id,
                    std::function<void(Result<Opened>)> then) = 0;
};

struct MoverSettings {
  std::string program;
  std::string cert_dir;
  int log = -1;  // the movers' stderr; -1: nowhere
  Uuid instance;
  Duration lease = 30s;
  Duration renew = 5s;
  Duration mute_max = 30s;       // no life for this long, and it is killed
  Duration hello_wait_max = 5s;  // for the hellos of those that are taken back
};

// What the engine is told. Gone comes after all words, and once.
struct MoverReports {
  std::function<void(const std::string& mover, const std::string& owner, const std::vector<Task>&)>
      up;
  std::function<void(const std::string& mover, const Word&)> heard;
  std::function<void(const std::string& mover, bool with_us, Duration silent)> gone;
};

class MoverProcesses final : public Movers {
 public:
  // `named` hears what each mover names in its hello, `granting` the epoch of each order to move
  // before it is sent.
  struct Epochs {
    std::function<void(const std::string& mover, std::uint32_t epoch)> named;
    std::function<void(std::uint32_t epoch)> granting;
  };
  MoverProcesses(boost::asio::io_context& io, Clock& clock, MoverFolder folder,
                 MoverSettings settings, CredentialSource& credentials, Epochs epochs);
  ~MoverProcesses() override;

  // Connects to every mover that lives and reads what the dead have left; `then` comes when each
  // was heard or hello_wait_max is over. Reports wait for report_to().
  void take_back(std::function<void()> then);
  // From now on all is reported, first what take_back() found. `with_work`: the movers that the
  // engine believes in; those that left no trace here are gone.
  void report_to(MoverReports reports, const std::vector<std::string>& with_work);

  void start(const std::string& mover, const std::string& owner) override;
  void order(const std::string& mover, const Order& order) override;
  void acknowledge(const std::string& mover, const Task& task, std::uint64_t seq) override;
  void drain(const std::string& mover) override;

  // Sent on to the movers that have an older version.
  void credential_renewed(const std::string& owner, const Uuid& id);
  std::size_t count() const { return served_.size(); }

 private:
  struct Served;
  using Unread = std::set<std::pair<Task, std::uint64_t>>;

  void serve(const std::string& mover, const std::string& owner, std::optional<pid_t> pid);
  void heard_hello(const std::string& mover, const HelloDaemon& hello);
  void gone(const std::string& mover, const std::string& how, bool with_us, Duration silent);
  void report(std::function<void(const MoverReports&)> what);
  Duration silence_before(const std::string& mover) const;
  void renew_leases();
  void look_after(const std::string& mover);
  Served* find(const std::string& mover);
  void pass_on(const std::string& mover);
  void ask_for(const std::string& mover, Served& served, const NamedCredential& credential);
  void opened(const std::string& mover, const NamedCredential& credential,
              Result<CredentialSource::Opened> result);
  void send_order(Served& served, const Order& order);
  void settle_take_back();

  boost::asio::io_context& io_;
  Clock& clock_;
  MoverFolder folder_;
  const std::string boot_ = boot_id();
  const MoverSettings settings_;
  CredentialSource& credentials_;
  const Epochs epochs_;

  std::map<std::string, std::unique_ptr<Served>> served_;
  std::map<std::string, Unread> spools_;  // of the dead: words that were not acknowledged yet
  std::set<std::string> unheard_;         // taken back, no hello yet
  std::function<void()> taken_back_;
  std::optional<MoverReports> reports_;
  std::vector<std::function<void(const MoverReports&)>> held_back_;
  boost::asio::steady_timer renewal_;
  boost::asio::steady_timer hello_wait_;
};

}  // namespace rft
