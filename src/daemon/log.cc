#include "daemon/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace rft {

Result<void> begin_log(const std::string& level, const std::string& file) {
  spdlog::sink_ptr sink;
  try {
    if (file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file, log_bytes_max,
                                                                    log_files_max - 1);
    }
  } catch (const spdlog::spdlog_ex& error) {
    return fail(Code::bad_state, fmt::format("cannot open the log: {}", error.what()));
  }
  auto logger = std::make_shared<spdlog::logger>("rftd", std::move(sink));
  logger->set_level(spdlog::level::from_str(level));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

bool stderr_is_seen() {
  struct stat ours {
  }, nowhere{};
  if (::fstat(STDERR_FILENO, &ours) != 0) return false;
  if (::stat("/dev/null", &nowhere) != 0) return true;
  return !S_ISCHR(ours.st_mode) || ours.st_rdev != nowhere.st_rdev;
}

Result<vault::File> open_movers_log(const std::string& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) == 0 && facts.st_size > static_cast<off_t>(log_bytes_max)) {
    std::rename(file.c_str(), (file + ".1").c_str());
  }
  vault::File log(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!log) {
    return fail(Code::bad_state, fmt::format("cannot open '{}': {}", file, vault::system_words()));
  }
  return log;
}

}  // namespace rft
