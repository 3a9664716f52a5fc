// gate: one Kubernetes object against a policy, whoever has asked.
#pragma once

#include "admit/references.hpp"
#include "admit/review.hpp"
#include "base/result.hpp"
#include "oci/reference.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::admit {

struct GateOptions {
  std::shared_ptr<const ReferenceTable> table;  // never null
  /// Refuses a container's image that no rule of the policy is about, too. Other places always do.
  bool refuse_other_images = false;
  /// Lets a tag stand for what it names now. The kubelet resolves it again.
  bool insecure_allow_tags = false;
  /// Refuses MCP servers that the object wires in (admit/wired_servers.hpp) and the aiBOMs of its
  /// models do not pin; of an object without a model, those of `agent_models`. Verdicts must have
  /// read the aiBOM.
  bool pinned_agents = false;
  std::vector<oci::Reference> agent_models;
  /// Answers with patches: each tag becomes the digest that was verified.
  bool pin = false;
  /// Allows what it would refuse, with a warning for each reason.
  bool warn = false;
  /// Objects in them are let pass unseen, so that a gate that is down can be repaired.
  std::set<std::string> exempt_namespaces = {"kube-system"};
};

/// Verifies one reference. Called for each reference once, in the object's order.
using VerifyReference =
    std::function<Result<std::shared_ptr<const policy::Verdict>>(const oci::Reference& reference)>;
/// Told of each reference that will be verified before the first of them is, so that all can be
/// under way at once.
using AnnounceReference = std::function<void(const oci::Reference& reference)>;

/// Deletions and what is on its way out pass. Of an update only references that the old object has
/// not are judged, unless its annotations (admit/demands.hpp) differ. All others must pass: an
/// object is refused with the reason of each reference that does not (403, or 503 when it could not
/// be decided), and never let pass because of an error.
ReviewResponse judge_review(const ReviewRequest& request, const GateOptions& options,
                            const policy::PolicyFile& policy, const VerifyReference& verify,
                            const AnnounceReference& announce = {});

/// Why a reference is refused before anything is verified.
struct Objection {
  std::string text, code;
  std::string with_code() const;  // "TEXT [CODE]"
};
/// nullopt: it may be verified. "no-rule", and "tag-not-pinned" unless `options` take tags.
std::optional<Objection> objection_to(const oci::Reference& reference, const GateOptions& options,
                                      const policy::PolicyFile& policy);
/// It passed, and says which digest did.
bool admits(const policy::Verdict& verdict);
/// "signature: nobody of those allowed has signed [no-signature]": the failure that decides; for
/// who is told one line. Of a verdict that did not pass.
std::string reason_of(const policy::Verdict& verdict);
/// Status, code and reason of a verdict that did not pass.
void refuse_by(const policy::Verdict& verdict, Finding& finding);

}  // namespace mpk::admit
