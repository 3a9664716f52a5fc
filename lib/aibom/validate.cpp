// validate: the grammar's violations and the lint's findings in one list.
#include "aibom/validate.hpp"

#include "aibom/grammar.hpp"
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "base/background.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>

namespace mpk::aibom {
namespace {

constexpr std::size_t kMaxViolations = 100;

}  // namespace

Result<std::vector<Problem>> validate_aibom(const Json& bom) {
  const auto& said = text(bom, "specVersion");
  const auto version = said.empty() ? SpecVersion::v1_6 : parse_spec_version(said);
  if (!version) {
    return Error(ErrorKind::unsupported,
                 "aibom: CycloneDX " + printable(said, 20) + " is not supported by this release",
                 std::string(kSpecVersionsHint));
  }
  const auto& schema = grammar(*version);
  if (!schema) return Error(schema.error());
  std::vector<Problem> problems;
  for (auto& violation : schema->validate(bom, kMaxViolations)) {
    problems.push_back({Problem::Level::error, "schema", std::move(violation.instance),
                        std::move(violation.message)});
  }
  Findings findings;
  lint_references(bom, findings);
  lint_hashes(bom, findings);
  lint_provenance(bom, findings);
  lint_citations(bom, findings);
  lint_advice(bom, findings);
  for (auto& problem : findings.take()) problems.push_back(std::move(problem));
  // What makes a document unusable first.
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return a.level == Problem::Level::error && b.level == Problem::Level::warning;
  });
  return problems;
}

bool has_errors(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.level == Problem::Level::error; });
}

std::jthread prepare_validation() {
  static std::atomic<bool> begun = false;
  if (begun.exchange(true)) return {};
  return begin_early([] { static_cast<void>(grammar(SpecVersion::v1_6)); }, Urgency::low);
}

}  // namespace mpk::aibom
