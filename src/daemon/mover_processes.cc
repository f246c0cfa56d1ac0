#include "daemon/mover_processes.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "daemon/clock.h"

namespace rft {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace

struct MoverProcesses::Served {
  std::string owner;
  std::shared_ptr<MoverProcess> process;
  // All below belong to one connection and begin anew with each.
  std::uint64_t connection = 0;
  std::set<Task> tasks;               // that its hello named
  std::map<Uuid, std::uint64_t> has;  // versions of the credentials it was sent
  std::deque<Order> waiting;          // for a credential of the first of them, in order
  bool asking = false;
};

MoverProcesses::MoverProcesses(asio::io_context& io, Clock& clock, MoverFolder folder,
                               MoverSettings settings, CredentialSource& credentials, Epochs epochs)
    : io_(io),
      clock_(clock),
      folder_(std::move(folder)),
      settings_(std::move(settings)),
      credentials_(credentials),
      epochs_(std::move(epochs)),
      renewal_(io),
      hello_wait_(io) {}

MoverProcesses::~MoverProcesses() {
  for (auto& [mover, served] : served_) served->process->close();
}

void MoverProcesses::take_back(std::function<void()> then) {
  taken_back_ = std::move(then);
  for (const std::string& mover : folder_.movers()) {
    if (!folder_.is_held(mover)) {
      gone(mover, "had ended before", true, silence_before(mover));
      continue;
    }
    const auto birth = folder_.birth(mover).value_or(Birth{});
    unheard_.insert(mover);
    serve(mover, birth.owner, birth.pid > 0 ? std::optional(birth.pid) : std::nullopt);
  }
  hello_wait_.expires_after(settings_.hello_wait_max);
  hello_wait_.async_wait([this](error_code ec) {
    if (ec) return;
    unheard_.clear();
    settle_take_back();
  });
  renew_leases();
  asio::post(io_, [this] { settle_take_back(); });
}

void MoverProcesses::settle_take_back() {
  if (!unheard_.empty() || !taken_back_) return;
  hello_wait_.cancel();
  std::exchange(taken_back_, nullptr)();
}

void MoverProcesses::report_to(MoverReports reports, const std::vector<std::string>& with_work) {
  std::set<std::string> known;
  for (const auto& [mover, served] : served_) known.insert(mover);
  for (const auto& [mover, unread] : spools_) known.insert(mover);
  reports_ = std::move(reports);
  for (const auto& one : std::exchange(held_back_, {})) one(*reports_);
  for (const std::string& mover : with_work) {
    if (!known.contains(mover)) reports_->gone(mover, true, silence_before(mover));
  }
  std::erase_if(spools_, [](const auto& spool) { return spool.second.empty(); });
}

void MoverProcesses::report(std::function<void(const MoverReports&)> what) {
  if (reports_) return what(*reports_);
  held_back_.push_back(std::move(what));
}

// How long its servers may have been left without a kernel of ours that closes its connections: not
// at all where it ended on this boot of the machine (design 5.3).
Duration MoverProcesses::silence_before(const std::string& mover) const {
  const auto birth = folder_.birth(mover);
  if (birth && !boot_.empty() && birth->boot == boot_) return 0ms;
  const WallTime now = clock_.now().wall;
  return now - std::min(now, folder_.last_life(mover).value_or(now));
}

void MoverProcesses::start(const std::string& mover, const std::string& owner) {
  const auto lock = folder_.make_lock(mover);
  const auto pid =
      !lock ? Result<pid_t>(tl::unexpected(lock.error()))
            : spawn({settings_.program, folder_.path(), mover, settings_.cert_dir, settings_.log},
                    *lock);
  if (!pid) {
    asio::post(io_, [this, mover, why = pid.error().detail] { gone(mover, why, false, 0ms); });
    return;
  }
  folder_.write_birth(*lock, {*pid, owner, boot_});
  spdlog::info("mover {} started for {} (pid {})", mover, owner, *pid);
  serve(mover, owner, *pid);
}

void MoverProcesses::serve(const std::string& mover, const std::string& owner,
                           std::optional<pid_t> pid) {
  auto served = std::make_unique<Served>();
  served->owner = owner;
  served->process = std::make_shared<MoverProcess>(
      io_, clock_, folder_.socket_address(mover),
      HelloMover{wire_version, settings_.instance, owner},
      MoverProcess::Told{[this, mover](const HelloDaemon& hello) { heard_hello(mover, hello); },
                         [this, mover](const Word& word) {
                           report([mover, word](const MoverReports& reports) {
                             reports.heard(mover, word);
                           });
                         },
                         [this, mover](const std::string& how) { gone(mover, how, false, 0ms); }});
  const auto process = served->process;
  served_[mover] = std::move(served);
  process->begin(pid);
}

MoverProcesses::Served* MoverProcesses::find(const std::string& mover) {
  const auto found = served_.find(mover);
  return found == served_.end() ? nullptr : found->second.get();
}

void MoverProcesses::heard_hello(const std::string& mover, const HelloDaemon& hello) {
  Served* served = find(mover);
  if (!served) return;
  if (hello.mover != mover) spdlog::warn("mover {} calls itself {}", mover, hello.mover);
  if (served->owner.empty()) served->owner = hello.owner;
  ++served->connection;
  served->asking = false;
  served->waiting.clear();
  served->has.clear();
  served->tasks = {hello.tasks.begin(), hello.tasks.end()};
  served->process->send(Lease{settings_.lease});
  epochs_.named(mover, hello.newest_epoch);
  report([mover, owner = served->owner, tasks = hello.tasks](const MoverReports& reports) {
    reports.up(mover, owner, tasks);
  });
  unheard_.erase(mover);
  settle_take_back();
}

void MoverProcesses::gone(const std::string& mover, const std::string& how, bool with_us,
                          Duration silent) {
  spdlog::info("mover {} is gone: {}", mover, how);
  if (Served* served = find(mover)) served->process->close();
  served_.erase(mover);
  auto words = folder_.spool(mover);
  Unread unread;
  for (const Word& word : words) {
    if (const auto* said = std::get_if<TaskWord>(&word)) unread.emplace(said->task, said->seq);
  }
  if (unread.empty()) folder_.remove(mover);
  // An empty one too, until the engine was told whom we found.
  if (!unread.empty() || !reports_) spools_[mover] = std::move(unread);
  report([mover, words = std::move(words), with_us, silent](const MoverReports& reports) {
    for (const Word& word : words) reports.heard(mover, word);
    reports.gone(mover, with_us, silent);
  });
  unheard_.erase(mover);
  settle_take_back();
}

void MoverProcesses::order(const std::string& mover, const Order& order) {
  Served* served = find(mover);
  if (!served || !served->process->is_up()) return;
  served->waiting.push_back(order);
  pass_on(mover);
}

void MoverProcesses::pass_on(const std::string& mover) {
  Served* served = find(mover);
  while (served && !served->asking && !served->waiting.empty()) {
    const auto named = credentials_of(served->waiting.front());
    const auto lacking = std::ranges::find_if(named, [&](const NamedCredential& one) {
      const auto has = served->has.find(one.id);
      return has == served->has.end() ||
             has->second < credentials_.version(served->owner, one.id).value_or(0);
    });
    if (lacking != named.end()) return ask_for(mover, *served, *lacking);
    send_order(*served, served->waiting.front());
    served->waiting.pop_front();
  }
}

void MoverProcesses::send_order(Served& served, const Order& order) {
  if (const auto task = task_of(order)) epochs_.granting(task->epoch);
  served.process->send(order);
}

void MoverProcesses::ask_for(const std::string& mover, Served& served,
                             const NamedCredential& credential) {
  served.asking = true;
  credentials_.open(served.owner, credential.id,
                    [this, mover, credential, connection = served.connection](auto result) {
                      Served* still = find(mover);
                      if (!still || still->connection != connection) return;
                      still->asking = false;
                      opened(mover, credential, std::move(result));
                      pass_on(mover);
                    });
}

void MoverProcesses::opened(const std::string& mover, const NamedCredential& credential,
                            Result<CredentialSource::Opened> result) {
  Served& served = *find(mover);
  if (result) {
    served.process->send(CredentialFor{credential.id, std::move(result->secret)});
    served.has[credential.id] = result->version;
    return;
  }
  const Order order = std::move(served.waiting.front());
  served.waiting.pop_front();
  const auto task = task_of(order);
  // It works on the task already, with what an earlier rftd had given it.
  if (task && served.tasks.contains(*task)) return send_order(served, order);
  report([mover, word = refusal_of(order, credential, result.error())](
             const MoverReports& reports) { reports.heard(mover, word); });
}

void MoverProcesses::credential_renewed(const std::string& owner, const Uuid& id) {
  for (const auto& [mover, served] : served_) {
    if (served->owner != owner || !served->has.contains(id)) continue;
    credentials_.open(owner, id,
                      [this, mover = mover, connection = served->connection,
                       id](Result<CredentialSource::Opened> result) {
                        Served* still = find(mover);
                        if (!result || !still || still->connection != connection) return;
                        still->process->send(CredentialFor{id, std::move(result->secret)});
                        still->has[id] = result->version;
                      });
  }
}

void MoverProcesses::acknowledge(const std::string& mover, const Task& task, std::uint64_t seq) {
  if (Served* served = find(mover)) return served->process->send(Acknowledge{task, seq});
  const auto spool = spools_.find(mover);
  if (spool == spools_.end() || spool->second.erase({task, seq}) == 0) return;
  if (!spool->second.empty()) return;
  folder_.remove(mover);
  spools_.erase(spool);
}

void MoverProcesses::drain(const std::string& mover) {
  if (Served* served = find(mover)) served->process->send(Drain{});
}

void MoverProcesses::renew_leases() {
  std::vector<std::string> movers;
  for (const auto& [mover, served] : served_) movers.push_back(mover);
  for (const std::string& mover : movers) look_after(mover);
  renewal_.expires_after(settings_.renew);
  renewal_.async_wait([this](error_code ec) {
    if (!ec) renew_leases();
  });
}

void MoverProcesses::look_after(const std::string& mover) {
  MoverProcess& process = *find(mover)->process;
  const Duration silent = process.silent();
  if (!folder_.is_held(mover)) return gone(mover, "left its lock", false, 0ms);
  if (silent >= settings_.mute_max) {
    spdlog::warn("mover {} has been mute for {} s and is killed", mover, silent / 1s);
    return process.kill();
  }
  process.send(Lease{settings_.lease});
  if (process.is_up() && silent < settings_.renew) folder_.note_life(mover);
}

}  // namespace rft
