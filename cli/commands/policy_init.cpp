// mpk policy init: a policy that an artifact passes, as tight as what was proven of it.
#include "flow/policy_init.hpp"

#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/options.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace mpk::cli {
namespace {

constexpr int kNoSignature = 10;

struct Options {
  RegistryOptions registry;
  TrustOptions trust;
  WhoOptions who;
  std::string reference;
  std::optional<std::string> output, name;
  bool force = false;
};

Result<void> check_free(const std::string& path, bool force) {
  std::error_code ignored;
  if (force || !std::filesystem::is_regular_file(path, ignored)) return {};
  return Error(ErrorKind::exists, path + ": is there already and stays as it is",
               "--force replaces it");
}

// The repository's last part, as people call it.
std::string name_of(const Options& o, const oci::Reference& reference) {
  if (o.name) return *o.name;
  const auto name = reference.name();
  return std::string(split(name, '/').back());
}

Result<int> run(const Options& o, Session& session) {
  const auto reference = TRY(parse_reference(o.reference));
  if (o.output) {
    TRY(check_output(*o.output));
    TRY(check_free(*o.output, o.force));
  }
  auto identities = TRY(o.who.resolve());
  auto root = TRY(o.trust.resolve(session));
  const flow::VerifyRequest base{.identities = std::move(identities),
                                 .trusted_root = std::move(root),
                                 .keys_need_no_root = !o.trust.given()};
  const auto made = flow::start_policy(session.context(o.registry.plain_http), reference, base,
                                       name_of(o, reference));
  if (!made && made.error().kind() == ErrorKind::untrusted)
    return session.refuse(made.error(), kNoSignature);
  if (!made) return Error(made.error());
  for (const auto& note : made->notes) session.warn(note);
  if (o.output) TRY(write_output(*o.output, made->yaml));
  if (session.json()) {
    session.print_json({{"kind", "PolicyStarted"},
                        {"reference", made->verdict.reference},
                        {"file", o.output ? Json(*o.output) : Json(nullptr)},
                        {"policy", made->yaml},
                        {"notes", made->notes},
                        {"verdict", policy::to_json(made->verdict)}});
  } else if (!o.output) {
    session.print_raw(made->yaml);
  }
  if (o.output) {
    session.say("written to " + printable(*o.output, 300));
    session.say("next: read it, then mpk verify " + printable(o.reference, 200) + " --policy " +
                printable(*o.output, 200));
  }
  return 0;
}

}  // namespace

Command policy_init_command() {
  return {.summary = "Start a policy from an artifact: what was proven of it",
          .description =
              "Verifies what is attached under the trusted root, and writes a policy that asks for "
              "just "
              "that: who\nsigned, who built it from what, what the aiBOM says, which formats lie "
              "in the "
              "layers. The artifact is\nverified against it before it is written.",
          .examples =
              {{"mpk policy init ghcr.io/acme/tiny-llama:1.0 -o prod.yaml", "then read it"},
               {"mpk policy init ghcr.io/acme/tiny-llama:1.0 --certificate-identity ci@example.com "
                "--certificate-oidc-issuer https://accounts.google.com",
                "of what one identity signed alone"},
               {"mpk policy init ghcr.io/acme/tiny-llama:1.0 --name prod --format json",
                "with the verdict under it"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REF", o->reference, "Artifact", ValueKind::reference);
            set.option("-o,--output", "FILE", o->output, "Write here instead of standard output",
                       ValueKind::file);
            set.flag("--force", o->force, "Replace the file if it is there");
            set.option("--name", "NAME", o->name, "Name of the policy; else the repository's");
            o->who.add_to(set);
            o->trust.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
