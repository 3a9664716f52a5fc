// mpk attest: sign a predicate about an artifact and attach it.
#include "aibom/validate.hpp"
#include "attest/predicate_form.hpp"
#include "attest/predicate_type.hpp"
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "flow/attach.hpp"
#include "json/parse.hpp"
#include "options/options.hpp"
#include "options/summary_predicate.hpp"
#include "render/signed_by.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  SigningOptions signing;
  std::string reference;
  SummaryPredicateOptions summary;
  std::optional<std::string> type, predicate;
};

// Before anything is signed: what has not the form of its type helps no verifier.
Result<void> check_form(const std::string& type, const Json& predicate, const std::string& file) {
  if (attest::is_cyclonedx(type)) {
    auto problems = TRY(aibom::validate_aibom(predicate));
    if (!aibom::has_errors(problems)) return {};
    return Error(ErrorKind::usage,
                 "--predicate " + file + ": not a valid CycloneDX document: " +
                     (problems.front().pointer.empty() ? "" : problems.front().pointer + ": ") +
                     problems.front().message,
                 "mpk aibom validate " + file + " lists every problem");
  }
  auto form = attest::check_predicate_form(type, predicate);
  if (form) return {};
  return std::move(form)
      .error()
      .with("--predicate " + file)
      .with_kind(ErrorKind::usage)
      .with_hint("the specification of " + type + " asks for it");
}

Result<Json> read_predicate(const Options& o, const std::string& type, Session& session) {
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
  TRY(check_form(type, *predicate, *o.predicate));
  return predicate;
}

Result<int> run(const Options& o, Session& session) {
  const bool summary = o.summary.given();
  if (!o.type || (!o.predicate && !summary)) {
    return Error(ErrorKind::usage,
                 o.type ? "--predicate FILE is missing" : "--type TYPE is missing",
                 "for example --type slsaprovenance1 --predicate provenance.json");
  }
  auto type = TRY(attest::predicate_type_uri(*o.type));
  if (summary) TRY(o.summary.check(type, o.predicate.has_value()));
  auto predicate = summary ? Json() : TRY(read_predicate(o, type, session));
  auto reference = TRY(parse_reference(o.reference));
  auto request = TRY(o.signing.resolve(session));
  auto context = session.context(o.registry.plain_http);
  auto store = TRY(flow::open_store(context, reference, {.mirrors = flow::Mirrors::none}));
  auto root = TRY(flow::resolve(*store, reference));
  if (summary) {
    auto made = TRY(o.summary.predicate(type, reference.with_digest(root.digest), *store,
                                        {.trusted_root = o.signing.trusted_root,
                                         .trust_config = {},
                                         .instance = o.signing.instance},
                                        context, session));
    if (!made.predicate) return made.exit_code;
    predicate = *std::move(made.predicate);
  }
  auto signer = TRY(flow::prepare_signer(context, request));
  auto attached =
      TRY(flow::sign_and_attach(context, *store, reference, root, type, predicate, *signer));
  if (session.json()) {
    session.print_json({{"kind", "Attested"},
                        {"reference", reference.text()},
                        {"digest", root.digest.text()},
                        {"predicateType", attached.predicate_type},
                        {"referrer", attached.referrer.digest.text()},
                        {"aibom", attached.aibom ? Json(attached.aibom->digest.text()) : Json()},
                        {"identity", signer->identity()},
                        {"issuer", signer->issuer()},
                        {"log", attached.log_url},
                        {"logIndex", attached.log_index}});
  } else {
    session.print("attested  " + reference.name() + "@" + root.digest.text() + " · " + type + " " +
                  signed_by(signer->identity(), signer->issuer()) +
                  logged_at(attached.log_url, attached.log_index));
    if (attached.aibom) session.print("aibom     by reference: too large for " + attached.log_url);
  }
  return 0;
}

}  // namespace

Command attest_command() {
  return {
      .summary = "Sign a predicate about an artifact and attach it",
      .description =
          "Any in-toto predicate: TYPE is a short name (slsaprovenance1, cyclonedx, vsa, "
          "test-result, …)\n"
          "or a URI. A predicate of a known type that has not its form is refused. With --policy "
          "instead\nof --predicate, vsa and svr sum up a verification: everything is checked, "
          "and only a pass is\nsigned.",
      .examples = {{"mpk attest ghcr.io/acme/llm:1.0 --type cyclonedx --predicate bom.json",
                    "an aiBOM that was completed by hand"},
                   {"mpk attest ghcr.io/acme/llm:1.0 --type slsaprovenance1 --predicate prov.json",
                    "provenance made elsewhere"},
                   {"mpk attest ghcr.io/acme/llm:1.0 --type vsa --policy prod.yaml",
                    "a summary that admission can rely on"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.positional("REF", o->reference, "Artifact", ValueKind::reference);
        set.option("--type", "TYPE", o->type, "Predicate type: short name or URI");
        set.suggest(attest::predicate_type_words());
        set.option("--predicate", "FILE", o->predicate, "The predicate, JSON", ValueKind::file);
        o->summary.add_to(set);
        o->signing.add_to(set);
        o->registry.add_to(set);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
