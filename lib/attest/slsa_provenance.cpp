// SLSA provenance v1: the predicate, written and read.
#include "attest/slsa_provenance.hpp"

#include "json/lookup.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::attest {
namespace {

Json descriptor(const Material& material) {
  Json out = Json::object();
  if (!material.uri.empty()) out["uri"] = material.uri;
  if (!material.name.empty()) out["name"] = material.name;
  if (!material.digest_value.empty())
    out["digest"] = {{material.digest_algorithm, material.digest_value}};
  if (!material.annotations.is_null()) out["annotations"] = material.annotations;
  return out;
}

// The source first, then what else went in (slsa.dev/spec/v1.2, resolvedDependencies).
Json dependencies(const BuildContext& build, const std::vector<Material>& materials) {
  Json out = Json::array();
  if (!build.source_uri.empty()) {
    Json source = {{"uri", build.source_uri}};
    if (!build.source_commit.empty()) source["digest"] = {{"gitCommit", build.source_commit}};
    out.push_back(std::move(source));
  }
  for (const auto& material : materials) out.push_back(descriptor(material));
  return out;
}

// GitLab Runner writes the commit as "sha256" (artifact metadata, SLSA v1), which 40 digits are
// not.
std::string commit_of(const Json& digest) {
  const auto& commit = json::text(digest, "gitCommit");
  if (!commit.empty()) return commit;
  const auto& misnamed = json::text(digest, "sha256");
  return misnamed.size() == 40 ? misnamed : std::string();
}

// Into `out` when `dependency` is the source.
Result<bool> read_source(const json::Field& dependency, const std::string& declared,
                         ProvenanceFacts& out) {
  const auto uri = TRY(dependency.optional_string("uri")).value_or("");
  const auto digest = TRY(dependency.find("digest"));
  const auto commit = digest ? TRY(digest->optional_string("gitCommit")) : std::nullopt;
  const bool other = !json::text(json::member(dependency.value(), "annotations"), "role").empty();
  const bool named = !declared.empty() && uri == declared;
  if (!uri.starts_with("git+") && !(commit && !other) && !named) return false;
  out.source_uri = uri;
  if (digest) out.source_commit = commit_of(digest->value());
  return true;
}

}  // namespace

Json make_provenance(const BuildContext& build, const Materials& materials,
                     std::optional<Timestamp> started, std::optional<Timestamp> finished,
                     const std::string& mpk_version) {
  Json definition = {{"buildType", build.build_type},
                     {"externalParameters", build.external_parameters}};
  if (!build.internal_parameters.empty())
    definition["internalParameters"] = build.internal_parameters;
  auto resolved = dependencies(build, materials.dependencies);
  if (!resolved.empty()) definition["resolvedDependencies"] = std::move(resolved);
  Json metadata = Json::object();
  if (!build.invocation_id.empty()) metadata["invocationId"] = build.invocation_id;
  if (started) metadata["startedOn"] = Timestamp::from_seconds(started->seconds()).text();
  if (finished) metadata["finishedOn"] = Timestamp::from_seconds(finished->seconds()).text();
  Json builder = {{"id", build.builder_id}, {"version", {{"mpk", mpk_version}}}};
  Json run = {{"builder", std::move(builder)}};
  if (!metadata.empty()) run["metadata"] = std::move(metadata);
  for (const auto& each : materials.byproducts) run["byproducts"].push_back(descriptor(each));
  return {{"buildDefinition", std::move(definition)}, {"runDetails", std::move(run)}};
}

Result<ProvenanceFacts> read_provenance(const Json& predicate) {
  json::Field root(predicate);
  auto definition = TRY(root.at("buildDefinition"));
  auto run = TRY(root.at("runDetails"));
  ProvenanceFacts out;
  out.build_type = TRY(definition.string("buildType"));
  const auto parameters = TRY(definition.at("externalParameters"));
  TRY(parameters.members());
  out.builder_id = TRY(TRY(run.at("builder")).string("id"));
  if (auto metadata = TRY(run.find("metadata")))
    out.invocation_id = TRY(metadata->optional_string("invocationId")).value_or("");
  for (const auto& dependency : TRY(definition.optional_items("resolvedDependencies"))) {
    if (TRY(read_source(dependency, json::text(parameters.value(), "source"), out))) break;
  }
  return out;
}

}  // namespace mpk::attest
