// build: the document around the model's component, proven before it leaves.
#include "aibom/build.hpp"

#include "aibom/citations.hpp"
#include "aibom/draft.hpp"
#include "aibom/validate.hpp"
#include "aibom/wording.hpp"
#include "base/directory.hpp"
#include "base/identifiers.hpp"
#include "base/text.hpp"
#include "crypto/uuid.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::aibom {
namespace {

constexpr std::string_view kToolRef = "tool:mpk";

Json metadata(Draft& draft) {
  Json tool = {{"type", "application"}, {"bom-ref", std::string(kToolRef)}, {"name", "mpk"}};
  if (auto version = one_line(draft.input.mpk_version); !version.empty()) tool["version"] = version;
  Json out = {{"lifecycles", Json::array({{{"phase", "post-build"}}})},
              {"tools", {{"components", Json::array({std::move(tool)})}}},
              {"component", model_component(draft)}};
  if (draft.input.created) {
    out["timestamp"] = draft.input.created->text();
  } else {
    out["properties"] = Json::array({{{"name", "cdx:reproducible"}, {"value", "true"}}});
  }
  return out;
}

Json dependencies(const Draft& draft) {
  auto needs = draft.dataset_refs;
  needs.insert(needs.end(), draft.file_refs.begin(), draft.file_refs.end());
  needs.insert(needs.end(), draft.needed_base_refs.begin(), draft.needed_base_refs.end());
  return Json::array({{{"ref", std::string(kModelRef)}, {"dependsOn", needs}}});
}

// All files are listed; whether all datasets are, nobody can know from a card.
Json compositions() {
  auto refs = Json::array({std::string(kModelRef)});
  return Json::array({{{"aggregate", "complete"}, {"assemblies", refs}},
                      {{"aggregate", "unknown"}, {"dependencies", refs}}});
}

Json document(Draft& draft) {
  // Datasets first: the model card names their refs.
  auto datasets = dataset_components(draft);
  // The tiers of all parts are properties of the model, which is written last.
  auto formulas = formulation(draft);
  auto claims = declarations(draft);
  const std::string version(to_string(draft.input.spec_version));
  Json out = {{"$schema", "http://cyclonedx.org/schema/bom-" + version + ".schema.json"},
              {"bomFormat", "CycloneDX"},
              {"specVersion", version},
              {"serialNumber", draft.serial_number},
              {"version", 1},
              {"metadata", metadata(draft)},
              {"dependencies", dependencies(draft)},
              {"compositions", compositions()}};
  if (!datasets.empty()) out["components"] = std::move(datasets);
  if (!formulas.empty()) out["formulation"] = std::move(formulas);
  if (!claims.empty()) out["declarations"] = std::move(claims);
  if (auto standards = definitions(draft); !standards.empty())
    out["definitions"] = std::move(standards);
  return out;
}

Result<void> check_paths(const modelpack::Artifact& artifact) {
  std::vector<std::string> paths;
  for (const auto& file : artifact.files) paths.push_back(TRY(safe_relative_path(file.path)));
  std::sort(paths.begin(), paths.end());
  auto twice = std::adjacent_find(paths.begin(), paths.end());
  if (twice != paths.end())
    return Error(ErrorKind::malformed, "two files have the path " + printable(*twice));
  return {};
}

Result<void> prove(const Json& bom) {
  auto problems = TRY(validate_aibom(bom));
  auto first = std::find_if(problems.begin(), problems.end(), [](const Problem& problem) {
    return problem.level == Problem::Level::error;
  });
  if (first == problems.end()) return {};
  return Error(ErrorKind::internal, "aibom would be invalid at " + printable(first->pointer, 200) +
                                        ": " + first->message);
}

}  // namespace

Result<Json> build_aibom(const BuildInput& input) {
  if (input.artifact == nullptr || input.info == nullptr)
    return Error(ErrorKind::internal, "aibom: an artifact and its facts are needed");
  TRY(check_paths(*input.artifact));
  Draft draft(input);
  draft.serial_number = "urn:uuid:" + crypto::uuid_v5(identifiers::kSerialNamespace,
                                                      input.artifact->manifest.digest.text());
  auto bom = document(draft);
  tiers_to_citations(bom);
  TRY(prove(bom));
  return bom;
}

}  // namespace mpk::aibom
