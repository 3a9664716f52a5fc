// mpk policy check: is this a policy, and what does it ask for?
#include "base/text.hpp"
#include "commands/commands.hpp"
#include "options/policy_option.hpp"
#include "session.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  std::string file;
};

std::vector<std::string> demands(const policy::Policy& rule) {
  std::vector<std::string> out;
  if (rule.signature_required) out.emplace_back("signature");
  for (const auto& wanted : rule.attestations)
    out.push_back("attestation " + wanted.predicate_type);
  if (rule.provenance && rule.provenance->required) out.emplace_back("provenance");
  if (rule.aibom && rule.aibom->required) out.emplace_back("aibom");
  if (rule.content && rule.content->scan_required) out.emplace_back("scan");
  if (rule.lineage) out.push_back("lineage to depth " + std::to_string(rule.lineage->depth));
  if (rule.vsa) out.emplace_back(rule.vsa->required ? "vsa" : "vsa, or all of it");
  return out;
}

Result<int> run(const Options& o, Session& session) {
  PolicyOption option;
  option.file = o.file;
  const auto policies = TRY(option.resolve(session));
  if (session.json()) {
    Json rules = Json::array();
    for (const auto& rule : policies->rules) {
      rules.push_back({{"match", policy::texts(rule.match)},
                       {"asksFor", demands(rule)},
                       {"signers", rule.signers.size()},
                       {"threshold", rule.threshold}});
    }
    session.print_json({{"kind", "PolicyCheck"},
                        {"file", o.file},
                        {"name", policies->name},
                        {"digest", policies->digest.text()},
                        {"rules", rules}});
    return 0;
  }
  session.print(printable(policies->name, 200) + " · " + policies->digest.text());
  for (const auto& rule : policies->rules) {
    const auto about =
        rule.match.empty() ? "every reference" : join(policy::texts(rule.match), ", ");
    session.print("  " + printable(about, 300) + ": " + join(demands(rule), ", ") + " · " +
                  std::to_string(rule.threshold) + " of " + std::to_string(rule.signers.size()) +
                  (rule.signers.size() == 1 ? " signer" : " signers"));
  }
  return 0;
}

}  // namespace

Command policy_check_command() {
  return {.summary = "Read a policy file and say what it asks for",
          .description =
              "Refuses what verify would refuse: an unknown key, a pattern that does not "
              "compile, a\nthreshold that nobody can reach. Prints the digest that "
              "verdicts and summaries name.",
          .examples = {{"mpk policy check prod.yaml", "before it is used"},
                       {"mpk policy check prod.yaml --format json", "for CI"},
                       {"cat prod.yaml | mpk policy check -", "a pipe"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("FILE", o->file, "Policy (YAML), - for standard input", ValueKind::file);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
