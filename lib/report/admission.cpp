// AdmissionReview v1: the answer of a Kubernetes webhook.
#include "base/text.hpp"
#include "report/parts.hpp"

#include <nlohmann/json.hpp>

namespace mpk::report {
namespace {

Json status_of(const policy::Verdict& verdict) {
  const bool undecided = verdict.outcome() == policy::Verdict::Outcome::undecided;
  return {{"status", "Failure"},
          {"code", undecided ? 503 : 403},
          {"reason", undecided ? "ServiceUnavailable" : "Forbidden"},
          {"message", summary(verdict)}};
}

}  // namespace

std::string admission(const policy::Verdict& verdict) {
  const bool allowed = verdict.outcome() == policy::Verdict::Outcome::passed;
  Json response = {{"uid", ""},
                   {"allowed", allowed},
                   {"warnings", not_checked(verdict)},
                   {"auditAnnotations",
                    {{"verdict", outcome_word(verdict)},
                     {"reference", printable(verdict.reference, kLine)},
                     {"digest", digest_text(verdict)},
                     {"exit-code", std::to_string(verdict.exit_code())}}}};
  response["status"] = allowed ? Json{{"status", "Success"}, {"code", 200}} : status_of(verdict);
  return json::pretty({{"apiVersion", "admission.k8s.io/v1"},
                       {"kind", "AdmissionReview"},
                       {"response", std::move(response)}});
}

}  // namespace mpk::report
