// mpk scan: unsafe content in a file, a directory or an artifact.
#include "flow/scan.hpp"

#include "attest/predicate_form.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "flow/attach.hpp"
#include "flow/signing.hpp"
#include "options/options.hpp"
#include "render/scan.hpp"
#include "scan/report.hpp"
#include "version.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  SigningOptions signing;
  std::string target;
  std::string fail_on = "medium";
  bool attest = false;
};

/// A verdict that refuses is not attached: whoever asks only whether there is one must not find it.
Result<std::string> attest(const Options& o, Session& session, const flow::SigningRequest& request,
                           const flow::ScanOutcome& outcome, scan::Severity fail_on) {
  const auto context = session.context(o.registry.plain_http);
  const auto reference = TRY(parse_reference(o.target));
  const auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
  const auto signer = TRY(flow::prepare_signer(context, request));
  const auto predicate = flow::scan_predicate(outcome.report, fail_on, kVersion);
  const auto attached =
      TRY(flow::sign_and_attach(context, *store, reference, *outcome.manifest,
                                std::string(attest::kTestResult), predicate, *signer));
  return attached.referrer.digest.text();
}

Result<int> run(const Options& o, Session& session) {
  const auto fail_on = TRY(scan::parse_severity(o.fail_on));
  std::string name = o.target;
  const bool artifact = oci::Reference::looks_like(o.target);
  if (o.attest && !artifact)
    return Error(ErrorKind::usage, "--attest needs an artifact, " + o.target + " is a path");
  std::optional<flow::SigningRequest> request;
  if (o.attest) request = TRY(o.signing.resolve(session));
  flow::ScanTarget target = std::filesystem::path(o.target);
  if (artifact) {
    auto reference = TRY(parse_reference(o.target));
    name = reference.text();
    target = std::move(reference);
  }
  const auto outcome = TRY(flow::scan(session.context(o.registry.plain_http), target));
  const auto& report = outcome.report;
  const bool unsafe = report.reaches(fail_on);
  std::optional<std::string> attested;
  if (request && !unsafe) attested = TRY(attest(o, session, *request, outcome, fail_on));
  if (session.json()) {
    auto document = scan::report_json(report, fail_on);
    document["kind"] = "Scan";
    document["target"] = name;
    document["digest"] = nullptr;
    if (outcome.manifest) document["digest"] = outcome.manifest->digest.text();
    document["attestation"] = nullptr;
    if (attested) document["attestation"] = *attested;
    session.print_json(document);
  } else if (session.format() == "sarif") {
    session.print_json(scan::sarif_json(report, kVersion));
  } else if (session.quiet()) {
    session.print_raw(scan_summary(report, fail_on));
  } else {
    session.print_raw(scan_text(report, fail_on, session.verbose()));
  }
  if (attested) session.say("attested  " + *attested);
  if (request && unsafe) session.say("not attested: unsafe");
  return unsafe ? kExitUnsafe : kExitPass;
}

}  // namespace

Command scan_command() {
  return {
      .summary = "Look for unsafe content: pickles that run code, remote code, templates, tricks",
      .description =
          "Nothing is loaded or unpickled: opcodes, headers and archives are read. What is not on "
          "a list of\n"
          "harmless names, and what can't be judged, is unsafe. Exit code 23 when something is.",
      .examples = {{"mpk scan ./tiny-llama", "a directory, before it is packed or loaded"},
                   {"mpk scan ghcr.io/acme/tiny-llama:1.0", "an artifact: its layers are fetched"},
                   {"mpk scan model.pt --format sarif > scan.sarif",
                    "for a code scanning service"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("TARGET", o->target, "File, directory or artifact", ValueKind::reference);
        set.choice("--fail-on", o->fail_on, {"info", "low", "medium", "high", "critical"},
                   "The least severity that makes the exit code 23");
        set.flag("--attest", o->attest, "Sign and attach the verdict, if it is clean");
        o->signing.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      },
      .formats = {"text", "json", "sarif"}};
}

}  // namespace mpk::cli
