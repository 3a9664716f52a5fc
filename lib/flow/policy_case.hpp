// Policy cases: what a policy says of evidence that is written down instead of signed.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "flow/evidence.hpp"
#include "modelpack/artifact.hpp"
#include "oci/reference.hpp"
#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::flow {

/// An artifact with the evidence that is attached to it, as if it had been fetched and verified.
struct CaseArtifact {
  oci::Reference reference;  // with its digest
  std::vector<modelpack::LayerFile> layers;
  std::vector<CheckedBundle> bundles;
};

struct PolicyCase {
  std::string name;
  std::filesystem::path policy;  // empty: the file names none
  Timestamp now;
  bool deep = false;
  CaseArtifact artifact;
  std::vector<CaseArtifact> others;  // that base models may name
  std::string result;
  std::optional<int> exit_code;
  std::optional<std::vector<std::string>> codes;  // sorted
  std::vector<std::string> skipped;
};

/// schemas/aibom/policy-cases.schema.json, docs/policy-test.md. Files are read from `file`'s
/// directory on. usage, with file:line:column.
Result<std::vector<PolicyCase>> read_policy_cases(std::string_view text, const std::string& file);

/// Everything that verify does but fetching and checking signatures; the files of layers agree with
/// their digests.
Result<policy::Verdict> run_policy_case(const std::shared_ptr<const policy::PolicyFile>& policies,
                                        const PolicyCase& one);

/// What differs from what the case expects, a line each; none: it holds.
std::vector<std::string> differences(const PolicyCase& one, const policy::Verdict& verdict);

/// The form's JSON Schema.
std::string_view policy_cases_schema();

}  // namespace mpk::flow
