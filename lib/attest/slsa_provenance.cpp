// SLSA provenance v1: the predicate, written and read.
#include "attest/slsa_provenance.hpp"

#include "json/read.hpp"

#include <nlohmann/json.hpp>

namespace mpk::attest {
namespace {

// The source first, then what else went in (slsa.dev/spec/v1.2, resolvedDependencies).
Json dependencies(const BuildContext& build, const std::vector<Material>& materials) {
  Json out = Json::array();
  if (!build.source_uri.empty()) {
    Json source = {{"uri", build.source_uri}};
    if (!build.source_commit.empty()) source["digest"] = {{"gitCommit", build.source_commit}};
    out.push_back(std::move(source));
  }
  for (const auto& material : materials) {
    Json entry = Json::object();
    if (!material.uri.empty()) entry["uri"] = material.uri;
    if (!material.name.empty()) entry["name"] = material.name;
    if (!material.digest_value.empty())
      entry["digest"] = {{material.digest_algorithm, material.digest_value}};
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

Json make_provenance(const BuildContext& build, const std::vector<Material>& materials,
                     std::optional<Timestamp> started, std::optional<Timestamp> finished,
                     const std::string& mpk_version) {
  Json definition = {{"buildType", build.build_type},
                     {"externalParameters", build.external_parameters}};
  if (!build.internal_parameters.empty())
    definition["internalParameters"] = build.internal_parameters;
  auto resolved = dependencies(build, materials);
  if (!resolved.empty()) definition["resolvedDependencies"] = std::move(resolved);
  Json metadata = Json::object();
  if (!build.invocation_id.empty()) metadata["invocationId"] = build.invocation_id;
  if (started) metadata["startedOn"] = Timestamp::from_seconds(started->seconds()).text();
  if (finished) metadata["finishedOn"] = Timestamp::from_seconds(finished->seconds()).text();
  Json builder = {{"id", build.builder_id}, {"version", {{"mpk", mpk_version}}}};
  Json run = {{"builder", std::move(builder)}};
  if (!metadata.empty()) run["metadata"] = std::move(metadata);
  return {{"buildDefinition", std::move(definition)}, {"runDetails", std::move(run)}};
}

Result<ProvenanceFacts> read_provenance(const Json& predicate) {
  json::Field root(predicate);
  auto definition = TRY(root.at("buildDefinition"));
  auto run = TRY(root.at("runDetails"));
  ProvenanceFacts out;
  out.build_type = TRY(definition.string("buildType"));
  TRY(TRY(definition.at("externalParameters")).members());
  out.builder_id = TRY(TRY(run.at("builder")).string("id"));
  if (auto metadata = TRY(run.find("metadata")))
    out.invocation_id = TRY(metadata->optional_string("invocationId")).value_or("");
  for (const auto& dependency : TRY(definition.optional_items("resolvedDependencies"))) {
    auto digest = TRY(dependency.find("digest"));
    auto commit = digest ? TRY(digest->optional_string("gitCommit")) : std::nullopt;
    auto uri = TRY(dependency.optional_string("uri"));
    bool is_source = commit || (uri && uri->starts_with("git+"));
    if (!is_source) continue;
    out.source_uri = uri.value_or("");
    out.source_commit = commit.value_or("");
    break;
  }
  return out;
}

}  // namespace mpk::attest
