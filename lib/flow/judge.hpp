// judge: what a policy, or who is named on the command line, says of what was gathered.
#pragma once

#include "aibom/agree.hpp"
#include "base/time.hpp"
#include "flow/evidence.hpp"
#include "flow/verify.hpp"
#include "modelpack/artifact.hpp"
#include "policy/verdict.hpp"

#include <string_view>
#include <vector>

namespace mpk::flow {

/// An artifact and its evidence; non-owning.
struct Gathered {
  const Digest& manifest;
  std::string_view manifest_bytes;
  const std::vector<modelpack::LayerFile>& layers;  // empty when it is no model
  const aibom::ArchiveFiles& archives;              // of the layers whose content was read
  const std::vector<CheckedBundle>& bundles;
};

/// Adds a check for all that is asked of the artifact, and facts. Opens nothing, asks no clock.
/// Returns the aiBOMs that count (accepted, the newest first); their base models may be followed.
std::vector<const CheckedBundle*> judge(const VerifyRequest& request, const Gathered& gathered,
                                        Timestamp now, policy::Verdict& verdict);

/// Failures that a signed waiver covers become skips. The last step: after every other check.
void waive(const VerifyRequest& request, const std::vector<CheckedBundle>& bundles, Timestamp now,
           policy::Verdict& verdict);

/// The check "denied", where the policy has a list: the digest of the manifest or of a layer is on
/// it.
void check_denied(const policy::Policy& policy, const std::vector<Digest>& digests,
                  policy::Verdict& verdict);

}  // namespace mpk::flow
