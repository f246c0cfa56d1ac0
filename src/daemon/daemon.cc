#include "daemon/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <filesystem>

#include "daemon/notify.h"
#include "vault/vault.h"

namespace rft {
namespace {

constexpr Duration house_interval = 10s;  // instance file
constexpr Duration prune_interval = 1h;
constexpr Duration wake_margin = 1ms;  // a timer that fires early finds nothing to do

constexpr Duration days(std::uint32_t count) {
  return std::chrono::hours(24) * count;
}

}  // namespace

Daemon::Daemon(Config config, const StateFolder& folder, StartOptions options)
    : config_(std::move(config)),
      folder_(folder),
      options_(options),
      work_(io_.get_executor()),
      signals_(io_, SIGTERM, SIGINT),
      wake_timer_(io_),
      house_timer_(io_) {}

Daemon::~Daemon() = default;

// Asks, and runs the loop until the answer is there: the start is a sequence, but leases are
// renewed meanwhile.
template <class T>
T Daemon::wait_for(const std::function<void(std::function<void(T)>)>& ask) {
  std::optional<T> answer;
  ask([&](T given) { answer = std::move(given); });
  while (!answer) io_.run_one();
  return std::move(*answer);
}

Result<void> Daemon::start() {
  auto opened = open_store();
  if (!opened) return opened;
  auto work = wait_for<Result<OpenWork>>([this](auto then) { store_->open_work(std::move(then)); });
  if (!work) return tl::unexpected(work.error());
  if (auto known = know_instance(*work); !known) return known;
  if (auto made = make_parts(std::move(work->credentials)); !made) return made;
  wait_for<bool>([this](auto then) { movers_->take_back([then] { then(true); }); });
  if (failure_) return tl::unexpected(*failure_);
  if (auto started = start_engine(); !started) return started;
  return listen();
}

Result<void> Daemon::open_store() {
  SqliteSettings settings;
  settings.path = folder_.database();
  settings.instance = clock_.fresh_id();
  settings.retention = {days(config_.keep_finished_days), days(config_.keep_events_days)};
  auto store = SqliteStore::open(
      settings, [this](std::function<void()> what) { boost::asio::post(io_, std::move(what)); });
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<void> Daemon::know_instance(const OpenWork& work) {
  const auto identity =
      wait_for<Result<Identity>>([this](auto then) { store_->identity(std::move(then)); });
  if (!identity) return tl::unexpected(identity.error());
  const InstanceRecord database{identity->instance, {work.newest_epoch, work.last_seq}};
  auto instance =
      Instance::open(folder_.instance(), database, options_.accept_restore, clock_.fresh_id());
  if (!instance) return tl::unexpected(instance.error());
  instance_ = std::move(*instance);
  return {};
}

// What lives of the time that the database does not know must not go on beside what we will start.
Result<void> Daemon::accept_restore(const MoverFolder& movers) {
  if (auto ended = movers.end_all(); !ended) return ended;
  const auto saved = wait_for<Saved>(
      [this](auto then) { store_->renew_instance(instance_->id(), std::move(then)); });
  if (saved != Saved::yes) return fail(Code::bad_state, "the database cannot be written");
  spdlog::warn("the database is taken as restored; it goes on as instance {}",
               instance_->id().text());
  return instance_->keep();
}

Result<void> Daemon::make_parts(std::vector<CredentialFacts> credentials) {
  auto folder = MoverFolder::open(folder_.path());
  if (!folder) return tl::unexpected(folder.error());
  if (instance_->was_restored()) {
    if (auto accepted = accept_restore(*folder); !accepted) return accepted;
  }
  auto vault = vault::Vault::open_or_create(folder_.vault_key());
  if (!vault) return tl::unexpected(vault.error());
  service_key_.emplace(folder_.service_key(), *vault);
  auto program = find_mover_program(config_.mover);
  if (!program) return tl::unexpected(program.error());

  MoverSettings settings;
  settings.program = std::move(*program);
  settings.cert_dir = config_.cert_dir.empty() ? default_cert_dir() : config_.cert_dir;
  if (!std::filesystem::is_directory(settings.cert_dir)) {
    spdlog::warn("there is no folder of trusted certificates at '{}': no GSI log-in will succeed",
                 settings.cert_dir);
  }
  settings.log = options_.movers_log;
  settings.instance = instance_->id();
  CredentialEvents events;
  events.changed = [this](const CredentialFacts& facts) {
    engine_->credential_changed(facts);
    movers_->credential_renewed(facts.owner, facts.id);
  };
  events.removed = [this](const Uuid& id) { engine_->credential_removed(id); };
  events.in_use = [this](const Uuid& id) { return engine_->credential_in_use(id); };
  credentials_ = std::make_unique<Credentials>(io_, *store_, clock_, std::move(*vault),
                                               std::move(credentials), std::move(events));
  MoverProcesses::Epochs epochs;
  epochs.named = [this](const std::string& mover, std::uint32_t epoch) {
    heard_epoch(mover, epoch);
  };
  epochs.granting = [this](std::uint32_t epoch) {
    if (auto kept = instance_->grant(epoch); !kept) spdlog::error("{}", kept.error().detail);
  };
  movers_ = std::make_unique<MoverProcesses>(io_, clock_, std::move(*folder), std::move(settings),
                                             *credentials_, std::move(epochs));
  engine_ =
      std::make_unique<Engine>(*store_, *movers_, clock_, config_.limits, instance_->id().text());
  return {};
}

void Daemon::heard_epoch(const std::string& mover, std::uint32_t epoch) {
  if (epoch <= instance_->newest_epoch() || failure_) return;
  failure_ =
      Error{Code::bad_state,
            fmt::format("the mover {} was given epoch {}, the database knows only {}: it was "
                        "restored from a backup. To go on with it, start once with "
                        "--accept-restore; transfers made since are not in it",
                        mover, epoch, instance_->newest_epoch())};
  if (ready_) stop();
}

Result<void> Daemon::start_engine() {
  auto started = wait_for<Result<void>>([this](auto then) { engine_->start(std::move(then)); });
  if (!started) return started;
  api_ = std::make_unique<api::Api>(
      api::Api::Ports{*engine_, *store_, clock_, *credentials_, instance_->id().text(),
                      [this] { return ready_ && !stopping_; },
                      [this](Duration delay, auto then) { call_after(delay, std::move(then)); },
                      [this] { return service_key_->get(); }});
  listener_ = std::make_unique<EventTee>(*instance_, *api_);
  engine_->set_listener(listener_.get());
  movers_->report_to(reports(), engine_->movers_with_work());
  credentials_->watch(std::chrono::seconds(config_.proxy_look_seconds));
  return {};
}

void Daemon::call_after(Duration delay, std::function<void()> then) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, delay);
  timer->async_wait([timer, then = std::move(then)](boost::system::error_code ec) {
    if (!ec) then();
  });
}

