// training_materials: addresses and digests of what was declared.
#include "flow/training_materials.hpp"

#include "aibom/purl.hpp"
#include "attest/field_types.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::flow {
namespace {

attest::Material material(const std::string& name, const std::string& uri, const char* role) {
  attest::Material out{.uri = attest::has_scheme(uri) ? uri : std::string(),
                       .name = name,
                       .digest_algorithm = {},
                       .digest_value = {}};
  out.annotations = {{"role", role}};
  return out;
}

// One digest each: that of the bytes, and else the commit that the address was taken at.
void add_digest(attest::Material& out, const std::string& text, const std::string& revision) {
  if (const auto digest = Digest::parse(text)) {
    out.digest_algorithm = to_string(digest->algorithm());
    out.digest_value = digest->hex();
  } else if (!out.uri.empty() && aibom::is_commit(revision)) {
    out.digest_algorithm = "gitCommit";
    out.digest_value = lower_ascii(revision);
  }
}

attest::Material base_model(const model::BaseModel& base) {
  auto uri = aibom::artifact_purl(base.reference);
  if (uri.empty()) uri = aibom::huggingface_purl(base.name, base.revision).value_or("");
  auto out = material(base.name, uri, "base-model");
  add_digest(out, base.digest, base.revision);
  if (!base.relation.empty()) out.annotations["relation"] = base.relation;
  return out;
}

attest::Material dataset(const model::Dataset& dataset) {
  const auto artifact = aibom::artifact_purl(dataset.reference);
  auto out = material(dataset.name, artifact.empty() ? dataset.url : artifact, "dataset");
  add_digest(out, dataset.digest, dataset.revision);
  if (!dataset.roles.empty()) out.annotations["use"] = dataset.roles;
  return out;
}

attest::Material byproduct(const model::TrainingRun::Byproduct& byproduct) {
  auto out = material(byproduct.name, byproduct.url, byproduct.kind.c_str());
  add_digest(out, byproduct.digest, {});
  return out;
}

template <class T>
void add_sorted(std::vector<attest::Material>& out, const std::vector<T>& declared,
                attest::Material (*describe)(const T&)) {
  std::vector<attest::Material> described;
  for (const auto& each : declared) {
    auto one = describe(each);
    if (!one.uri.empty() || !one.digest_value.empty()) described.push_back(std::move(one));
  }
  std::ranges::stable_sort(described, {}, &attest::Material::name);
  out.insert(out.end(), described.begin(), described.end());
}

}  // namespace

attest::Materials training_materials(const model::TrainingFile& training) {
  attest::Materials out;
  add_sorted(out.dependencies, training.base_models, base_model);
  add_sorted(out.dependencies, training.datasets, dataset);
  add_sorted(out.byproducts, training.run.byproducts, byproduct);
  return out;
}

}  // namespace mpk::flow
