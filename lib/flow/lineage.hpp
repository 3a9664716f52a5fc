// lineage: the base models that an aiBOM names, each verified under the policy's rule for it.
#pragma once

#include "aibom/named_bases.hpp"
#include "flow/context.hpp"
#include "flow/evidence.hpp"
#include "flow/verify.hpp"
#include "policy/verdict.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace mpk::flow {

/// Of all aiBOMs, each once.
std::vector<aibom::NamedBase> bases_of(const std::vector<const CheckedBundle*>& aiboms);

/// An artifact that was judged.
struct Judged {
  policy::Verdict verdict;
  std::vector<aibom::NamedBase> bases;  // that its own aiBOMs name, where they are followed
  std::vector<CheckedBundle> bundles;
  bool whole = false;  // manifest and evidence were looked at: no summary stood in
};

enum class FollowBases { no, yes };
/// Whether the request asks for it.
FollowBases follows_bases(const VerifyRequest& request);

/// Judges an artifact by itself, without its lineage.
using JudgeOne = std::function<Result<Judged>(const oci::Reference& reference,
                                              const VerifyRequest& request, FollowBases follow)>;

/// Adds the check "lineage" and Verdict::lineage. Breadth first, each artifact once, at most
/// limits' worth of them; without a rule for one it is refused, and what could not be decided of
/// one leaves the whole undecided. Errors of `judge_one`.
Result<void> check_lineage(const policy::LineageRule& rule, std::vector<aibom::NamedBase> bases,
                           const VerifyRequest& request, const JudgeOne& judge_one,
                           policy::Verdict& verdict);

}  // namespace mpk::flow
