// mpk key import: a private key in another form, sealed anew.
#include "commands/commands.hpp"
#include "keys/key_file.hpp"
#include "options/key_access.hpp"
#include "options/new_key.hpp"
#include "session.hpp"

namespace mpk::cli {
namespace {

struct Options {
  NewKeyOptions file;
  std::string source;
  std::optional<std::string> output;
};

Result<int> run(const Options& o, Session& session) {
  if (!o.output) return Error(ErrorKind::usage, "-o FILE is missing");
  if (o.source.starts_with("pkcs11:")) {
    return Error(ErrorKind::usage, "a key in a token stays there",
                 "use the pkcs11: URI itself as the key");
  }
  TRY(o.file.check(*o.output));
  const auto key = TRY(keys::load_private_key(o.source, key_access(session)));
  TRY(o.file.write(session, key, *o.output));
  return 0;
}

}  // namespace

Command key_import_command() {
  return {
      .summary = "Write a private key in another form, sealed with a new password",
      .description =
          "Reads PKCS#8 (plain or encrypted), SEC1, PKCS#1 and cosign's key files, and writes what "
          "\"mpk key\n"
          "generate\" writes. The old password is taken from MPK_KEY_PASSWORD, COSIGN_PASSWORD, or "
          "the terminal.",
      .examples = {{"mpk key import old.pem -o release.key", "for cosign and mpk"},
                   {"mpk key import cosign.key --form pkcs8 -o release.pem", "for openssl"},
                   {"mpk key import env://SIGNING_KEY --password-file pw -o release.key",
                    "from a variable"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("FILE", o->source, "Private key, or env://VARIABLE", ValueKind::file);
        set.option("-o,--output", "FILE", o->output, "New private key's file", ValueKind::file);
        o->file.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
