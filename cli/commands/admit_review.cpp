// mpk admit review: one AdmissionReview in, its answer out.
#include "admit/gate.hpp"
#include "admit/limits.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "flow/verify.hpp"
#include "json/parse.hpp"
#include "options/gate_options.hpp"
#include "options/judge_options.hpp"
#include "options/options.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  RegistryOptions registry;
  JudgeOptions judge;
  GateFlags gate;
  std::optional<std::string> file;
  bool pin = false;
};

void print_answer(const admit::ReviewResponse& response, Session& session) {
  session.print_json(json::parse(admit::answer_text(response)).take());
}

// What can't be read is refused, under the uid that it may have.
int refuse_body(const std::string& body, const Error& error, Session& session) {
  admit::ReviewResponse response{.uid = admit::error_uid(body), .code = admit::kBadRequest};
  response.message = error.text();
  print_answer(response, session);
  return kExitUsage;
}

Result<int> run(const Options& o, Session& session) {
  if (!o.judge.policy.file) return policy_missing();
  auto request = TRY(o.judge.resolve(session));
  auto options = TRY(o.gate.resolve(session, request));
  options.pin = o.pin;
  const auto body =
      TRY(session.flag_file("", o.file.value_or("-"), admit::limits::kAdmissionReview));
  const auto review = admit::read_review(body);
  if (!review) return refuse_body(body, review.error(), session);
  const auto context = session.context(o.registry.plain_http);
  const auto response = admit::judge_review(
      *review, options, *request.policies,
      [&](const oci::Reference& reference) -> Result<std::shared_ptr<const policy::Verdict>> {
        return std::make_shared<const policy::Verdict>(
            TRY(flow::verify_artifact(context, reference, request)));
      });
  print_answer(response, session);
  if (response.allowed) return 0;
  return response.code == admit::kUnavailable ? kExitUndecided : kExitFailed;
}

}  // namespace

Command admit_review_command() {
  return {.summary = "Answer one AdmissionReview of Kubernetes",
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
            o->gate.add_warn_to(set);
            o->gate.add_to(set);
            o->registry.add_to(set);
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
