// mpk policy export: a policy as objects of another gate, and what it loses there.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "commands/commands.hpp"
#include "crypto/certificate.hpp"
#include "policy/export.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr const char* kProviderUrl = "https://mpk-gate.mpk-system.svc/gatekeeper";

struct Options {
  std::string file, to = "kyverno";
  std::optional<std::string> provider_url, provider_ca;
  bool strict = false;
};

Result<policy::ExportOptions> options_of(const Options& o, Session& session) {
  policy::ExportOptions out;
  if (o.to == "policy-controller") out.target = policy::ExportTarget::policy_controller;
  if (o.to == "gatekeeper") out.target = policy::ExportTarget::gatekeeper;
  const bool asks_mpk = out.target == policy::ExportTarget::gatekeeper;
  if (!asks_mpk && (o.provider_url || o.provider_ca)) {
    return Error(ErrorKind::usage,
                 "--provider-url and --provider-ca are for --to gatekeeper only, which asks mpk");
  }
  out.provider_url = o.provider_url.value_or(kProviderUrl);
  const auto url = Url::parse(out.provider_url);
  if (!url || url->scheme != "https" || !url->userinfo.empty()) {
    return Error(ErrorKind::usage, "--provider-url " +
                                       printable(url ? url->redacted() : out.provider_url, 200) +
                                       ": Gatekeeper asks https addresses only");
  }
  if (o.provider_ca) {
    out.provider_ca = TRY(session.flag_file("--provider-ca", *o.provider_ca, limits::kTrustedRoot));
    const auto list = crypto::Certificate::list_from_pem(out.provider_ca);
    if (!list) {
      return Error(list.error())
          .with("--provider-ca " + *o.provider_ca)
          .with_kind(ErrorKind::usage);
    }
  }
  return out;
}

const char* word(policy::ExportNote::Effect effect) {
  return effect == policy::ExportNote::Effect::weaker ? "weaker" : "stricter";
}

Result<int> run(const Options& o, Session& session) {
  const auto options = TRY(options_of(o, session));
  const auto text = TRY(session.flag_file("", o.file, limits::kYamlDocument));
  const auto exported = TRY(policy::export_policy(text, o.file, options));
  Json notes = Json::array();
  for (const auto& note : exported.notes) {
    notes.push_back({{"key", note.key}, {"effect", word(note.effect)}, {"text", note.text}});
    session.warn(std::string(word(note.effect)) + ": " + note.key + ": " + note.text);
  }
  const bool refused = o.strict && !exported.notes.empty();
  if (session.json()) {
    session.print_json({{"kind", "PolicyExport"},
                        {"file", o.file},
                        {"to", o.to},
                        {"notes", std::move(notes)},
                        {"yaml", refused ? Json(nullptr) : Json(exported.yaml)}});
  } else if (!refused) {
    session.print_raw(exported.yaml);
  }
  if (refused) session.warn("nothing is exported: --strict, and it would not be the same policy");
  return refused ? 1 : 0;
}

}  // namespace

Command policy_export_command() {
  return {
      .summary = "Print a policy as objects of another admission controller",
      .description =
          "An ImageValidatingPolicy of Kyverno, ClusterImagePolicies of Sigstore's "
          "policy-controller, or what\nmakes Gatekeeper ask mpk. What a gate can't have as the "
          "policy says is told key by key, on standard\nerror and in comments.",
      .examples =
          {{"mpk policy export prod.yaml --to kyverno > kyverno.yaml", "and read the warnings"},
           {"mpk policy export prod.yaml --to policy-controller --strict",
            "only if nothing gets lost"},
           {"mpk policy export prod.yaml --to gatekeeper --provider-ca ca.pem | kubectl apply -f -",
            "mpk itself judges"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("FILE", o->file, "Policy (YAML), - for standard input", ValueKind::file);
        set.choice("--to", o->to, {"kyverno", "policy-controller", "gatekeeper"}, "Which gate");
        set.flag("--strict", o->strict, "Print nothing, exit code 1, where anything gets lost");
        set.option("--provider-url", "URL", o->provider_url,
                   std::string("Where mpk answers Gatekeeper (default: ") + kProviderUrl + ")");
        set.option("--provider-ca", "FILE", o->provider_ca,
                   "Authority (PEM) of mpk's certificate there", ValueKind::file);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
