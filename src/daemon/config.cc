#include "daemon/config.h"

#include <fmt/format.h>

#include <stdexcept>

// toml++ 3.3 asserts what a file can break ("[~"): there it is the file that is wrong.
namespace rft {
[[noreturn]] static void refuse_toml() {
  throw std::invalid_argument("this is no TOML");
}
}  // namespace rft
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::rft::refuse_toml())
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numeric>
#include <vector>

#include "daemon/toml_ascii.h"

namespace rft {
namespace {

enum class Form : std::uint8_t { decimal, octal };

struct NumberKey {
  std::string_view name;
  std::string_view says;
  std::uint32_t& (*in)(Config&);
  std::uint32_t least, most;
  Form form = Form::decimal;
};

struct TextKey {
  std::string_view name;
  std::string_view says;
  std::string& (*in)(Config&);
  bool (*fits)(std::string_view);
  std::string_view wants;
};

constexpr std::uint32_t years_100 = 36500;  // in days
constexpr std::uint32_t many = 100'000;

constexpr std::array number_keys{
    NumberKey{"socket_mode",
              "who may connect to the socket; the owner of transfers is the peer's uid",
              [](Config& c) -> std::uint32_t& { return c.socket_mode; }, 0600, 0777, Form::octal},
    NumberKey{"keep.finished_days", "how long records of finished transfers are kept",
              [](Config& c) -> std::uint32_t& { return c.keep_finished_days; }, 1, years_100},
    NumberKey{"keep.events_days", "how long the history is kept",
              [](Config& c) -> std::uint32_t& { return c.keep_events_days; }, 1, years_100},
    NumberKey{"credentials.look_seconds", "how often remembered proxy files are looked at",
              [](Config& c) -> std::uint32_t& { return c.proxy_look_seconds; }, 1, 3600},
    NumberKey{"limits.active_max", "transfers that move at once",
              [](Config& c) -> std::uint32_t& { return c.limits.active_max; }, 1, many},
    NumberKey{
        "limits.active_per_endpoint_max", "of these with one endpoint as source or destination",
        [](Config& c) -> std::uint32_t& { return c.limits.active_per_endpoint_max; }, 1, many},
    NumberKey{"limits.active_per_owner_max", "of these for one owner",
              [](Config& c) -> std::uint32_t& { return c.limits.active_per_owner_max; }, 1, many},
    NumberKey{"limits.streams_default", "parallel TCP streams of a transfer",
              [](Config& c) -> std::uint32_t& { return c.limits.streams_default; }, 1, 64},
    NumberKey{"limits.open_max", "transfers and lists that are committed or active, in memory",
              [](Config& c) -> std::uint32_t& { return c.limits.open_max; }, 1, 10'000'000},
    NumberKey{"limits.tasks_per_mover_max", "transfers that one mover process works on",
              [](Config& c) -> std::uint32_t& { return c.limits.tasks_per_mover_max; }, 1, 1024},
};

constexpr std::array<std::string_view, 6> log_levels{"trace", "debug", "info",
                                                     "warn",  "error", "critical"};

// Without what would need an escape in the file that describe() writes.
bool is_absolute_or_empty(std::string_view text) {
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\';
  };
  return text.empty() || (text.front() == '/' && std::ranges::all_of(text, plain));
}
bool is_log_level(std::string_view text) {
  return std::ranges::find(log_levels, text) != log_levels.end();
}

constexpr std::string_view a_path = "an absolute path";
constexpr std::array text_keys{
    TextKey{"state_folder",
            "where database, key, locks and sockets stand; \"\": by the environment",
            [](Config& c) -> std::string& { return c.state_folder; }, is_absolute_or_empty, a_path},
    TextKey{"socket", "the socket of the API; \"\": rftd.sock in the state folder",
            [](Config& c) -> std::string& { return c.socket; }, is_absolute_or_empty, a_path},
    TextKey{"cert_dir",
            "the trusted certificate authorities; \"\": X509_CERT_DIR or the usual folder",
            [](Config& c) -> std::string& { return c.cert_dir; }, is_absolute_or_empty, a_path},
    TextKey{"mover", "the program rft-mover; \"\": RFT_MOVER, or beside rftd, or in PATH",
            [](Config& c) -> std::string& { return c.mover; }, is_absolute_or_empty, a_path},
    TextKey{"log_level", "trace, debug, info, warn, error or critical",
            [](Config& c) -> std::string& { return c.log_level; }, is_log_level,
            "one of trace, debug, info, warn, error, critical"},
};

// Levenshtein's distance: how many letters to change, add or drop.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

std::string_view nearest_key(std::string_view wrong) {
  std::vector<std::string_view> names;
  names.reserve(number_keys.size() + text_keys.size());
  for (const auto& key : number_keys) names.push_back(key.name);
  for (const auto& key : text_keys) names.push_back(key.name);
  return *std::ranges::min_element(names, {}, [&](auto name) {
    // A key that was only put into the wrong table is nearer than any other.
    const auto last = [](std::string_view n) { return n.substr(n.rfind('.') + 1); };
    return last(name) == last(wrong) ? 0 : distance(name, wrong);
  });
}

// Walks a parsed file and puts what it finds into a Config.
class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  Result<Config> read(const toml::table& root) {
    if (auto fine = walk(root, ""); !fine) return tl::unexpected(fine.error());
    return std::move(config_);
  }

