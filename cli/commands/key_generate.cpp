// mpk key generate: a new key pair in two files.
#include "commands/commands.hpp"
#include "crypto/key.hpp"
#include "keys/algorithm.hpp"
#include "options/new_key.hpp"
#include "session.hpp"

namespace mpk::cli {
namespace {

struct Options {
  NewKeyOptions file;
  std::string type = "ecdsa-sha2-256-nistp256";
  std::optional<std::string> output;
};

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const auto& algorithm : keys::algorithms()) out.emplace_back(algorithm.name);
  for (const auto& algorithm : keys::algorithms()) {
    if (algorithm.brief != algorithm.name) out.emplace_back(algorithm.brief);
  }
  return out;
}

Result<int> run(const Options& o, Session& session) {
  const auto* algorithm = keys::find_algorithm(o.type);
  const std::string file = o.output.value_or("mpk.key");
  TRY(o.file.check(file));
  const unsigned bits = algorithm->rsa_bits == 0 ? 2048 : algorithm->rsa_bits;
  const auto key = TRY(crypto::PrivateKey::generate(algorithm->type, bits));
  TRY(o.file.write(session, key, file));
  return 0;
}

}  // namespace

Command key_generate_command() {
  return {
      .summary = "Make a key pair for signing",
      .description =
          "The private key goes into a file that only you can read, sealed with a password; the\n"
          "public key goes beside it, with the ending .pub. It is never printed.",
      .examples = {{"mpk key generate -o release.key", "asks for a password twice"},
                   {"mpk key generate --form pkcs8 --type ecdsa-p384 -o release.pem",
                    "for openssl: encrypted PKCS#8 on P-384"},
                   {"mpk key generate --password-file pw -o ci.key --format json", "in a script"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.option("-o,--output", "FILE", o->output, "Private key's file; default: mpk.key",
                   ValueKind::file);
        set.choice("--type", o->type, names(), "Algorithm, by Sigstore's name or a short one");
        o->file.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
