// mpk key public: the public key of any source.
#include "commands/commands.hpp"
#include "keys/algorithm.hpp"
#include "keys/signing_key.hpp"
#include "options/key_access.hpp"
#include "options/output_file.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  std::string key;
  std::optional<std::string> output;
};

Result<int> run(const Options& o, Session& session) {
  if (o.output) TRY(check_output(*o.output));
  const auto key = TRY(keys::open_public_key(o.key, key_access(session)));
  if (o.output) TRY(write_output(*o.output, key.pem()));
  if (session.json()) {
    session.print_json({{"kind", "PublicKey"},
                        {"source", keys::source_name(o.key)},
                        {"algorithm", keys::algorithm_name(key)},
                        {"fingerprint", key.fingerprint().text()},
                        {"pem", key.pem()}});
  } else if (o.output) {
    session.say("written to " + *o.output);
  } else {
    session.print_raw(key.pem());
  }
  return 0;
}

}  // namespace

Command key_public_command() {
  return {
      .summary = "Print the public key of a key, wherever it is kept",
      .description =
          "KEY is a file (private or public key, certificate), env://VARIABLE, a pkcs11: URI, or "
          "NAME://KEY\n"
          "of a key plugin. A password or PIN is asked for only where there is no other way.",
      .examples = {{"mpk key public release.key > release.pub", "from a private key's file"},
                   {"mpk key public 'pkcs11:token=release;object=model'", "from a token"},
                   {"mpk key public awskms:///alias/release --format json",
                    "through the plugin sigstore-kms-awskms"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("KEY", o->key, "File or URI", ValueKind::file);
        set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                   ValueKind::file);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
