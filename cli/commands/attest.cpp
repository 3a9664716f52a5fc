// mpk attest: sign a predicate about an artifact and attach it.
#include "aibom/validate.hpp"
#include "attest/predicate_type.hpp"
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "flow/attach.hpp"
#include "json/parse.hpp"
#include "options/options.hpp"
#include "render/signed_by.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  SigningOptions signing;
  std::string reference;
  std::optional<std::string> type, predicate;
};

Result<int> run(const Options& o, Session& session) {
  if (!o.type || !o.predicate) {
    return Error(ErrorKind::usage,
                 o.type ? "--predicate FILE is missing" : "--type TYPE is missing",
                 "for example --type slsaprovenance1 --predicate provenance.json");
  }
  auto type = TRY(attest::predicate_type_uri(*o.type));
  auto text = TRY(session.flag_file("--predicate", *o.predicate, limits::kBundle / 2));
  auto predicate = json::parse(text, {.max_depth = 48});
  if (!predicate) {
    return std::move(predicate)
        .error()
        .with("--predicate " + *o.predicate)
        .with_kind(ErrorKind::usage);
  }
  if (!predicate->is_object())
    return Error(ErrorKind::usage, "--predicate " + *o.predicate + ": expected a JSON object");
  if (attest::is_cyclonedx(type)) {
    auto problems = TRY(aibom::validate_aibom(*predicate));
    if (aibom::has_errors(problems)) {
      return Error(ErrorKind::usage,
                   "--predicate " + *o.predicate + ": not a valid CycloneDX document: " +
                       (problems.front().pointer.empty() ? "" : problems.front().pointer + ": ") +
                       problems.front().message,
                   "mpk aibom validate " + *o.predicate + " lists every problem");
    }
  }
  auto reference = TRY(parse_reference(o.reference));
  auto request = TRY(o.signing.resolve(session));
  auto context = session.context(o.registry.plain_http);
  auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
  auto root = TRY(flow::resolve(*store, reference));
  auto signer = TRY(flow::prepare_signer(context, request));
  auto attached =
      TRY(flow::sign_and_attach(context, *store, reference, root, type, *predicate, *signer));
  if (session.json()) {
    session.print_json({{"kind", "Attested"},
                        {"reference", reference.text()},
                        {"digest", root.digest.text()},
                        {"predicateType", type},
                        {"referrer", attached.referrer.digest.text()},
                        {"identity", signer->identity()},
                        {"issuer", signer->issuer()},
                        {"log", attached.log_url},
                        {"logIndex", attached.log_index}});
  } else {
    session.print("attested  " + reference.name() + "@" + root.digest.text() + " · " + type + " " +
                  signed_by(signer->identity(), signer->issuer()) +
                  logged_at(attached.log_url, attached.log_index));
  }
  return 0;
}

}  // namespace

Command attest_command() {
  return {.path = {"attest"},
          .summary = "Sign a predicate about an artifact and attach it",
          .description =
              "Any in-toto predicate: TYPE is a short name (slsaprovenance1, cyclonedx, spdxjson, "
              "vuln, …) or\n"
              "a URI. A CycloneDX document is validated first.",
          .examples =
              {{"mpk attest ghcr.io/acme/llm:1.0 --type cyclonedx --predicate bom.json",
                "an aiBOM that was completed by hand"},
               {"mpk attest ghcr.io/acme/llm:1.0 --type slsaprovenance1 --predicate prov.json",
                "provenance made elsewhere"},
               {"mpk attest ghcr.io/acme/llm:1.0 --type https://example.com/eval/v1 --predicate "
                "eval.json",
                "a predicate of your own"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REF", o->reference, "Artifact", ValueKind::reference);
            set.option("--type", "TYPE", o->type, "Predicate type: short name or URI");
            set.suggest(attest::predicate_type_words());
            set.option("--predicate", "FILE", o->predicate, "The predicate, JSON", ValueKind::file);
            o->signing.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
