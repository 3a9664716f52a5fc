// mpk admit review: one AdmissionReview in, its answer out.
#include "admit/gate.hpp"
#include "admit/limits.hpp"
#include "base/limits.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "flow/verify.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr int kUnavailable = 503;
constexpr int kBadRequest = 400;

struct Options {
  RegistryOptions registry;
  JudgeOptions judge;
  std::optional<std::string> file;
  std::optional<std::string> references, csi_driver;
  std::vector<std::string> exempt;
  bool pin = false, warn = false, refuse_other_images = false, insecure_allow_tags = false;
};

Result<admit::GateOptions> gate_options(const Options& o, Session& session) {
  admit::ReferenceTable::Options table;
  if (o.csi_driver) table.csi_driver = *o.csi_driver;
  if (o.references) {
    const auto text = TRY(session.flag_file("--references", *o.references, limits::kYamlDocument));
    table.rows = TRY(admit::ReferenceTable::read_rows(text, *o.references));
  }
  admit::GateOptions out{.table = TRY(admit::ReferenceTable::make(std::move(table)))};
  out.pin = o.pin;
  out.warn = o.warn;
  out.refuse_other_images = o.refuse_other_images;
  out.insecure_allow_tags = o.insecure_allow_tags;
  out.exempt_namespaces.insert(o.exempt.begin(), o.exempt.end());
  return out;
}

// What can't be read is refused, under the uid that it may have.
int refuse_body(const std::string& body, const Error& error, Session& session) {
  admit::ReviewResponse response{.uid = admit::error_uid(body), .code = kBadRequest};
  response.message = error.text();
  session.print_json(admit::to_json(response));
  return kExitUsage;
}

Result<int> run(const Options& o, Session& session) {
  if (!o.judge.policy.file) {
    return Error(ErrorKind::usage, "--policy FILE is missing",
                 "the gate judges by a policy: mpk policy check FILE says whether it is one");
  }
  const auto options = TRY(gate_options(o, session));
  const auto request = TRY(o.judge.resolve(session));
  const auto body =
      TRY(session.flag_file("", o.file.value_or("-"), admit::limits::kAdmissionReview));
  const auto review = admit::read_review(body);
  if (!review) return refuse_body(body, review.error(), session);
  const auto context = session.context(o.registry.plain_http);
  const auto response = admit::judge_review(
      *review, options, *request.policies, [&](const oci::Reference& reference) {
        return flow::verify_artifact(context, reference, request);
      });
  session.print_json(admit::to_json(response));
  if (response.allowed) return 0;
  return response.code == kUnavailable ? kExitUndecided : kExitFailed;
}

}  // namespace

Command admit_review_command() {
  return {.path = {"admit", "review"},
          .summary = "Answer one AdmissionReview of Kubernetes",
          .description =
              "Reads an AdmissionReview (admission.k8s.io/v1), finds every place of its object "
              "that names "
              "a model\nor an image, verifies each under the policy, and prints the answer. A "
              "reference "
              "without a digest\nis refused, or pinned with --pin. Whatever goes wrong refuses.",
          .examples = {{"mpk admit review --policy prod.yaml < review.json",
                        "as a webhook that shells out"},
                       {"mpk admit review --policy prod.yaml --pin review.json",
                        "for a mutating webhook: tags become digests"},
                       {"mpk admit review --policy prod.yaml --warn review.json",
                        "a dry run: warnings instead of refusals"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.positional("REVIEW", o->file, "AdmissionReview (JSON); default: standard input",
                           ValueKind::file);
            o->judge.add_to(set);
            set.flag("--pin", o->pin,
                     "Answer with patches that put the verified digest behind each tag");
            set.flag("--warn", o->warn,
                     "Allow what would be refused, with a warning for each reason");
            set.flag("--refuse-other-images", o->refuse_other_images,
                     "Refuse container images that no rule of the policy is about");
            set.flag("--insecure-allow-tags", o->insecure_allow_tags,
                     "Let a tag stand for what it names now");
            set.option("--references", "FILE", o->references, "More places to look at (YAML)",
                       ValueKind::file);
            set.option("--csi-driver", "NAME", o->csi_driver, "Name of the ModelPack CSI driver");
            set.option("--exempt", "NAMESPACE", o->exempt,
                       "Let objects of a namespace pass unseen, besides kube-system");
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