 private:
  Result<void> walk(const toml::table& table, const std::string& prefix) {
    for (const auto& [key, node] : table) {
      const std::string path = prefix + std::string(key.str());
      auto fine = node.is_table() ? walk(*node.as_table(), path + ".") : set(path, node);
      if (!fine) return fine;
    }
    return {};
  }

  Result<void> set(const std::string& path, const toml::node& node) {
    for (const auto& key : number_keys) {
      if (key.name == path) return set_number(key, node);
    }
    for (const auto& key : text_keys) {
      if (key.name == path) return set_text(key, node);
    }
    return refuse(node,
                  fmt::format("there is no key '{}'; did you mean '{}'?", path, nearest_key(path)));
  }

  Result<void> set_number(const NumberKey& key, const toml::node& node) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < key.least || *value > key.most) {
      return refuse(node, key.form == Form::octal
                              ? fmt::format("'{}' must be a mode from 0o{:o} to 0o{:o}", key.name,
                                            key.least, key.most)
                              : fmt::format("'{}' must be a whole number from {} to {}", key.name,
                                            key.least, key.most));
    }
    key.in(config_) = static_cast<std::uint32_t>(*value);
    return {};
  }

  Result<void> set_text(const TextKey& key, const toml::node& node) {
    const auto value = node.value_exact<std::string>();
    if (!value || !key.fits(*value)) {
      return refuse(node, fmt::format("'{}' must be {} in quotes", key.name, key.wants));
    }
    key.in(config_) = *value;
    return {};
  }

  tl::unexpected<Error> refuse(const toml::node& node, const std::string& detail) const {
    return fail(Code::invalid_config,
                fmt::format("{}, line {}: {}", name_, node.source().begin.line, detail));
  }

  std::string name_;
  Config config_;
};

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& name) {
  const auto ascii = toml_in_ascii(text);
  if (!ascii) {
    return fail(Code::invalid_config,
                fmt::format("{}, line {}: characters beyond ASCII belong, as UTF-8, into double "
                            "quotes or a comment, and quotes begin and end in one line",
                            name, ascii.error()));
  }
  try {
    return Reader(name).read(toml::parse(*ascii, name));
  } catch (const toml::parse_error& error) {
    return fail(Code::invalid_config, fmt::format("{}, line {}: {}", name,
                                                  error.source().begin.line, error.description()));
  } catch (const std::invalid_argument& error) {
    return fail(Code::invalid_config, fmt::format("{}: {}", name, error.what()));
  }
}

Result<Config> read_config(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(config_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.is_open() || in.bad()) {
    return fail(Code::invalid_config, fmt::format("cannot read the configuration file '{}'", file));
  }
  if (text.size() > config_bytes_max) {
    return fail(Code::invalid_config,
                fmt::format("{} is longer than {} bytes", file, config_bytes_max));
  }
  return parse_config(text, file);
}

std::string describe(const Config& config) {
  Config values = config;
  std::string top, tables, table;
  for (const auto& key : text_keys) {
    top += fmt::format("{} = \"{}\"  # {}\n", key.name, key.in(values), key.says);
  }
  for (const auto& key : number_keys) {
    const std::uint32_t value = key.in(values);
    const std::string shown =
        key.form == Form::octal ? fmt::format("0o{:o}", value) : fmt::format("{}", value);
    const std::size_t dot = key.name.find('.');
    const std::string_view under = dot == std::string_view::npos ? "" : key.name.substr(0, dot);
    if (under != table) tables += fmt::format("\n[{}]\n", table = under);
    auto& out = under.empty() ? top : tables;
    out += fmt::format("{} = {}  # {}\n", key.name.substr(dot + 1), shown, key.says);
  }
  return top + tables;
}

Result<std::string> default_state_folder() {
  if (auto folder = from_environment("RFT_STATE_DIR"); !folder.empty()) return folder;
  if (auto folder = from_environment("XDG_STATE_HOME"); !folder.empty()) return folder + "/rft";
  if (auto home = from_environment("HOME"); !home.empty()) return home + "/.local/state/rft";
  return fail(Code::invalid_config,
              "no state folder is known: set RFT_STATE_DIR, or state_folder in the configuration");
}

std::string default_cert_dir() {
  const std::string folder = from_environment("X509_CERT_DIR");
  return folder.empty() ? "/etc/grid-security/certificates" : folder;
}

}  // namespace rft
