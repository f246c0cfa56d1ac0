// rft cred add, ls, rm: credentials in the service's vault. A password comes from a prompt, a file
// or stdin, never from an argument (P12).
#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <memory>
#include <ostream>

#include "base/secret.h"
#include "cli/context.h"
#include "cli/figures.h"
#include "cli/record_text.h"

namespace rft::cli {
namespace {

constexpr std::size_t password_length_max = 1'024;

struct Adding {
  std::string proxy;
  std::string endpoint;
  std::string user;
  std::string password_file;  // "-": stdin
};

class NoEcho {
 public:
  NoEcho() {
    tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

 private:
  termios before_{};
};

// The first line, without its end.
Result<Secret> read_line(std::istream& in, std::string_view from) {
  std::string line;
  line.reserve(password_length_max + 1);  // no copies of it are left behind by growing
  for (char c = 0; line.size() <= password_length_max && in.get(c) && c != '\n';) line += c;
  if (line.ends_with('\r')) line.pop_back();
  Secret password(std::move(line));
  if (password.empty()) return fail(Code::invalid_credential, fmt::format("{}: no password", from));
  if (password.reveal().size() > password_length_max) {
    return fail(Code::invalid_credential,
                fmt::format("{}: the password is longer than {} bytes", from, password_length_max));
  }
  return password;
}

Result<Secret> read_password(Context& context, const Adding& adding) {
  if (adding.password_file == "-") return read_line(context.terminal.in, "stdin");
  if (!adding.password_file.empty()) {
    std::ifstream file(adding.password_file);
    if (!file) {
      return fail(Code::invalid_credential,
                  fmt::format("{}: {}", adding.password_file, std::strerror(errno)));
    }
    return read_line(file, adding.password_file);
  }
  if (!context.terminal.keys) {
    return fail(Code::invalid_request,
                "there is no terminal to ask for the password; use --password-file FILE, or - for "
                "stdin");
  }
  context.terminal.err << fmt::format("Password of {} at {}: ", shown(adding.user),
                                      shown(adding.endpoint))
                       << std::flush;
  const NoEcho silent;
  auto password = read_line(context.terminal.in, "the terminal");
  context.terminal.err << '\n';
  return password;
}

Result<StoredCredential> add_password(Context& context, Client& client, const Adding& adding) {
  auto password = read_password(context, adding);
  if (!password) return tl::unexpected(password.error());
  return client.add_password(adding.endpoint, adding.user, password->reveal());
}

void add(Context& context, const Adding& adding) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto stored = adding.endpoint.empty() ? client->add_proxy(adding.proxy)
                                              : add_password(context, *client, adding);
  if (!stored) return context.failed(stored.error());
  context.terminal.out << (context.json ? stored->json : stored->id) << '\n';
}

void ls(Context& context) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto stored = client->credentials();
  if (!stored) return context.failed(stored.error());
  if (!context.json) {
    context.terminal.out << credentials_text(*stored);
    return;
  }
  for (const StoredCredential& one : *stored) context.terminal.out << one.json << '\n';
}

void rm(Context& context, const std::vector<std::string>& ids) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  for (const std::string& id : ids) {
    const auto removed = client->remove_credential(id);
    if (!removed) context.failed(removed.error());
  }
}

}  // namespace

void add_cred(CLI::App& app, Context& context) {
  CLI::App* cred = app.add_subcommand("cred", "Credentials that the service keeps for you.");
  cred->require_subcommand(1);

  CLI::App* add_command = cred->add_subcommand(
      "add",
      "Hand over your proxy (X509_USER_PROXY, else /tmp/x509up_u<uid>), or a user name and "
      "password "
      "for an endpoint, and print the credential's id. The same one again is renewed.");
  auto adding = std::make_shared<Adding>();
  CLI::Option* proxy =
      add_command->add_option("--proxy", adding->proxy, "another proxy file")->type_name("FILE");
  CLI::Option* endpoint =
      add_command->add_option("--endpoint", adding->endpoint, "what the password is for")
          ->type_name("ftp://HOST[:PORT]")
          ->excludes(proxy);
  CLI::Option* user =
      add_command->add_option("--user", adding->user, "the user's name")->needs(endpoint);
  endpoint->needs(user);
  add_command
      ->add_option("--password-file", adding->password_file,
                   "its first line is the password; - is stdin. Without it you are asked")
      ->type_name("FILE")
      ->needs(endpoint);
  add_command->callback([&context, adding] { add(context, *adding); });

  cred->add_subcommand("ls", "List them; no secret is ever shown.")->callback([&context] {
    ls(context);
  });

  CLI::App* rm_command = cred->add_subcommand("rm", "Remove credentials that no transfer needs.");
  auto ids = std::make_shared<std::vector<std::string>>();
  rm_command->add_option("id", *ids, "as of 'rft cred ls'")->required();
  rm_command->callback([&context, ids] { rm(context, *ids); });
}

}  // namespace rft::cli