MoverReports Daemon::reports() {
  return {[this](const std::string& mover, const std::string& owner,
                 const std::vector<Task>& tasks) { engine_->mover_up(mover, owner, tasks); },
          [this](const std::string& mover, const Word& word) { engine_->heard(mover, word); },
          [this](const std::string& mover, bool with_us, Duration silent) {
            engine_->mover_gone(mover, with_us, silent);
          }};
}

Result<void> Daemon::listen() {
  const std::filesystem::path socket = config_.socket.empty() ? folder_.socket() : config_.socket;
  server_ = std::make_unique<api::Server>(io_, *api_);
  auto listening = server_->listen(socket.parent_path(), socket.filename(), config_.socket_mode);
  if (!listening) return listening;
  ready_ = true;
  spdlog::info("ready: listening on {}", socket.string());
  notify_supervisor("READY=1");
  return {};
}

Result<void> Daemon::run() {
  signals_.async_wait([this](boost::system::error_code ec, int) {
    if (!ec) stop();
  });
  keep_house();
  while (!stopped_) {
    wake();
    io_.run_one();
    io_.poll();
  }
  if (auto kept = instance_->keep(); !kept) spdlog::error("{}", kept.error().detail);
  if (failure_) return tl::unexpected(*failure_);
  return {};
}

// After each turn of the loop: whatever happened may have brought the engine's next time nearer.
void Daemon::wake() {
  const Instant next = engine_->next_wake();
  if (wake_at_ && *wake_at_ <= next) return;
  wake_at_ = next;
  wake_timer_.expires_after(std::max(Duration{0}, next - clock_.now().instant) + wake_margin);
  wake_timer_.async_wait([this](boost::system::error_code ec) {
    if (ec || stopping_) return;
    wake_at_.reset();
    engine_->tick();
  });
}

void Daemon::keep_house() {
  if (auto kept = instance_->keep(); !kept) spdlog::error("{}", kept.error().detail);
  if (const Instant now = clock_.now().instant; now >= prune_at_) {
    prune_at_ = now + prune_interval;
    prune();
  }
  house_timer_.expires_after(house_interval);
  house_timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec) keep_house();
  });
}

void Daemon::prune() {
  store_->prune(clock_.now().wall, [this](Result<Pruned> pruned) {
    if (!pruned) return spdlog::warn("old records stay: {}", pruned.error().detail);
    engine_->parts_discarded(std::move(pruned->discarded));
    if (pruned->more && !stopping_) prune();
  });
}

void Daemon::stop() {
  if (stopping_) return;
  stopping_ = true;
  spdlog::info("stopping; movers work on");
  notify_supervisor("STOPPING=1");
  server_->stop([this] { stopped_ = true; });
}

}  // namespace rft
