// mpk login: check a credential and keep it where docker and podman look.
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "oci/credentials.hpp"
#include "oci/remote_store.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr std::size_t kPasswordCap = 16U << 10;

struct Options {
  RegistryOptions registry_options;
  std::string registry;
  std::optional<std::string> username;
  bool password_stdin = false;
};

Result<int> run(const Options& o, Session& session) {
  if (o.registry.find('/') != std::string::npos) {
    return Error(ErrorKind::usage, o.registry + ": expected the host of a registry",
                 "for example ghcr.io or 127.0.0.1:5000, without a path");
  }
  if (!o.username) return Error(ErrorKind::usage, "-u NAME is missing");
  oci::Credential credential;
  credential.username = *o.username;
  if (o.password_stdin) {
    auto text = TRY(session.flag_file("--password-stdin", "-", kPasswordCap));
    credential.password = std::string(trim(text));
  } else {
    credential.password =
        TRY(session.ask_secret("password for " + *o.username + " at " + o.registry + ": "));
  }
  if (credential.password.empty()) return Error(ErrorKind::usage, "the password is empty");
  auto context = session.context(o.registry_options.plain_http);
  oci::RemoteOptions remote;
  remote.plain_http = o.registry_options.plain_http;
  TRY(oci::check_login(o.registry, credential, context.transport, remote));
  auto saved = TRY(oci::save_credential(o.registry, credential, session.env()));
  if (saved.plain_text) {
    session.warn("the password is kept in " + saved.where +
                 " unencrypted; a credential helper would not");
  }
  if (session.json()) {
    session.print_json({{"kind", "LoggedIn"},
                        {"registry", o.registry},
                        {"username", *o.username},
                        {"storedIn", saved.where},
                        {"plainText", saved.plain_text}});
  } else {
    session.print("logged in to " + o.registry + " as " + *o.username);
  }
  return 0;
}

}  // namespace

Command login_command() {
  return {
      .summary = "Log in to a registry",
      .description =
          "The credential is tried first, then kept by the credential helper that docker's config "
          "names,\n"
          "or in that config. mpk also reads podman's auth.json.",
      .examples = {{"mpk login ghcr.io -u alice", "asks for the password"},
                   {"echo \"$TOKEN\" | mpk login ghcr.io -u alice --password-stdin", "in a script"},
                   {"mpk login 127.0.0.1:5000 -u mpk", "a registry on this machine"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REGISTRY", o->registry, "Host of the registry");
        set.option("-u,--username", "NAME", o->username, "User name");
        set.flag("--password-stdin", o->password_stdin, "Read the password from standard input");
        o->registry_options.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
